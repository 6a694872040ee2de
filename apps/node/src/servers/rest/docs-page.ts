import type { Route } from "./http-rules.ts";

const style = `body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:60rem;padding:0 1rem;color:#222}
h2{margin:2rem 0 .5rem;font-size:1.1rem}summary{cursor:pointer;font-family:ui-monospace,monospace}
details{border-bottom:1px solid #ddd;padding:.3rem 0}b{display:inline-block;width:3.5rem;color:#06c}
label{display:block;margin:.3rem 0 .3rem 1rem}input{width:24rem;font:inherit}pre{background:#f5f5f5;padding:.7rem;
overflow:auto;max-height:30rem}button{margin-left:1rem}`;

const script = `for (const form of document.querySelectorAll("form")) form.addEventListener("submit", async (event) => {
  event.preventDefault();
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("input")) {
    const hole = "{" + input.name + "}";
    if (path.includes(hole)) path = path.replace(hole, encodeURIComponent(input.value));
    else if (input.value !== "") query.append(input.name, input.value);
  }
  const text = query.toString();
  const answer = await fetch(path + (text === "" ? "" : "?" + text));
  form.querySelector("pre").textContent = answer.status + " " + JSON.stringify(await answer.json(), null, 2);
});`;

const entities: { readonly [char: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => entities[char] ?? char);
}

/** The page that lists all routes and asks them; it needs nothing but this server. */
export function docsPage(routes: readonly Route[]): string {
  const groups = new Map<string, Route[]>();
  for (const route of routes) {
    const name = route.method.parent.typeName;
    groups.set(name, [...(groups.get(name) ?? []), route]);
  }
  const sections = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, list]) => `<h2>${escaped(name)}</h2>\n${list.map(routeHtml).join("\n")}`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stoa REST</title><style>${style}</style></head>
<body><h1>Stoa REST</h1><p>The whole description is <a href="/openapi.json">openapi.json</a>.</p>
${sections.join("\n")}
<script>${script}</script></body></html>`;
}

function routeHtml({ verb, template, method, segments, hasBody }: Route): string {
  const path = template.replace(/\{([\w.]+)=\*{1,2}\}/g, "{$1}");
  const summary = `<summary><b>${verb}</b>${escaped(path)}</summary>`;
  if (hasBody) return `<details>${summary}<p>Body: ${escaped(method.input.typeName)}</p></details>`;
  const inPath = segments.flatMap((segment) => (segment.kind === "literal" ? [] : [segment.field]));
  const own = method.input.fields.flatMap((field) => {
    if (field.fieldKind !== "message") return [field.name];
    return field.message.fields.map(({ name }) => `${field.name}.${name}`);
  });
  const names = [...new Set([...inPath, ...own])];
  const inputs = names.map((name) => `<label>${escaped(name)} <input name="${escaped(name)}"></label>`);
  return `<details>${summary}<form data-path="${escaped(path)}">${inputs.join("")}<button>Ask</button><pre></pre></form></details>`;
}

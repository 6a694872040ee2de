import type { DescField, JsonValue } from "@bufbuild/protobuf";
import type { Route } from "./http-rules.ts";
import { type RouteParam, routeParams } from "./openapi.ts";

const style = `:root{color-scheme:light dark;--line:#8884;--soft:#8881;--verb:#0a63c2;--good:#177245;--bad:#b3261e}
@media(prefers-color-scheme:dark){:root{--verb:#6cb0ff;--good:#5bd08f;--bad:#ff8a80}}
*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;margin:0 auto;max-width:64rem;padding:1.5rem 1rem 4rem}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1rem;margin:1.75rem 0 .25rem}p{margin:.25rem 0}
code,summary,pre,textarea,input,select{font-family:ui-monospace,monospace}
#filter{position:sticky;top:.5rem;width:100%;margin:1rem 0 0;font-size:1rem}
details{border-bottom:1px solid var(--line)}summary{cursor:pointer;padding:.35rem 0;overflow-wrap:anywhere}
summary b{display:inline-block;width:3.5rem;color:var(--verb)}form{padding:.25rem 0 1rem 1rem}
label{display:grid;grid-template-columns:minmax(8rem,18rem) 1fr;gap:.5rem;align-items:center;margin:.25rem 0}
label span{overflow-wrap:anywhere}label i{font-style:normal;color:var(--bad)}
input,select,textarea{font-size:.9rem;padding:.3rem .5rem;border:1px solid var(--line);border-radius:.3rem;width:100%;
background:Field;color:FieldText}textarea{min-height:7rem}button{font:inherit;margin:.5rem .75rem 0 0;padding:.25rem 1rem;
border:1px solid var(--line);border-radius:.3rem;cursor:pointer}pre{background:var(--soft);margin:.75rem 0 0;padding:.75rem;
overflow:auto;max-height:32rem;border-radius:.3rem}output b{font-weight:600}.good{color:var(--good)}.bad{color:var(--bad)}
.kind{opacity:.7;font-size:.85rem}[hidden]{display:none}@media(max-width:40rem){label{grid-template-columns:1fr;gap:0}}`;

const script = `const filter = document.querySelector("#filter");
const show = () => {
  const words = filter.value.toLowerCase().split(/\\s+/);
  for (const section of document.querySelectorAll("section")) {
    let any = false;
    for (const route of section.querySelectorAll("details")) {
      const text = (section.dataset.name + " " + route.dataset.name).toLowerCase();
      route.hidden = !words.every((word) => text.includes(word));
      any ||= !route.hidden;
    }
    section.hidden = !any;
  }
};
filter.addEventListener("input", show);
const open = () => document.getElementById(decodeURIComponent(location.hash.slice(1)))?.setAttribute("open", "");
addEventListener("hashchange", open);
open();
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", async (event) => {
  event.preventDefault();
  let path = form.dataset.path;
  const query = new URLSearchParams();
  for (const input of form.querySelectorAll("[name]")) {
    const hole = "{" + input.name + "}";
    if (path.includes(hole)) path = path.replace(hole, encodeURIComponent(input.value));
    else if (input.value !== "") query.append(input.name, input.value);
  }
  const url = path + (query.size === 0 ? "" : "?" + query);
  const [status, link, pre] = form.querySelectorAll("output b, output a, pre");
  const body = form.querySelector("textarea")?.value;
  const init = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body };
  link.textContent = url;
  if (body === undefined) link.href = url;
  try {
    const answer = await fetch(url, init);
    const text = await answer.text();
    status.textContent = answer.status;
    status.className = answer.ok ? "good" : "bad";
    try { pre.textContent = JSON.stringify(JSON.parse(text), null, 2); } catch { pre.textContent = text; }
  } catch (problem) {
    status.textContent = "No answer";
    status.className = "bad";
    pre.textContent = String(problem);
  }
  form.querySelector("output").hidden = pre.hidden = false;
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
    .map(([name, list]) => {
      const heading = `<section data-name="${escaped(name)}"><h2>${escaped(name)}</h2>`;
      const byPath = list.toSorted((a, b) => (a.template < b.template ? -1 : 1));
      return `${heading}\n${byPath.map(routeHtml).join("\n")}\n</section>`;
    });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Stoa REST</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><style>${style}</style></head>
<body><h1>Stoa REST</h1><p>${routes.length} routes of this node, to read and to ask. For generators: <a href="/openapi.json">openapi.json</a>.</p>
<input id="filter" type="search" placeholder="Filter: balances, market lease, post …" aria-label="Filter routes">
${sections.join("\n")}
<script>${script}</script></body></html>`;
}

function routeHtml(route: Route): string {
  const { verb, template, method, hasBody } = route;
  const path = template.replace(/\{([\w.]+)=\*{1,2}\}/g, "{$1}");
  const title = `${verb} ${path}`;
  const fields = routeParams(route).map(paramHtml);
  if (hasBody) fields.push(bodyHtml(method.input.fields, method.input.typeName));
  const kinds = `${method.name}: ${method.input.typeName} → ${method.output.typeName}`;
  return `<details id="${escaped(verb + path)}" data-name="${escaped(title)}"><summary><b>${verb}</b>${escaped(path)}</summary>
<form data-path="${escaped(path)}"><p class="kind">${escaped(kinds)}</p>${fields.join("")}<button>Ask</button>
<output hidden><b></b> <a></a></output><pre hidden></pre></form></details>`;
}

function paramHtml({ name, required, schema }: RouteParam): string {
  const mark = required ? " <i>needed</i>" : "";
  return `<label><span>${escaped(name)}${mark}</span>${inputHtml(name, required, schema)}</label>`;
}

function inputHtml(name: string, required: boolean, { type, format, enum: names }: RouteParam["schema"]): string {
  const attributes = `name="${escaped(name)}"${required ? " required" : ""}`;
  const choices = type === "boolean" ? ["true", "false"] : Array.isArray(names) ? names.map(String) : undefined;
  if (choices !== undefined) {
    const options = ["", ...choices].map((choice) => `<option>${escaped(choice)}</option>`);
    return `<select ${attributes}>${options.join("")}</select>`;
  }
  return `<input ${attributes} placeholder="${escaped(hint(type, format))}">`;
}

function hint(type: JsonValue | undefined, format: JsonValue | undefined): string {
  if (type === "array") return "one";
  if (format === "byte") return "base64";
  return format === "int64" || format === "int32" ? "number" : "text";
}

function bodyHtml(fields: readonly DescField[], typeName: string): string {
  const empty = (field: DescField): JsonValue => {
    if (field.fieldKind === "list") return [];
    if (field.fieldKind === "message" || field.fieldKind === "map") return {};
    if (field.fieldKind === "enum") return field.enum.values[0]?.name ?? "";
    return "";
  };
  // Fields that are deprecated stay out: they are answered, but nothing new should use them.
  const current = fields.filter((field) => field.proto.options?.deprecated !== true);
  const text = JSON.stringify(Object.fromEntries(current.map((field) => [field.name, empty(field)])), null, 2);
  return `<label><span>body</span><textarea aria-label="${escaped(typeName)}">${escaped(text)}</textarea></label>`;
}

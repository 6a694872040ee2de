import { create, type JsonValue, type Message } from "@bufbuild/protobuf";
import { fromUtf8 } from "@stoa/std";
import { encode, fromProtoJson } from "@stoa/wire";
import { typeByUrl } from "@stoa/wire/registry";
import { ServiceError } from "../services/service-error.ts";
import type { Route } from "./http-rules.ts";
import { setFromPath, setFromTexts } from "./read-values.ts";

/** Parameters of one query string: more are refused before any of them is read. */
const maxQueryParams = 1_000;

/** Nesting of JSON that is parsed, counted before it is. */
const maxJsonDepth = 500;

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidArgument", message);
}

/** The protobuf bytes of a request from its path, query and body. Throws ServiceError in the gateway's words. */
export function readRequest(
  route: Route,
  inPath: ReadonlyMap<string, string>,
  query: string,
  body: Uint8Array | undefined,
): Uint8Array {
  const { input } = route.method;
  const message: Message = route.hasBody ? readBodyMessage(route, body) : create(input);
  for (const [name, text] of inPath) setFromPath(input, message, name, text);
  // The gateway looks at the query only where a field is left that could stand there.
  if (!route.hasBody && input.fields.some(({ name }) => !inPath.has(name))) {
    for (const [name, texts] of parseQuery(query)) {
      const bound = [...inPath.keys()].some((field) => name === field || name.startsWith(`${field}.`));
      if (!bound) setFromTexts(input, message, name, texts);
    }
  }
  return encode(input, message);
}

/** A query string as Go reads it: names with all their values in order. */
function parseQuery(query: string): Map<string, string[]> {
  const params = new Map<string, string[]>();
  const pairs = query.split("&");
  if (pairs.length > maxQueryParams) throw invalid(`more than ${maxQueryParams} query parameters`);
  for (const pair of pairs) {
    if (pair === "") continue;
    if (pair.includes(";")) throw invalid("invalid semicolon separator in query");
    const equals = pair.indexOf("=");
    const name = unescaped(equals === -1 ? pair : pair.slice(0, equals));
    const value = unescaped(equals === -1 ? "" : pair.slice(equals + 1));
    const known = params.get(name);
    if (known === undefined) params.set(name, [value]);
    else known.push(value);
  }
  return params;
}

function unescaped(text: string): string {
  const bad = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  if (bad !== null) throw invalid(`invalid URL escape ${JSON.stringify(bad[0])}`);
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw invalid("the query is not UTF-8");
  }
}

function readBodyMessage({ method }: Route, body: Uint8Array | undefined): Message {
  // No body at all is an empty message.
  if (body === undefined || body.length === 0) return create(method.input);
  const text = fromUtf8(body);
  if (text === undefined) throw invalid("the body is not UTF-8");
  if (nestsDeeper(text, maxJsonDepth)) throw invalid(`the body nests deeper than ${maxJsonDepth}`);
  const parsed = fromProtoJson(method.input, parseJson(text), typeByUrl);
  if (parsed.ok) return parsed.value;
  throw invalid(parsed.error.message);
}

function parseJson(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    const start = text.trimStart();
    const first = [...start.slice(0, 2)][0] ?? "";
    if (first === "") throw invalid("unexpected EOF");
    const opens = first === "{" || first === "[";
    throw invalid(opens ? "unexpected EOF" : `invalid character '${first}' looking for beginning of value`);
  }
}

/** True if brackets outside of texts nest deeper: told without parsing. */
function nestsDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (inText) {
      if (char === "\\") i += 1;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === "{" || char === "[") {
      depth += 1;
      if (depth > limit) return true;
    } else if (char === "}" || char === "]") depth -= 1;
  }
  return false;
}

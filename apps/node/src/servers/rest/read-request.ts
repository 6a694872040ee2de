import { create, type Message } from "@bufbuild/protobuf";
import { encode } from "@stoa/wire";
import { ServiceError } from "../services/service-error.ts";
import type { Route } from "./http-rules.ts";
import { readBodyMessage } from "./read-body.ts";
import { setFromPath, setFromTexts } from "./read-values.ts";

/** Parameters of one query string: more are refused before any of them is read. */
const maxQueryParams = 1_000;

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
  const message: Message = route.hasBody ? readBodyMessage(input, body) : create(input);
  for (const [name, text] of inPath) setFromPath(input, message, name, text);
  // The gateway looks at the query only where a field is left that could stand there.
  if (!route.hasBody && input.fields.some(({ name }) => !inPath.has(name))) {
    for (const [key, values] of parseQuery(query)) {
      // As for a map: a name in brackets counts as the first value of what stands before them.
      const open = key.endsWith("]") ? key.lastIndexOf("[") : -1;
      const [name, texts] = open < 0 ? [key, values] : [key.slice(0, open), [key.slice(open + 1, -1), ...values]];
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

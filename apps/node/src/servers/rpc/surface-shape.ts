import type { VectorFailure } from "@stoa/test";

/*
 * Compares an answer with a recorded one: keys at every depth, types, forms of texts; values belong to each network
 * (shared/vectors/surface).
 */

/** A value as JSON.parse gives it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A difference: where, and what. */
export type Difference = Omit<VectorFailure, "case">;

/** Texts that are compared as such, with numbers and addresses masked; other texts only by their form. */
const comparedTexts: ReadonlySet<string> = new Set([
  "log",
  "message",
  "codespace",
  "type",
  "step",
  "code",
  "jsonrpc",
  "query",
  "version",
  "node_version",
  "api_version",
  "module",
  "block_id_flag",
]);

/** Objects whose keys are the network's own. */
const openObjects: ReadonlySet<string> = new Set(["app_state", "events"]);

function formOf(text: string): string {
  if (text === "") return "empty";
  if (/^-?\d+$/.test(text)) return "integer";
  if (/^-?\d+\.\d{18}$/.test(text)) return "decimal";
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(text)) return "time";
  if (/^(?:[0-9A-F]{2}){8,}$/.test(text)) return "HEX";
  if (/^(?:[0-9a-f]{2}){8,}$/.test(text)) return "hex";
  if (/^[A-Za-z0-9+/]{12,}={0,2}$/.test(text) && text.length % 4 === 0) return "base64";
  if (/^akash[a-z]*1[a-z0-9]{38}/.test(text)) return "address";
  return "text";
}

/** A text without what belongs to its network. */
export function masked(text: string): string {
  return text
    .replace(/akash[a-z]*1[a-z0-9]{38,}/g, "<address>")
    .replace(/\b[0-9A-Fa-f]{16,}\b/g, "<hash>")
    .replace(/\/\/[\w.-]+:\d+\//g, "//<host>/")
    .replace(/\d+/g, "<n>")
    .replaceAll("\u00a0", " ");
}

const typeOf = (value: Json): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** Every difference between a recorded value and ours. `key` is the name under which they stand. */
export function differences(expected: Json, actual: Json, path: string, key = ""): Difference[] {
  const differ = (message: string): Difference[] => [{ field: path, message }];
  if (typeOf(expected) !== typeOf(actual)) return differ(`expected ${typeOf(expected)}, got ${typeOf(actual)}`);
  if (typeof expected === "string" && typeof actual === "string") return textDifferences(expected, actual, path, key);
  if (typeof expected === "number" || typeof expected === "boolean") {
    const exact = key === "code" || typeof expected === "boolean" || comparedTexts.has(key);
    return exact && expected !== actual ? differ(`expected ${expected}, got ${String(actual)}`) : [];
  }
  if (Array.isArray(expected) && Array.isArray(actual)) return listDifferences(expected, actual, path, key);
  if (expected === null || actual === null) return [];
  return memberDifferences(expected as JsonObject, actual as JsonObject, path, key);
}

type JsonObject = { readonly [key: string]: Json };

function textDifferences(expected: string, actual: string, path: string, key: string): Difference[] {
  const isError = path.endsWith("error.data") || path === "body.text";
  if (comparedTexts.has(key) || isError) {
    if (masked(expected) === masked(actual)) return [];
    return [{ field: path, message: `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}` }];
  }
  const [wanted, got] = [formOf(expected), formOf(actual)];
  if (wanted === got) return [];
  return [
    { field: path, message: `expected ${wanted} (${expected.slice(0, 40)}), got ${got} (${actual.slice(0, 40)})` },
  ];
}

/** Lists: both empty or both not; every entry of ours is formed like one of the recorded ones. */
function listDifferences(expected: readonly Json[], actual: readonly Json[], path: string, key: string): Difference[] {
  if ((expected.length === 0) !== (actual.length === 0)) {
    return [{ field: path, message: `expected ${expected.length} entries, got ${actual.length}` }];
  }
  return actual.flatMap((entry, index) => {
    const tried = expected.map((wanted) => differences(wanted, entry, `${path}[${index}]`, key));
    return tried.reduce<Difference[]>((best, each) => (each.length < best.length ? each : best), tried[0] ?? []);
  });
}

function memberDifferences(expected: JsonObject, actual: JsonObject, path: string, key: string): Difference[] {
  if (openObjects.has(key)) return [];
  const missing = Object.keys(expected).filter((name) => !(name in actual));
  const extra = Object.keys(actual).filter((name) => !(name in expected));
  const inner = Object.entries(expected).flatMap(([name, value]) => {
    const ours = actual[name];
    return ours === undefined ? [] : differences(value, ours, path === "" ? name : `${path}.${name}`, name);
  });
  if (missing.length === 0 && extra.length === 0) return inner;
  return [{ field: path, message: `missing keys [${missing.join(" ")}], extra keys [${extra.join(" ")}]` }, ...inner];
}

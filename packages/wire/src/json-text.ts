import type { JsonValue } from "@bufbuild/protobuf";

const escapes: ReadonlyMap<string, string> = new Map([
  ["<", "\\u003c"],
  [">", "\\u003e"],
  ["&", "\\u0026"],
  ["\u2028", "\\u2028"],
  ["\u2029", "\\u2029"],
]);

/** Printable ASCII without the characters that are escaped: most texts. */
const plainText = /^[ !#-%'-;=?-[\]-~]*$/;

/** A text as the reference's JSON encoder writes it: HTML characters and line separators escaped. */
export function jsonStringText(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  // Lone surrogates stand for bytes that are not UTF-8, which the reference replaces.
  const whole = text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\\ufffd");
  const quoted = JSON.stringify(whole === text ? text : whole.replaceAll("\\ufffd", "\ufffd"));
  const escaped = quoted.replace(/[<>&\u2028\u2029]/g, (character) => escapes.get(character) ?? character);
  return whole === text ? escaped : escaped.replaceAll("\ufffd", "\\ufffd");
}

/** Compact text of a JSON value in the reference's form, keys in their own order. */
export function jsonText(value: JsonValue): string {
  if (typeof value === "string") return jsonStringText(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${jsonStringText(key)}:${jsonText(member)}`);
  return `{${members.join(",")}}`;
}

/** The value with every object's keys in byte order. */
export function sortedJson(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sortedJson);
  if (value === null || typeof value !== "object") return value;
  const sorted: Record<string, JsonValue> = {};
  const keys = Object.keys(value).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  for (const key of keys) setMember(sorted, key, sortedJson(value[key] ?? null));
  return sorted;
}

/** Sets a key that comes from outside: a plain assignment would set the prototype for `__proto__`. */
export function setMember<T>(object: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

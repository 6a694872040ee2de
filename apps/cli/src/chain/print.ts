/** JSON for people: tables for lists whose columns are known, indented lines for everything else. */
import type { JsonValue } from "@bufbuild/protobuf";
import { table } from "../output.ts";
import { atPath } from "./field-flags.ts";

/** A column's title and where its cell lies in a row; `a+b` joins two values without a blank. */
export type Column = readonly [title: string, path: string];

/** Digits after the point of a Dec that say nothing. */
function shortDecimal(text: string): string {
  return /^-?[0-9]+\.[0-9]{18}$/.test(text) ? text.replace(/\.?0+$/, "") : text;
}

/** Zero values of enumerations say that nothing was set. */
const unsetEnum = /(^|_)invalid$/;

function objectCell(value: { readonly [key: string]: JsonValue }): string {
  const { denom, amount, key } = value;
  if (typeof denom === "string" && typeof amount === "string")
    return denom === "" ? "" : `${shortDecimal(amount)}${denom}`;
  if (typeof key === "string" && typeof value.value === "string") return `${key}=${value.value}`;
  const { "@type": type, ...rest } = value;
  const words = Object.values(rest).map(cell);
  if (typeof type !== "string") return words.join("/");
  return [type.split(".").at(-1), ...words.filter((word) => word !== "" && word !== "0")].join(" ");
}

/** A value in one line: coins as `5uact`, ids as `owner/1/1`, lists with commas, what is not set as nothing. */
export function cell(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value !== "object") return unsetEnum.test(String(value)) ? "" : shortDecimal(String(value));
  return Array.isArray(value) ? value.map(cell).join(", ") : objectCell(value);
}

/** Rows of a list as a table; "none" when there are none. */
export function jsonTable(rows: readonly JsonValue[], columns: readonly Column[]): string {
  if (rows.length === 0) return "none";
  return table(
    columns.map(([title]) => title),
    rows.map((row) =>
      columns.map(([, path]) =>
        path
          .split("+")
          .map((part) => cell(atPath(row, part)))
          .join(""),
      ),
    ),
  );
}

function isLeaf(value: JsonValue): boolean {
  if (value === null || typeof value !== "object") return true;
  if (Array.isArray(value)) return value.every((item) => item === null || typeof item !== "object" || isWord(item));
  return isWord(value);
}

function isWord(value: JsonValue): boolean {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return false;
  const names = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return names.join() === "amount,denom" || names.join() === "key,value";
}

/** Any JSON as indented lines, `name: value`; what is not set is left out. */
export function indented(value: JsonValue, indent = ""): string[] {
  if (isLeaf(value)) return [`${indent}${cell(value)}`];
  const entries = Array.isArray(value)
    ? value.map((item, index): [string, JsonValue] => [`- ${index + 1}`, item])
    : Object.entries(value as { [key: string]: JsonValue });
  return entries.flatMap(([name, item]) => {
    if (!isLeaf(item)) return [`${indent}${name}:`, ...indented(item, `${indent}  `)];
    const text = cell(item);
    return text === "" ? [] : [`${indent}${name}: ${text}`];
  });
}

/**
 * Flags out of message descriptors: every leaf of a message is one flag of the command that sends or asks it, and what
 * was typed becomes the message's protobuf JSON.
 */
import { readFileSync } from "node:fs";
import { type DescField, type DescMessage, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import { fromHex, toBase64 } from "@stoa/std";
import { CliError, exitCodes, type Invocation, type OptionSpec } from "../command.ts";

/** One thing that can be typed for a message. */
export interface Leaf {
  /** The flag's word, such as `dseq` or `host-uri`. */
  readonly flag: string;
  /** Names of the fields from the message down to the value. */
  readonly path: readonly string[];
  readonly field: DescField;
}

/** Messages that are one word on the command line. */
const wordMessages: ReadonlySet<string> = new Set([
  "cosmos.base.v1beta1.Coin",
  "cosmos.base.v1beta1.DecCoin",
  "google.protobuf.Any",
  "google.protobuf.Timestamp",
  "google.protobuf.Duration",
  "akash.base.attributes.v1.Attribute",
]);
const depositType = "akash.base.deposit.v1.Deposit";
const pageType = "cosmos.base.query.v1beta1.PageRequest";
/** `--key` names a signing key everywhere. */
const pageFlags: ReadonlyMap<string, string> = new Map([["key", "page-key"]]);
/** Deepest nesting that makes sense as flags; the schemas use three. */
const depthMax = 5;
/** Longest file that a value may be read from (`@FILE`): certificates and message lists are far shorter. */
const fileBytesMax = 1024 * 1024;

function dashed(name: string): string {
  return name.replaceAll("_", "-").toLowerCase();
}

function nestedMessage(field: DescField): DescMessage | undefined {
  return field.fieldKind === "message" && !wordMessages.has(field.message.typeName) ? field.message : undefined;
}

function collect(schema: DescMessage, path: readonly string[], depth: number): Leaf[] {
  if (depth === 0) return [];
  return schema.fields.flatMap((field): Leaf[] => {
    const here = [...path, field.name];
    const nested = nestedMessage(field);
    if (nested === undefined) {
      const flag =
        schema.typeName === pageType ? (pageFlags.get(field.name) ?? dashed(field.name)) : dashed(field.name);
      return [{ flag, path: here, field }];
    }
    const inner = collect(nested, here, depth - 1);
    if (nested.typeName !== depositType) return inner;
    return inner.map((leaf) => ({ ...leaf, flag: leaf.flag === "amount" ? dashed(field.name) : "deposit-sources" }));
  });
}

/** The leaves of a message; a word that occurs twice takes its parent's name before it. */
export function leavesOf(schema: DescMessage): Leaf[] {
  const taken = new Set<string>();
  return collect(schema, [], depthMax).map((leaf) => {
    const flag = taken.has(leaf.flag) ? leaf.path.map(dashed).join("-") : leaf.flag;
    taken.add(flag);
    return { ...leaf, flag };
  });
}

function isBoolean(field: DescField): boolean {
  return field.fieldKind === "scalar" && field.scalar === ScalarType.BOOL;
}

function wordOf(field: DescField): string {
  const list = field.fieldKind === "list" ? ",…" : "";
  if (field.message !== undefined) {
    const name = field.message.name;
    if (name === "Coin" || name === "DecCoin") return `COIN${list}`;
    if (name === "Attribute") return "KEY=VALUE,…";
    if (name === "Timestamp") return "TIME";
    if (name === "Duration") return "SECONDSs";
    return "JSON";
  }
  if (field.enum !== undefined) return `NAME${list}`;
  if (field.scalar === ScalarType.BYTES) return `HEX|BASE64|@FILE`;
  return field.scalar === ScalarType.STRING ? `TEXT${list}` : `N${list}`;
}

function aboutOf(leaf: Leaf): string {
  const { field, path } = leaf;
  if (field.enum !== undefined) return `one of: ${field.enum.values.map(({ name }) => name).join(", ")}`;
  return path.join(".");
}

/** The leaves as options of a command. */
export function optionsOf(leaves: readonly Leaf[]): Record<string, OptionSpec> {
  return Object.fromEntries(
    leaves.map((leaf): [string, OptionSpec] => [
      leaf.flag,
      isBoolean(leaf.field)
        ? { type: "boolean", about: aboutOf(leaf) }
        : { type: "string", value: wordOf(leaf.field), about: aboutOf(leaf) },
    ]),
  );
}

function misuse(leaf: Leaf, expected: string, text: string): CliError {
  return new CliError("usage", `--${leaf.flag}: ${JSON.stringify(text)} is not ${expected}`, {
    exitCode: exitCodes.usage,
  });
}

function coinJson(leaf: Leaf, text: string, pattern: RegExp): JsonValue {
  const found = pattern.exec(text.trim());
  if (found === null) throw misuse(leaf, "an amount with its denomination, such as 5000000uact", text);
  return { denom: found[2] as string, amount: found[1] as string };
}

function jsonText(leaf: Leaf, text: string): JsonValue {
  try {
    return JSON.parse(text.startsWith("@") ? readValueFile(text.slice(1)).toString("utf8") : text) as JsonValue;
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw misuse(leaf, "JSON", text.slice(0, 100));
  }
}

/** Reads a value's file; throws {@link CliError} for one that is missing or too large. */
export function readValueFile(path: string): Buffer {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    throw new CliError("unreadable", `cannot read ${path}: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
  if (bytes.length > fileBytesMax) throw new CliError("too_large", `${path} is larger than ${fileBytesMax} bytes`);
  return bytes;
}

function bytesJson(text: string): JsonValue {
  if (text.startsWith("@")) return toBase64(readValueFile(text.slice(1)));
  const hex = fromHex(text);
  return hex === undefined ? text : toBase64(hex);
}

function attributeJson(leaf: Leaf, text: string): JsonValue {
  const at = text.indexOf("=");
  if (at < 1) throw misuse(leaf, "KEY=VALUE", text);
  return { key: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
}

function oneJson(leaf: Leaf, text: string): JsonValue {
  const { field } = leaf;
  if (field.message !== undefined) {
    switch (field.message.name) {
      case "Coin":
        return coinJson(leaf, text, /^([0-9]{1,78})([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/);
      case "DecCoin":
        return coinJson(leaf, text, /^([0-9]{1,60}(?:\.[0-9]{1,18})?)([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/);
      case "Attribute":
        return attributeJson(leaf, text);
      case "Timestamp":
      case "Duration":
        return text;
      default:
        return jsonText(leaf, text);
    }
  }
  return field.scalar === ScalarType.BYTES ? bytesJson(text) : text;
}

/** What a flag's text means, as the field's protobuf JSON. Throws {@link CliError} with exit code 2. */
export function leafJson(leaf: Leaf, text: string): JsonValue {
  const { field } = leaf;
  if (field.fieldKind !== "list") return oneJson(leaf, text);
  const word = field.message === undefined || wordMessages.has(field.message.typeName);
  if (!word || text.startsWith("[") || text.startsWith("@")) return jsonText(leaf, text);
  return text.split(",").map((part) => oneJson(leaf, part.trim()));
}

type JsonFields = { [key: string]: JsonValue };

/** Puts a value at a path of objects, making those that are missing. */
export function putJson(target: JsonFields, path: readonly string[], value: JsonValue): void {
  let at = target;
  for (const name of path.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as JsonFields;
  }
  at[path.at(-1) as string] = value;
}

/** The value at a path of objects and lists (`bids.0.price`), or undefined. */
export function atPath(value: JsonValue | undefined, path: string): JsonValue | undefined {
  let at: JsonValue | undefined = value;
  for (const name of path.split(".")) {
    if (at === null || typeof at !== "object") return undefined;
    at = (at as JsonFields)[name];
  }
  return at;
}

/** The protobuf JSON of everything that was typed: flags, then operands by the flags that they stand for. */
export function typedJson(leaves: readonly Leaf[], operands: readonly string[], invocation: Invocation): JsonFields {
  const json: JsonFields = {};
  for (const leaf of leaves) {
    const at = operands.indexOf(leaf.flag);
    const text = at >= 0 ? invocation.operands[at] : invocation.text(leaf.flag);
    if (isBoolean(leaf.field)) {
      if (invocation.flag(leaf.flag)) putJson(json, leaf.path, true);
    } else if (text !== undefined) putJson(json, leaf.path, leafJson(leaf, text));
  }
  return json;
}

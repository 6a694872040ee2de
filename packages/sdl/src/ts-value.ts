import { childPath, type Position, type Problems } from "./problem.ts";
import { isMergeKey, type YamlMap, type YamlNode, type YamlScalar } from "./yaml-node.ts";

/** A value as JavaScript's js-yaml makes it (YAML 1.2 core types), with its place. */
export type TsValue = { readonly at: Position; readonly path: string } & (
  | { readonly type: "null" }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "list"; readonly items: readonly TsValue[] }
  | { readonly type: "object"; readonly members: ReadonlyMap<string, TsValue> }
  /** A date or binary: an object without members. */
  | { readonly type: "other"; readonly text: string }
);

type ScalarValue =
  | { readonly type: "null" }
  | { readonly type: "boolean"; readonly value: boolean }
  | { readonly type: "number"; readonly value: number }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "other"; readonly text: string };

const nullPattern = /^(~|null|Null|NULL|)$/;
const boolPattern = /^(true|True|TRUE|false|False|FALSE)$/;
const integerPattern = /^[-+]?(0b[01]+|0x[0-9a-fA-F]+|0o[0-7]+|[0-9]+)$/;
const floatPattern =
  /^(?:[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const datePattern =
  /^[0-9]{4}-[0-9]{2}-[0-9]{2}$|^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt]|[ \t]+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9]{1,2}(?::[0-9]{2})?))?$/;

function readInteger(text: string): number {
  const body = text.replace(/^[-+]/, "");
  const size = Number(body.replace(/^0+(?=[0-9])/, ""));
  return text.startsWith("-") ? -size : size;
}

function readFloat(text: string): number {
  const plain = text.toLowerCase();
  if (plain.endsWith(".inf")) return plain.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return plain === ".nan" ? Number.NaN : Number.parseFloat(plain);
}

function resolvePlain(text: string): ScalarValue {
  if (nullPattern.test(text)) return { type: "null" };
  if (boolPattern.test(text)) return { type: "boolean", value: text[0] === "t" || text[0] === "T" };
  if (integerPattern.test(text)) {
    const value = readInteger(text);
    // What no double holds stays text.
    return Number.isFinite(value) ? { type: "number", value } : { type: "string", value: text };
  }
  if (floatPattern.test(text)) {
    const value = readFloat(text);
    const special = /[iInN]/.test(text);
    return special || Number.isFinite(value) ? { type: "number", value } : { type: "string", value: text };
  }
  return datePattern.test(text) ? { type: "other", text } : { type: "string", value: text };
}

const scalarTags = new Set(["!!str", "!!null", "!!bool", "!!int", "!!float", "!!timestamp", "!!binary"]);

function resolveScalar(scalar: YamlScalar): ScalarValue | undefined {
  if (scalar.tag === undefined)
    return scalar.plain ? resolvePlain(scalar.text) : { type: "string", value: scalar.text };
  if (!scalarTags.has(scalar.tag)) return undefined;
  return scalar.tag === "!!str" ? { type: "string", value: scalar.text } : resolvePlain(scalar.text);
}

/** Text of a value as JavaScript's String() gives it. */
export function tsText(value: TsValue): string {
  switch (value.type) {
    case "null":
      return "null";
    case "list":
      return value.items.map((item) => (item.type === "null" ? "" : tsText(item))).join(",");
    case "object":
      return "[object Object]";
    case "other":
      return value.text;
    default:
      return String(value.value);
  }
}

/** Reads a document as js-yaml does; problems for doubled keys, bad merges and unknown tags. */
export class TsReader {
  private readonly problems: Problems;

  constructor(problems: Problems) {
    this.problems = problems;
  }

  read(node: YamlNode, path: string): TsValue {
    const { at } = node;
    if (node.kind === "scalar") {
      const value = resolveScalar(node);
      if (value !== undefined) return { at, path, ...value };
      this.problems.add("value-not-allowed", { path, at }, `the tag ${node.tag} is not known: remove it`);
      return { at, path, type: "null" };
    }
    if (node.kind === "map") return { at, path, type: "object", members: this.readMap(node, path) };
    const items = node.items.map((item, index) => this.read(item, childPath(path, index)));
    return { at, path, type: "list", items };
  }

  private readMap(map: YamlMap, path: string): ReadonlyMap<string, TsValue> {
    const members = new Map<string, TsValue>();
    const merges: YamlNode[] = [];
    for (const { key, value } of map.entries) {
      if (isMergeKey(key)) {
        merges.push(value);
        continue;
      }
      const name = tsText(this.read(key, path));
      const at = { path: childPath(path, name), at: key.at };
      if (members.has(name)) {
        this.problems.add("yaml-duplicate-key", at, `the key "${name}" stands here twice: keep one`);
      }
      members.set(name, this.read(value, at.path));
    }
    for (const value of merges) this.merge(members, value, path);
    return members;
  }

  private merge(members: Map<string, TsValue>, value: YamlNode, path: string): void {
    for (const source of value.kind === "list" ? value.items : [value]) {
      if (source.kind !== "map") {
        this.problems.add("yaml-merge", { path, at: source.at }, "<< takes a map or a list of maps");
        continue;
      }
      for (const [name, member] of this.readMap(source, path)) if (!members.has(name)) members.set(name, member);
    }
  }
}

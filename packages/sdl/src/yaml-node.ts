import type { Position } from "./problem.ts";

/** A YAML document as both dialects read it: aliases followed, scalars still text. */
export type YamlNode = YamlScalar | YamlMap | YamlList;

interface YamlBase {
  readonly at: Position;
  /** The tag as written in short form (`!!str`, `!mine`), if any. */
  readonly tag: string | undefined;
}

export interface YamlScalar extends YamlBase {
  readonly kind: "scalar";
  readonly text: string;
  /** False if quoted or a block: then it is text, whatever it looks like. */
  readonly plain: boolean;
}

export interface YamlEntry {
  readonly key: YamlNode;
  readonly value: YamlNode;
}

export interface YamlMap extends YamlBase {
  readonly kind: "map";
  readonly entries: readonly YamlEntry[];
}

export interface YamlList extends YamlBase {
  readonly kind: "list";
  readonly items: readonly YamlNode[];
}

/** True for a plain `<<`, the merge key of YAML 1.1. */
export function isMergeKey(key: YamlNode): boolean {
  return key.kind === "scalar" && key.text === "<<" && (key.tag === "!!merge" || (key.plain && key.tag === undefined));
}

import { isGoNull, resolveGoScalar } from "./go-scalars.ts";
import { childPath, type Place, type Problems } from "./problem.ts";
import { isMergeKey, type YamlEntry, type YamlMap, type YamlNode } from "./yaml-node.ts";

/** A node with its path. */
export interface Spot {
  readonly node: YamlNode;
  readonly path: string;
}

const kindNames = { scalar: "a single value", map: "a map", list: "a list" } as const;
const maxUint32 = 0xffff_ffff;
const yes = new Set(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"]);
const no = new Set(["n", "N", "no", "No", "NO", "off", "Off", "OFF"]);

/**
 * Reads nodes into values with the semantics of Go's yaml.v3 (spec: sdl.md §2): null leaves the zero value, any
 * scalar is text where text is wanted, unknown keys of structs are ignored, null items of lists are dropped,
 * doubled keys and wrong types are problems.
 */
export class GoDecoder {
  readonly problems: Problems;

  constructor(problems: Problems) {
    this.problems = problems;
  }

  place(spot: Spot): Place {
    return { path: spot.path, at: spot.node.at };
  }

  wrongType(spot: Spot, wanted: string): undefined {
    const { node } = spot;
    const have = node.kind === "scalar" ? `"${node.text.slice(0, 40)}"` : kindNames[node.kind];
    this.problems.add("wrong-type", this.place(spot), `expected ${wanted}, not ${have}`);
    return undefined;
  }

  text(spot: Spot | undefined): string {
    if (spot === undefined || isGoNull(spot.node)) return "";
    if (spot.node.kind === "scalar" && resolveGoScalar(spot.node).is !== "mismatch") return spot.node.text;
    this.wrongType(spot, "text");
    return "";
  }

  flag(spot: Spot | undefined): boolean {
    if (spot === undefined || isGoNull(spot.node)) return false;
    if (spot.node.kind === "scalar") {
      const resolved = resolveGoScalar(spot.node);
      if (resolved.is === "bool") return resolved.value;
      if (resolved.is === "text" && yes.has(spot.node.text)) return true;
      if (resolved.is === "text" && no.has(spot.node.text)) return false;
    }
    this.wrongType(spot, "true or false");
    return false;
  }

  uint32(spot: Spot | undefined): number {
    if (spot === undefined || isGoNull(spot.node)) return 0;
    if (spot.node.kind === "scalar") {
      const resolved = resolveGoScalar(spot.node);
      const value =
        resolved.is === "int" ? Number(resolved.value) : resolved.is === "float" ? Math.trunc(resolved.value) : -1;
      // Adding 0 turns the -0 of a small negative fraction into 0.
      if (value >= 0 && value <= maxUint32) return value + 0;
    }
    this.wrongType(spot, "a whole number from 0 to 4294967295, unquoted");
    return 0;
  }

  /** Items that are not null; undefined if there is no list (nil in Go, where an empty list is not). */
  items(spot: Spot | undefined): readonly Spot[] | undefined {
    if (spot === undefined || isGoNull(spot.node)) return undefined;
    if (spot.node.kind !== "list") return this.wrongType(spot, "a list");
    return spot.node.items
      .map((node, index): Spot => ({ node, path: childPath(spot.path, index) }))
      .filter(({ node }) => !isGoNull(node));
  }

  texts(spot: Spot | undefined): readonly string[] | null {
    return this.items(spot)?.map((item) => this.text(item)) ?? null;
  }

  /** Members of a map or struct by key; undefined if the value is null, absent or no map. */
  members(spot: Spot | undefined): ReadonlyMap<string, Spot> | undefined {
    if (spot === undefined || isGoNull(spot.node)) return undefined;
    if (spot.node.kind !== "map") return this.wrongType(spot, "a map");
    return this.mapMembers(spot.node, spot.path);
  }

  private mapMembers(map: YamlMap, path: string): ReadonlyMap<string, Spot> {
    const members = new Map<string, Spot>();
    const merges: YamlEntry[] = [];
    this.refuseDoubled(map, path);
    for (const entry of map.entries) {
      if (isMergeKey(entry.key)) merges.push(entry);
      else this.addMember(members, entry, path);
    }
    for (const { value } of merges) this.merge(members, value, path);
    return members;
  }

  private addMember(members: Map<string, Spot>, { key, value }: YamlEntry, path: string): void {
    if (isGoNull(key)) return;
    if (key.kind === "scalar") members.set(key.text, { node: value, path: childPath(path, key.text) });
    else this.wrongType({ node: key, path }, "text as a key");
  }

  private refuseDoubled(map: YamlMap, path: string): void {
    const seen = new Set<string>();
    for (const { key } of map.entries) {
      const name = key.kind === "scalar" ? `=${key.text}` : key.kind;
      if (seen.has(name)) {
        const text = key.kind === "scalar" ? key.text : kindNames[key.kind];
        const place = { path: childPath(path, text), at: key.at };
        this.problems.add("yaml-duplicate-key", place, `the key "${text}" stands here twice: keep one`);
      }
      seen.add(name);
    }
  }

  // What stands in the map itself wins over what is merged, and earlier merged maps over later ones.
  private merge(members: Map<string, Spot>, value: YamlNode, path: string): void {
    const sources = value.kind === "list" ? value.items : [value];
    for (const source of sources) {
      if (source.kind !== "map") {
        this.problems.add("yaml-merge", { path, at: source.at }, "<< takes a map or a list of maps");
        continue;
      }
      for (const [name, spot] of this.mapMembers(source, path)) if (!members.has(name)) members.set(name, spot);
    }
  }

  /** Entries as written, for readers that walk a map by hand in Go: no merge, no check for doubled keys. */
  rawEntries(spot: Spot): readonly (readonly [string, Spot, Place])[] {
    if (spot.node.kind !== "map") return [];
    return spot.node.entries.map(({ key, value }) => {
      const name = key.kind === "scalar" ? key.text : "";
      const path = childPath(spot.path, name);
      return [name, { node: value, path }, { path, at: key.at }] as const;
    });
  }
}

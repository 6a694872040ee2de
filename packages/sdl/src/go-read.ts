import { type Attribute, compareUtf8 } from "@stoa/market";
import { Dec } from "@stoa/std";
import { isDenom } from "@stoa/wire";
import { GoDecoder, type Spot } from "./go-decoder.ts";
import { parseGoVersion } from "./go-numbers.ts";
import { readCompute } from "./go-read-compute.ts";
import { readService } from "./go-read-service.ts";
import { isGoNull } from "./go-scalars.ts";
import type { GoDeployment, GoPlacement, GoPrice, GoSdl } from "./go-sdl.ts";
import { childPath, type Problems } from "./problem.ts";
import type { YamlEntry, YamlMap, YamlNode } from "./yaml-node.ts";

function readMap<T>(decoder: GoDecoder, spot: Spot | undefined, read: (spot: Spot) => T): ReadonlyMap<string, T> {
  return new Map([...(decoder.members(spot) ?? [])].map(([name, member]) => [name, read(member)]));
}

// A null price is none: it matters only if the profile is deployed, and is refused then.
const noPrice: GoPrice = { denom: "", amount: Dec.zero.toString() };

function readPrice(decoder: GoDecoder, spot: Spot): GoPrice {
  if (isGoNull(spot.node)) return noPrice;
  const members = decoder.members(spot);
  const amount = decoder.text(members?.get("amount"));
  const denom = decoder.text(members?.get("denom"));
  const value = Dec.parse(amount);
  const place = decoder.place(members?.get("amount") ?? spot);
  if (value === undefined) {
    decoder.problems.add("price", place, `"${amount}" is no amount: write decimal text with at most 18 places`);
  } else if (!value.isPositive()) decoder.problems.add("price", place, `the amount ${amount} must be above 0`);
  if (!isDenom(denom)) {
    const message = `"${denom}" is no denomination: write one such as uact`;
    decoder.problems.add("denomination", decoder.place(members?.get("denom") ?? spot), message);
  }
  return { denom, amount: (value ?? Dec.zero).toString() };
}

function readPlacement(decoder: GoDecoder, spot: Spot): GoPlacement {
  const members = decoder.members(spot);
  const signedBy = decoder.members(members?.get("signedBy"));
  const attributes = [...readMap(decoder, members?.get("attributes"), (value) => decoder.text(value))]
    .map(([key, value]): Attribute => ({ key, value }))
    .sort((a, b) => compareUtf8(a.key, b.key));
  return {
    attributes,
    allOf: decoder.texts(signedBy?.get("allOf")) ?? [],
    anyOf: decoder.texts(signedBy?.get("anyOf")) ?? [],
    pricing: readMap(decoder, members?.get("pricing"), (price) => readPrice(decoder, price)),
    place: decoder.place(spot),
  };
}

function readDeployment(decoder: GoDecoder, spot: Spot): GoDeployment {
  const members = decoder.members(spot);
  return {
    profile: decoder.text(members?.get("profile")),
    count: decoder.uint32(members?.get("count")),
    place: decoder.place(spot),
  };
}

function readVersion(decoder: GoDecoder, root: YamlMap): GoSdl["version"] | undefined {
  const entry = root.entries.find(({ key }) => key.kind === "scalar" && key.text === "version");
  if (entry === undefined) {
    decoder.problems.add("missing-key", { path: "", at: root.at }, 'no version found: write version: "2.0" or "2.1"');
    return undefined;
  }
  const text = entry.value.kind === "scalar" ? entry.value.text : "";
  const version = parseGoVersion(text);
  if (version !== undefined) {
    const [major, minor, patch, preRelease] = version;
    if (major === 2n && minor === 0n && patch === 0n && !preRelease) return "2.0";
    const isFirst = major === 2n && minor === 1n && patch === 0n;
    if ((major > 2n || (major === 2n && minor >= 1n)) && !(isFirst && preRelease)) return "2.1";
  }
  const place = { path: "/version", at: entry.value.at };
  decoder.problems.add("version-unsupported", place, `version "${text}" is not supported: write "2.0" or "2.1"`);
  return undefined;
}

// Go decodes each top-level key into the same struct, so a key that stands twice adds to its maps, and null empties
// them. Depth 2 for profiles, a struct of maps, which null leaves as it is.
function mergeTwice(first: YamlNode, second: YamlNode, depth: number): YamlNode {
  if (first.kind === "map" && depth > 1 && isGoNull(second)) return first;
  if (first.kind !== "map" || second.kind !== "map") return second;
  const entries: YamlEntry[] = [...first.entries];
  for (const entry of second.entries) {
    const same = entries.findIndex(
      ({ key }) => key.kind === "scalar" && entry.key.kind === "scalar" && key.text === entry.key.text,
    );
    const old = entries[same];
    if (old === undefined) entries.push(entry);
    else entries[same] = depth > 1 ? { ...entry, value: mergeTwice(old.value, entry.value, depth - 1) } : entry;
  }
  return { ...second, entries };
}

const topLevel = new Set(["include", "services", "profiles", "deployment", "endpoints", "reclamation", "version"]);

function readTopLevel(decoder: GoDecoder, root: YamlMap): ReadonlyMap<string, Spot> {
  const sections = new Map<string, Spot>();
  for (const { key, value } of root.entries) {
    const name = key.kind === "scalar" ? key.text : "";
    const path = childPath("", name);
    if (!topLevel.has(name)) {
      decoder.problems.add("unknown-key", { path, at: key.at }, `unexpected field "${name}" at the top: remove it`);
      continue;
    }
    const earlier = sections.get(name);
    // What stands first is decoded too, so it must be of the right type.
    if (earlier !== undefined && name !== "include" && name !== "version") decoder.members(earlier);
    const node = earlier === undefined ? value : mergeTwice(earlier.node, value, name === "profiles" ? 2 : 1);
    sections.set(name, { node, path });
  }
  return sections;
}

/** Reads a document into an SDL as the reference's Go parser does; undefined, with problems, if it would refuse. */
export function readGoSdl(root: YamlNode | undefined, problems: Problems): GoSdl | undefined {
  const decoder = new GoDecoder(problems);
  if (root === undefined || root.kind !== "map") {
    const place = { path: "", at: root?.at ?? { line: 1, column: 1 } };
    problems.add("missing-key", place, 'no version found: an SDL is a map with version: "2.0" or "2.1"');
    return undefined;
  }
  const version = readVersion(decoder, root);
  const sections = readTopLevel(decoder, root);
  decoder.texts(sections.get("include"));
  const profiles = decoder.members(sections.get("profiles"));
  const reclamation = sections.get("reclamation");
  const window = decoder.members(reclamation)?.get("min_window");
  const place = { path: "", at: root.at };
  const sdl = {
    services: readMap(decoder, sections.get("services"), (spot) => readService(decoder, spot)),
    compute: readMap(decoder, profiles?.get("compute"), (spot) => readCompute(decoder, spot)),
    placement: readMap(decoder, profiles?.get("placement"), (spot) => readPlacement(decoder, spot)),
    deployment: readMap(decoder, sections.get("deployment"), (spot) =>
      readMap(decoder, spot, (inner) => readDeployment(decoder, inner)),
    ),
    endpoints: readMap(decoder, sections.get("endpoints"), (spot) => ({
      kind: decoder.text(decoder.members(spot)?.get("kind")),
      place: decoder.place(spot),
    })),
    reclamation:
      reclamation === undefined
        ? null
        : { minWindow: decoder.text(window), place: decoder.place(window ?? reclamation) },
    place,
  };
  return version === undefined || problems.any ? undefined : { version, ...sdl };
}

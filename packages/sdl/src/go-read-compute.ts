import { type Attribute, compareUtf8, validateAttributes } from "@stoa/market";
import type { GoDecoder, Spot } from "./go-decoder.ts";
import { parseDigits, parseGoCpu, parseGoGpuRam, parseGoSize } from "./go-numbers.ts";
import { isGoNull } from "./go-scalars.ts";
import type { GoCompute, GoVolume } from "./go-sdl.ts";

type Present = GoCompute["cpu"];

const maxUint64 = (1n << 64n) - 1n;

/** The text of a scalar, empty for anything else: what Go's custom readers see. */
function rawText(spot: Spot): string {
  return spot.node.kind === "scalar" ? spot.node.text : "";
}

function absent(spot: Spot | undefined): spot is undefined {
  return spot === undefined || isGoNull(spot.node);
}

function byKey(a: Attribute, b: Attribute): number {
  return compareUtf8(a.key, b.key);
}

function readSize(decoder: GoDecoder, spot: Spot | undefined): bigint {
  if (absent(spot)) return 0n;
  const size = parseGoSize(rawText(spot));
  if (size !== undefined) return size;
  const message = `"${rawText(spot)}" is no size: write a number with k, M, G, T, Ki, Mi, Gi or Ti, such as 512Mi`;
  decoder.problems.add("size", decoder.place(spot), message);
  return 0n;
}

function readCpu(decoder: GoDecoder, spot: Spot | undefined): Present {
  if (absent(spot)) return null;
  const members = decoder.members(spot);
  const units = members?.get("units");
  const attributes: Attribute[] = [];
  const written = members?.get("attributes");
  for (const [key, value, place] of absent(written) ? [] : decoder.rawEntries(written)) {
    if (key === "arch") attributes.push({ key, value: decoder.text(value) });
    else decoder.problems.add("cpu-attributes", place, `unsupported CPU attribute "${key}": only arch is understood`);
  }
  const millicores = absent(units) ? 0n : parseGoCpu(rawText(units));
  if (millicores === undefined && units !== undefined) {
    const message = `"${rawText(units)}" is no amount of CPU: write cores such as 0.5, or millicores such as 500m`;
    decoder.problems.add("cpu-units", decoder.place(units), message);
  }
  return { units: millicores ?? 0n, attributes };
}

function readNvidia(decoder: GoDecoder, spot: Spot): string {
  const members = decoder.members(spot);
  let key = decoder.text(members?.get("model"));
  const ram = members?.get("ram");
  if (!absent(ram)) {
    const text = parseGoGpuRam(rawText(ram));
    if (text === undefined) {
      const message = `"${rawText(ram)}" is no amount of GPU memory: write it with Gi, such as 80Gi`;
      decoder.problems.add("size", decoder.place(ram), message);
    }
    key += `/ram/${text ?? ""}`;
  }
  const link = members?.get("interface");
  if (!absent(link)) {
    const text = rawText(link);
    if (text !== "pcie" && text !== "sxm") {
      decoder.problems.add("gpu-attributes", decoder.place(link), `GPU interface "${text}" is not known: pcie or sxm`);
    }
    key += `/interface/${text}`;
  }
  return key;
}

function readGpuAttributes(decoder: GoDecoder, spot: Spot): readonly Attribute[] {
  let vendor: Spot | undefined;
  for (const [key, value, place] of decoder.rawEntries(spot)) {
    if (key === "vendor") vendor = value;
    else decoder.problems.add("gpu-attributes", place, `unsupported GPU attribute "${key}": only vendor is understood`);
  }
  if (absent(vendor)) {
    decoder.problems.add("gpu-attributes", decoder.place(spot), "name at least one vendor: vendor: {nvidia: }");
    return [];
  }
  const models = decoder.items(decoder.members(vendor)?.get("nvidia")) ?? [];
  const keys = models.length === 0 ? ["*"] : models.map((model) => readNvidia(decoder, model));
  const attributes = keys.map((key): Attribute => ({ key: `vendor/nvidia/model/${key}`, value: "true" })).sort(byKey);
  const problem = validateAttributes(attributes);
  if (problem !== undefined) {
    decoder.problems.add("gpu-attributes", decoder.place(vendor), `invalid GPU attributes: ${problem.message}`);
  }
  return attributes;
}

function readGpu(decoder: GoDecoder, spot: Spot | undefined): Present {
  if (absent(spot)) return null;
  if (spot.node.kind === "list" && spot.node.items.length > 0) decoder.wrongType(spot, "a map");
  let units = 0n;
  let attributes: readonly Attribute[] = [];
  for (const [key, value, place] of decoder.rawEntries(spot)) {
    if (key === "units" && !absent(value)) {
      const parsed = parseDigits(rawText(value), maxUint64);
      if (parsed === undefined) {
        const message = `"${rawText(value)}" is no number of GPUs: write a whole number`;
        decoder.problems.add("gpu-units", decoder.place(value), message);
      }
      units = parsed ?? 0n;
    } else if (key === "attributes" && !absent(value)) attributes = readGpuAttributes(decoder, value);
    else if (key !== "units" && key !== "attributes") {
      decoder.problems.add("unknown-key", place, `unsupported field "${key}" for a GPU: units and attributes are`);
    }
  }
  if (units > 0n && attributes.length === 0) {
    decoder.problems.add("gpu-attributes", decoder.place(spot), "GPU attributes must be present if units > 0");
  }
  return { units, attributes };
}

const storageClasses = new Set(["default", "beta1", "beta2", "beta3", "ram"]);
const trueTexts = new Set(["true", "on", "yes"]);
const falseTexts = new Set(["false", "off", "no"]);

function readStorageAttributes(decoder: GoDecoder, spot: Spot | undefined): readonly Attribute[] {
  if (absent(spot)) return [];
  const written = decoder.members(spot);
  if (written === undefined) return [];
  const place = decoder.place(spot);
  const refuse = (message: string): void => decoder.problems.add("storage-attributes", place, message);
  const values = new Map([...written].map(([key, value]) => [key, decoder.text(value)]));
  if (!values.has("persistent")) values.set("persistent", "false");
  const persistent = values.get("persistent") ?? "";
  const storageClass = values.get("class") ?? "";
  if (storageClass === "" && persistent === "true") values.set("class", "default");
  else if (storageClass === "ram" && persistent !== "false")
    refuse("class ram cannot be persistent: write persistent: false");
  else if (storageClass !== "" && storageClass !== "ram" && persistent === "false") {
    refuse(`class ${storageClass} needs persistent: true; ephemeral storage has no class`);
  }
  const attributes: Attribute[] = [];
  for (const [key, value] of values) {
    if (key === "persistent") {
      if (!trueTexts.has(value) && !falseTexts.has(value)) refuse(`persistent: "${value}" is neither true nor false`);
      attributes.push({ key, value: trueTexts.has(value) ? "true" : "false" });
    } else if (key === "class") {
      if (!storageClasses.has(value)) refuse(`class "${value}" is not known: default, beta1, beta2, beta3 or ram`);
      attributes.push({ key, value });
    } else refuse(`unsupported storage attribute "${key}": class and persistent are`);
  }
  return attributes.sort(byKey);
}

function readVolume(decoder: GoDecoder, spot: Spot, single: boolean): GoVolume {
  const members = decoder.members(spot);
  const name = decoder.text(members?.get("name"));
  return {
    name: single || name === "" ? "default" : name,
    size: readSize(decoder, members?.get("size")),
    attributes: readStorageAttributes(decoder, members?.get("attributes")),
    place: decoder.place(spot),
  };
}

function persistentText(volume: GoVolume): string {
  return volume.attributes.find(({ key }) => key === "persistent")?.value ?? "";
}

// Not a strict order: of two ephemeral volumes of one size each goes before the other (spec: sdl.md §9).
function goesBefore(a: GoVolume, b: GoVolume): boolean {
  if (a.size !== b.size) return a.size < b.size;
  const [first, second] = [persistentText(a), persistentText(b)];
  if (second !== "" && (first === "" || first < second)) return true;
  if (first !== "" && second === "") return false;
  if (first !== "true") return true;
  return second === "true" && compareUtf8(a.name, b.name) < 0;
}

// With an order that is none the algorithm decides: Go's stable sort inserts, up to 20 volumes.
function sortVolumes(volumes: readonly GoVolume[]): readonly GoVolume[] {
  const sorted = [...volumes];
  for (let i = 1; i < sorted.length; i++) {
    for (let j = i; j > 0; j--) {
      const [left, right] = [sorted[j - 1] as GoVolume, sorted[j] as GoVolume];
      if (!goesBefore(right, left)) break;
      sorted[j - 1] = right;
      sorted[j] = left;
    }
  }
  return sorted;
}

function readStorage(decoder: GoDecoder, spot: Spot | undefined): readonly GoVolume[] {
  if (absent(spot) || spot.node.kind === "scalar") return [];
  const list = spot.node.kind === "list";
  const items = spot.node.kind === "list" ? spot.node.items : [spot.node];
  const volumes = items.map((node, index) =>
    readVolume(decoder, { node, path: list ? `${spot.path}/${index}` : spot.path }, !list),
  );
  const names = new Set<string>();
  for (const volume of volumes) {
    if (names.has(volume.name)) {
      decoder.problems.add("storage-name", volume.place, `duplicated volume name "${volume.name}": name each volume`);
    }
    names.add(volume.name);
  }
  return sortVolumes(volumes);
}

/** Reads one compute profile; null if it has no resources (spec: sdl.md §3, §4, §6). */
export function readCompute(decoder: GoDecoder, spot: Spot): GoCompute | null {
  const resources = decoder.members(spot)?.get("resources");
  if (absent(resources)) return null;
  const members = decoder.members(resources);
  const memory = members?.get("memory");
  return {
    cpu: readCpu(decoder, members?.get("cpu")),
    gpu: readGpu(decoder, members?.get("gpu")),
    memory: absent(memory) ? null : readSize(decoder, decoder.members(memory)?.get("size")),
    storage: readStorage(decoder, members?.get("storage")),
    place: decoder.place(resources),
  };
}

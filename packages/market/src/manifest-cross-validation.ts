import type { Attribute } from "./attributes.ts";
import {
  isIngress,
  type Manifest,
  type ManifestCompute,
  type ManifestExpose,
  type ManifestGroup,
  type ManifestMemory,
  type ManifestService,
  type ManifestVolume,
} from "./manifest.ts";
import { type ManifestProblem, validateManifest } from "./manifest-validation.ts";
import {
  type ComputeUnits,
  endpointKinds,
  type GroupSpec,
  type MemoryUnits,
  type ResourceUnit,
  type ResourceValue,
  resourceAmount,
  type StorageVolume,
} from "./resources.ts";

function sameAttributes(a: readonly Attribute[], b: readonly Attribute[]): boolean {
  return a.length === b.length && a.every(({ key, value }, i) => key === b[i]?.key && value === b[i]?.value);
}

function sameAmount(text: string, value: ResourceValue | undefined): boolean {
  return /^-?[0-9]+$/.test(text) && resourceAmount(value) === BigInt(text);
}

function sameCompute(have: ManifestCompute | null, want: ComputeUnits | undefined): boolean {
  if (have === null || want === undefined) return have === null && want === undefined;
  return sameAmount(have.units, want.units) && sameAttributes(have.attributes, want.attributes);
}

function sameMemory(have: ManifestMemory | null, want: MemoryUnits | undefined): boolean {
  if (have === null || want === undefined) return have === null && want === undefined;
  return sameAmount(have.size, want.quantity) && sameAttributes(have.attributes, want.attributes);
}

// The reference looks at the manifest's volumes only, so it would accept a manifest with fewer than were leased.
function sameStorage(have: readonly ManifestVolume[], want: readonly StorageVolume[]): boolean {
  return have.length === want.length && have.every((one, i) => one.name === want[i]?.name && sameMemory(one, want[i]));
}

/** What of one leased unit the manifest has not used yet. */
interface Left {
  readonly unit: ResourceUnit;
  count: number;
  readonly endpoints: number[];
}

const endpointNames: readonly string[] = ["HTTP", "PORT", "IP"];

function leftOf(unit: ResourceUnit): Left {
  const endpoints = [0, 0, 0];
  for (const { kind } of unit.resource?.endpoints ?? []) endpoints[kind] = (endpoints[kind] ?? 0) + 1;
  return { unit, count: unit.count, endpoints };
}

function useEndpoint(left: Left, kind: number): string | undefined {
  const have = left.endpoints[kind] ?? 0;
  if (have === 0) return `over-utilized ${endpointNames[kind]} endpoints`;
  left.endpoints[kind] = have - 1;
  return undefined;
}

function useExpose(left: Left, expose: ManifestExpose): string | undefined {
  if (!expose.global) return undefined;
  const problem = useEndpoint(left, isIngress(expose) ? endpointKinds.sharedHttp : endpointKinds.randomPort);
  return problem ?? (expose.ip === "" ? undefined : useEndpoint(left, endpointKinds.leasedIp));
}

function useService(units: ReadonlyMap<number, Left>, service: ManifestService): string | undefined {
  const { id, cpu, gpu, memory, storage } = service.resources;
  const name = `service ${JSON.stringify(service.name)}`;
  const left = units.get(id);
  if (left === undefined) return `${name}: not found deployment group resources with ID = ${id}`;
  if (service.count > left.count) {
    return `${name}: over-utilized replicas (${service.count}) > group spec resources count (${left.count})`;
  }
  const want = left.unit.resource;
  const differs = (what: string): string => `${name}: ${what} resources mismatch for ID ${id}`;
  if (!sameCompute(cpu, want?.cpu)) return differs("CPU");
  if (!sameCompute(gpu, want?.gpu)) return differs("GPU");
  if (!sameMemory(memory, want?.memory)) return differs("Memory");
  if (!sameStorage(storage, want?.storage ?? [])) return differs("Storage");
  for (const expose of service.expose ?? []) {
    const problem = useExpose(left, expose);
    if (problem !== undefined) return `${name}: resource ID ${id}: ${problem}`;
  }
  left.count -= service.count;
  return undefined;
}

function checkGroup(group: ManifestGroup, units: ReadonlyMap<number, Left>): string | undefined {
  for (const service of group.services ?? []) {
    const problem = useService(units, service);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkLeft(units: ReadonlyMap<number, Left>): string | undefined {
  for (const [id, { endpoints }] of units) {
    for (const [kind, count] of endpoints.entries()) {
      if (count > 0) return `resources ID (${id}): under-utilized (${count}) ${endpointNames[kind]} endpoints`;
    }
  }
  for (const [id, { count }] of units) {
    if (count > 0) return `resources ID (${id}): under-utilized (${count}) resources`;
  }
  return undefined;
}

/**
 * Undefined if a manifest uses exactly what its deployment's groups lease: names, resources in order, counts,
 * endpoints by kind, nothing over and nothing under (spec: sdl.md §8). Validates the manifest itself first.
 */
export function checkManifestAgainstGroups(
  manifest: Manifest,
  groups: readonly GroupSpec[],
): ManifestProblem | undefined {
  const invalid = validateManifest(manifest);
  if (invalid !== undefined) return invalid;
  if (manifest.length !== groups.length) {
    return {
      kind: "other",
      message: `invalid manifest: group count mismatch (${manifest.length} != ${groups.length})`,
    };
  }
  const byName = new Map(
    groups.map((group) => [group.name, new Map(group.resources.map((unit) => [unit.resource?.id ?? 0, leftOf(unit)]))]),
  );
  const crossed = (name: string, problem: string): ManifestProblem => ({
    kind: "crossValidation",
    message: `manifest cross-validation error: group ${JSON.stringify(name)}: ${problem}`,
  });
  for (const group of manifest) {
    const units = byName.get(group.name);
    if (units === undefined) {
      return { kind: "other", message: `invalid manifest: unknown deployment group ('${group.name}')` };
    }
    const problem = checkGroup(group, units);
    if (problem !== undefined) return crossed(group.name, problem);
  }
  for (const [name, units] of byName) {
    const problem = checkLeft(units);
    if (problem !== undefined) return crossed(name, problem);
  }
  return undefined;
}

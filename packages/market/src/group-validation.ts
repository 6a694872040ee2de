import { Dec, maxUint64 } from "@stoa/std";
import { decCoinFromWire, isDenom } from "@stoa/wire";
import { validateAttributes } from "./attributes.ts";
import { declaredLimits, groupLimits, unitLimits } from "./limits.ts";
import { groupPrice } from "./price.ts";
import { errorKinds, type Refusal, refusal, refusalText, wrapped } from "./refusal.ts";
import {
  type ComputeUnits,
  type GroupSpec,
  type MemoryUnits,
  type Resources,
  type ResourceUnit,
  type ResourceValue,
  resourceAmount,
  type StorageVolume,
} from "./resources.ts";

/*
 * Group spec validation (market-modules.md §3.4). The reference answers most of these without a code; ours is
 * deployment 19, and akash 1 or 2 for attributes (§20). Texts are the reference's, its doubled maxima included.
 */

function invalid(message: string): Refusal {
  return refusalText(errorKinds.groupSpecInvalid, message);
}

function readAmount(value: ResourceValue | undefined): bigint | Refusal {
  const amount = resourceAmount(value);
  // The reference panics on what does not fit uint64, and the code of a panic is what clients see.
  if (amount === undefined || amount < 0n || amount > maxUint64) {
    return refusalText(errorKinds.panic, "Uint64() out of bounds");
  }
  return amount;
}

function checkAttributes(what: string, attributes: Parameters<typeof validateAttributes>[0]): Refusal | undefined {
  const problem = validateAttributes(attributes);
  return problem === undefined
    ? undefined
    : { ...problem, message: `error: invalid ${what} attributes: ${problem.message}` };
}

function checkCpu(cpu: ComputeUnits | undefined): Refusal | undefined {
  if (cpu === undefined) return invalid("error: invalid unit CPU, cannot be nil");
  const amount = readAmount(cpu.units);
  if (typeof amount !== "bigint") return amount;
  const { cpuMinMillicores: min, cpuMaxMillicores: max } = unitLimits;
  if (amount > max || amount < min) return invalid(`error: invalid unit CPU (${max} > ${amount} > ${max} fails)`);
  return checkAttributes("CPU", cpu.attributes);
}

function checkGpu(gpu: ComputeUnits | undefined): Refusal | undefined {
  if (gpu === undefined) return invalid("error: invalid unit GPU, cannot be nil");
  const amount = readAmount(gpu.units);
  if (typeof amount !== "bigint") return amount;
  const { gpuMaxDevices: max } = unitLimits;
  if (amount > max) return invalid(`error: invalid unit GPU (${max} > ${amount} > ${max} fails)`);
  if (amount === 0n && gpu.attributes.length > 0) {
    return invalid("error: invalid GPU state. attributes cannot be present if units == 0");
  }
  return checkAttributes("GPU", gpu.attributes);
}

function checkMemory(memory: MemoryUnits | undefined): Refusal | undefined {
  if (memory === undefined) return invalid("error: invalid unit memory, cannot be nil");
  const amount = readAmount(memory.quantity);
  if (typeof amount !== "bigint") return amount;
  const { memoryMinBytes: min, memoryMaxBytes: max } = unitLimits;
  if (amount > max || amount < min) return invalid(`error: invalid unit memory (${max} > ${amount} > ${max} fails)`);
  return checkAttributes("Memory", memory.attributes);
}

function checkStorage(volumes: readonly StorageVolume[]): Refusal | undefined {
  if (volumes.length === 0) return invalid("error: invalid unit storage, cannot be nil");
  for (const volume of volumes) {
    const amount = readAmount(volume.quantity);
    if (typeof amount !== "bigint") return amount;
    const { storageMinBytes: min, storageMaxBytes: max } = unitLimits;
    if (amount > max || amount < min) return invalid(`error: invalid unit storage (${max} > ${amount} > ${min} fails)`);
    const problem = checkAttributes("Storage", volume.attributes);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Undefined if one unit's resources are within the limits. */
export function validateResources(resources: Resources): Refusal | undefined {
  if (resources.id === 0) return invalid("error: invalid resources ID (> 0 fails)");
  return (
    checkCpu(resources.cpu) ??
    checkGpu(resources.gpu) ??
    checkMemory(resources.memory) ??
    checkStorage(resources.storage)
  );
}

/** What a group asks for in all, each unit times its count. Storage is the sum over volumes. */
export interface GroupTotals {
  readonly cpuMillicores: bigint;
  readonly gpuDevices: bigint;
  readonly memoryBytes: bigint;
  readonly storageBytes: bigint;
}

/** Totals of a group; amounts that cannot be read count as 0. */
export function groupTotals(group: GroupSpec): GroupTotals {
  let [cpuMillicores, gpuDevices, memoryBytes, storageBytes] = [0n, 0n, 0n, 0n];
  for (const { resource, count } of group.resources) {
    const times = BigInt(count);
    cpuMillicores += (resourceAmount(resource?.cpu?.units) ?? 0n) * times;
    gpuDevices += (resourceAmount(resource?.gpu?.units) ?? 0n) * times;
    memoryBytes += (resourceAmount(resource?.memory?.quantity) ?? 0n) * times;
    for (const volume of resource?.storage ?? []) storageBytes += (resourceAmount(volume.quantity) ?? 0n) * times;
  }
  return { cpuMillicores, gpuDevices, memoryBytes, storageBytes };
}

const noResources: Resources = { id: 0, storage: [], endpoints: [] };

function checkUnits(group: GroupSpec): Refusal | undefined {
  const ids = new Set<number>();
  for (const { resource = noResources } of group.resources) {
    const problem = validateResources(resource);
    if (problem !== undefined) return problem;
    if (ids.has(resource.id)) return invalid(`duplicate resources ID (${resource.id}) within group`);
    ids.add(resource.id);
  }
  return undefined;
}

function checkTotals(group: GroupSpec): Refusal | undefined {
  const total = groupTotals(group);
  const { cpuMaxMillicores, gpuMaxDevices, memoryMaxBytes } = groupLimits;
  const fails = (what: string, max: bigint, amount: bigint): Refusal =>
    invalid(`invalid total ${what} (${max} > ${amount} > 0 fails)`);
  if (total.cpuMillicores > cpuMaxMillicores || total.cpuMillicores === 0n) {
    return fails("CPU", cpuMaxMillicores, total.cpuMillicores);
  }
  if (total.gpuDevices > gpuMaxDevices) return fails("GPU", gpuMaxDevices, total.gpuDevices);
  if (total.memoryBytes > memoryMaxBytes || total.memoryBytes === 0n) {
    return fails("memory", memoryMaxBytes, total.memoryBytes);
  }
  return undefined;
}

function checkPrice(group: GroupSpec, unit: ResourceUnit): Refusal | undefined {
  const price = unit.price === undefined ? undefined : decCoinFromWire(unit.price);
  if (price === undefined || !isDenom(price.denom) || price.amount.isNegative()) {
    return invalid(`group ${group.name}: error: invalid price object`);
  }
  if (price.amount.gt(Dec.fromInt(unitLimits.priceMax))) {
    return invalid(
      `group ${group.name}: error: invalid unit price (${unitLimits.priceMax} > ${price.amount}${price.denom} fails)`,
    );
  }
  return undefined;
}

function checkPrices(group: GroupSpec): Refusal | undefined {
  let denom: string | undefined;
  for (const unit of group.resources) {
    const problem = checkPrice(group, unit);
    if (problem !== undefined) return problem;
    denom ??= unit.price?.denom;
    if (unit.price?.denom !== denom) {
      return invalid(`multi-denonimation group: (${unit.price?.denom} == ${denom} fails)`);
    }
  }
  return undefined;
}

/** Undefined if a group spec may stand in a create message: name, units, totals, prices, in that order. */
export function validateGroupSpec(group: GroupSpec): Refusal | undefined {
  if (group.name === "") return invalid("empty group spec name denomination");
  return checkUnits(group) ?? checkTotals(group) ?? checkPrices(group);
}

/**
 * Undefined if the groups may form one deployment: at least one, one denomination throughout, each valid, names
 * unique. The handler's check (market-modules.md §4.2 step 5) and the SDL's.
 */
export function validateGroupSpecs(groups: readonly GroupSpec[]): Refusal | undefined {
  if (groups.length === 0) return refusal(errorKinds.invalidGroups);
  const denom = groupPrice(groups[0] as GroupSpec)?.denom ?? "";
  const names = new Set<string>();
  for (const group of groups) {
    const problem = validateGroupSpec(group);
    if (problem !== undefined) return problem;
    const own = groupPrice(group)?.denom ?? "";
    if (own !== denom) return wrapped(errorKinds.invalidPrice, `inconsistent group denomination: ${denom} != ${own}`);
    if (names.has(group.name)) {
      return wrapped(errorKinds.duplicateGroupName, `duplicate deployment group name ${group.name}`);
    }
    names.add(group.name);
  }
  return undefined;
}

/** The declared, unenforced limits that the groups exceed, in words (see {@link declaredLimits}). */
export function declaredLimitWarnings(groups: readonly GroupSpec[]): readonly string[] {
  const warnings: string[] = [];
  const { countMax, unitsPerGroupMax, groupsMax, groupStorageMaxBytes } = declaredLimits;
  if (groups.length > groupsMax) warnings.push(`${groups.length} groups: at most ${groupsMax} are advised`);
  for (const group of groups) {
    if (group.resources.length > unitsPerGroupMax) {
      warnings.push(`group ${group.name} has ${group.resources.length} units: at most ${unitsPerGroupMax} are advised`);
    }
    for (const { count, resource } of group.resources) {
      if (count > countMax) {
        warnings.push(`group ${group.name}, unit ${resource?.id ?? 0}: count ${count}, at most ${countMax} is advised`);
      }
    }
    if (groupTotals(group).storageBytes > groupStorageMaxBytes) {
      warnings.push(`group ${group.name} asks for more than ${groupStorageMaxBytes} bytes of storage in all`);
    }
  }
  return warnings;
}

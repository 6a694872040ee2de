/**
 * What a group costs. A provider's prices are per month and in whole units of a denomination, as people think;
 * a bid's price is per block and in micro-units. Everything is exact decimals.
 */
import { Dec } from "@stoa/std";
import type { GpuDevice } from "./capacity.ts";
import { isRam, type UnitDemand } from "./demand.ts";
import { gpuRamText } from "./gpu-match.ts";

/** Prices per month in whole units (ACT, AKT). */
export interface PriceTable {
  /** Per core. */
  readonly cpu: Dec;
  /** Per GiB. */
  readonly memory: Dec;
  /** Per GiB of plain disk. */
  readonly disk: Dec;
  /** Per GiB of each persistent class; a class without a price is not served. */
  readonly classes: Readonly<Record<string, Dec>>;
  readonly endpoint: Dec;
  readonly ip: Dec;
  /** Per device: `model.ram`, else `model`, else `*`; a model without a price is not served. */
  readonly gpus: Readonly<Record<string, Dec>>;
  /** The least that any group costs. */
  readonly minimum: Dec;
}

/** `table`: what the resources cost; `share`: a share of what the tenant would pay at most. */
export type PriceStrategy =
  | { readonly kind: "table"; readonly table: PriceTable }
  | { readonly kind: "share"; readonly ofCeiling: Dec };

export interface PriceRequest {
  readonly units: readonly UnitDemand[];
  /** The devices that each unit would get, by resource id; one for each GPU. */
  readonly devices: ReadonlyMap<number, readonly GpuDevice[]>;
  /** The most that the tenant pays per block, in micro-units. */
  readonly ceiling: Dec;
  /** Measured time between blocks, above 0. */
  readonly blockIntervalMs: bigint;
}

export type PriceResult =
  | { readonly ok: true; readonly perBlock: Dec }
  | { readonly ok: false; readonly message: string };

const gibibyte = 1024n ** 3n;
const microUnits = 1_000_000n;
/** A twelfth of a Gregorian year, as in the market's cost display. */
const monthMs = (3_600_000n * 24n * 3_652_425n) / 120_000n;
/** Finer prices than a millionth of a micro-unit are noise in front of a tenant. */
const priceStep = Dec.of("0.000001");

/** The price per block in micro-units, rounded up to six places and never zero. */
export function priceGroup(strategy: PriceStrategy, request: PriceRequest): PriceResult {
  if (strategy.kind === "share") return ok(request.ceiling.mulTruncate(strategy.ofCeiling));
  let monthly = Dec.zero;
  for (const unit of request.units) {
    const one = unitPrice(strategy.table, unit, request.devices.get(unit.id) ?? []);
    if (typeof one === "string") return { ok: false, message: one };
    monthly = monthly.add(one);
  }
  if (monthly.lt(strategy.table.minimum)) monthly = strategy.table.minimum;
  const micro = monthly.mulInt(microUnits * request.blockIntervalMs);
  return ok(micro.quoInt(monthMs));
}

function ok(exact: Dec): PriceResult {
  const scaledStep = priceStep.scaled;
  const steps = (exact.scaled + scaledStep - 1n) / scaledStep;
  return { ok: true, perBlock: Dec.fromScaled((steps < 1n ? 1n : steps) * scaledStep) };
}

/** A unit with all its replicas, per month; text when something has no price. */
function unitPrice(table: PriceTable, unit: UnitDemand, devices: readonly GpuDevice[]): Dec | string {
  const count = BigInt(unit.count);
  let each = table.cpu.mul(Dec.fromRatio(unit.cpuMilli, 1000n)).add(table.memory.mul(gib(unit.memoryBytes)));
  for (const volume of unit.volumes) {
    const size = gib(volume.bytes);
    if (isRam(volume)) each = each.add(table.memory.mul(size));
    else if (!volume.persistent) each = each.add(table.disk.mul(size));
    else {
      const name = volume.storageClass === "" ? "default" : volume.storageClass;
      const price = table.classes[name];
      if (price === undefined) return `no price for storage class ${name}`;
      each = each.add(price.mul(size));
    }
  }
  let total = each.mulInt(count);
  for (const device of devices) {
    const price =
      table.gpus[`${device.model}.${gpuRamText(device.memoryBytes)}`] ?? table.gpus[device.model] ?? table.gpus["*"];
    if (price === undefined) return `no price for GPU ${device.model}`;
    total = total.add(price);
  }
  const endpoints = BigInt(unit.httpEndpoints + unit.portEndpoints);
  return total.add(table.endpoint.mulInt(endpoints)).add(table.ip.mulInt(BigInt(new Set(unit.ipEndpoints).size)));
}

function gib(bytes: bigint): Dec {
  return Dec.fromRatio(bytes, gibibyte);
}

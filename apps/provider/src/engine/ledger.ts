/**
 * The reservation ledger: what is promised to whom. Room is reserved before a bid is sent and given back at once
 * when the bid is lost; every GPU is its own row. One source for bidding and for the status page.
 */
import type { Capacity, GpuDevice } from "./capacity.ts";
import { isRam, replicaDisk, replicaMemory, type UnitDemand } from "./demand.ts";
import { deviceFits } from "./gpu-match.ts";

/** The GPUs of one resource unit, `gpu.units` for each replica in order. */
export interface DeviceGrant {
  readonly resourceId: number;
  readonly devices: readonly string[];
}

/** What one order or lease holds. */
export interface Reservation {
  /** `owner/dseq/gseq/oseq`. */
  readonly order: string;
  readonly cpuMilli: bigint;
  readonly memoryBytes: bigint;
  readonly diskBytes: bigint;
  /** Bytes of each persistent storage class. */
  readonly classes: Readonly<Record<string, bigint>>;
  readonly grants: readonly DeviceGrant[];
}

/** Why a group does not fit, for people. */
export interface Shortage {
  readonly resource: "cpu" | "memory" | "disk" | "gpu" | "storage";
  readonly message: string;
}

export type ReserveResult =
  | { readonly ok: true; readonly reservation: Reservation }
  | { readonly ok: false; readonly shortages: readonly Shortage[] };

/** What is left of a machine. */
export interface Available {
  readonly cpuMilli: bigint;
  readonly memoryBytes: bigint;
  readonly diskBytes: bigint;
  readonly classes: Readonly<Record<string, bigint>>;
  readonly gpus: readonly GpuDevice[];
}

export class Ledger {
  #capacity: Capacity;
  readonly #reservations = new Map<string, Reservation>();

  constructor(capacity: Capacity, reservations: readonly Reservation[] = []) {
    this.#capacity = capacity;
    for (const reservation of reservations) this.#reservations.set(reservation.order, reservation);
  }

  /** The machine changed. Reservations stay: a lease does not end because a disk filled up. */
  setCapacity(capacity: Capacity): void {
    this.#capacity = capacity;
  }

  get capacity(): Capacity {
    return this.#capacity;
  }

  get(order: string): Reservation | undefined {
    return this.#reservations.get(order);
  }

  all(): readonly Reservation[] {
    return [...this.#reservations.values()];
  }

  /** Puts back a reservation that was kept elsewhere; it is not checked again. */
  restore(reservation: Reservation): void {
    this.#reservations.set(reservation.order, reservation);
  }

  /** Gives the room back. False if nothing was reserved. */
  release(order: string): boolean {
    return this.#reservations.delete(order);
  }

  available(): Available {
    const { cpuMilli, memoryBytes, diskBytes, storageClasses, gpus } = this.#capacity;
    let cpu = BigInt(cpuMilli);
    let memory = BigInt(memoryBytes);
    let disk = BigInt(diskBytes);
    const classes = new Map(Object.entries(storageClasses).map(([name, bytes]) => [name, BigInt(bytes)]));
    const taken = new Set<string>();
    for (const reservation of this.#reservations.values()) {
      cpu -= reservation.cpuMilli;
      memory -= reservation.memoryBytes;
      disk -= reservation.diskBytes;
      for (const [name, bytes] of Object.entries(reservation.classes)) {
        classes.set(name, atLeastZero((classes.get(name) ?? 0n) - bytes));
      }
      for (const { devices } of reservation.grants) for (const device of devices) taken.add(device);
    }
    return {
      cpuMilli: atLeastZero(cpu),
      memoryBytes: atLeastZero(memory),
      diskBytes: atLeastZero(disk),
      classes: Object.fromEntries(classes),
      gpus: gpus.filter((device) => !taken.has(device.id)),
    };
  }

  /** Reserves a whole group, or names everything that is short. A second call for the same order gives the same. */
  reserve(order: string, units: readonly UnitDemand[]): ReserveResult {
    const existing = this.#reservations.get(order);
    if (existing !== undefined) return { ok: true, reservation: existing };
    const left = this.available();
    const shortages: Shortage[] = [];
    const need = totals(units);
    const short = (resource: Shortage["resource"], what: string, wanted: bigint, free: bigint) => {
      if (wanted > free) shortages.push({ resource, message: `${what}: ${wanted} asked for, ${free} free` });
    };
    short("cpu", "CPU (thousandths of a core)", need.cpuMilli, left.cpuMilli);
    short("memory", "memory (bytes)", need.memoryBytes, left.memoryBytes);
    short("disk", "disk (bytes)", need.diskBytes, left.diskBytes);
    for (const [name, bytes] of Object.entries(need.classes)) {
      const free = left.classes[name];
      if (free === undefined) shortages.push({ resource: "storage", message: `no storage class ${name}` });
      else short("storage", `storage class ${name} (bytes)`, bytes, free);
    }
    const grants = grantDevices(units, left.gpus, shortages);
    if (shortages.length > 0) return { ok: false, shortages };
    const reservation = { order, ...need, grants };
    this.#reservations.set(order, reservation);
    return { ok: true, reservation };
  }
}

function atLeastZero(value: bigint): bigint {
  return value < 0n ? 0n : value;
}

function totals(units: readonly UnitDemand[]) {
  let cpuMilli = 0n;
  let memoryBytes = 0n;
  let diskBytes = 0n;
  const classes = new Map<string, bigint>();
  for (const unit of units) {
    const count = BigInt(unit.count);
    cpuMilli += unit.cpuMilli * count;
    memoryBytes += replicaMemory(unit) * count;
    diskBytes += replicaDisk(unit) * count;
    for (const volume of unit.volumes) {
      if (!volume.persistent || isRam(volume)) continue;
      const name = volume.storageClass === "" ? "default" : volume.storageClass;
      classes.set(name, (classes.get(name) ?? 0n) + volume.bytes * count);
    }
  }
  return { cpuMilli, memoryBytes, diskBytes, classes: Object.fromEntries(classes) };
}

/** All replicas of a unit get one model: they must be alike (provider.md §2.4). The model with the fewest spare devices goes first. */
function grantDevices(units: readonly UnitDemand[], free: readonly GpuDevice[], shortages: Shortage[]): DeviceGrant[] {
  const grants: DeviceGrant[] = [];
  let left = free;
  for (const unit of units) {
    if (unit.gpu === null) continue;
    const { wants, units: each } = unit.gpu;
    const needed = Number(each) * unit.count;
    const models = new Map<string, GpuDevice[]>();
    for (const device of left) {
      if (!deviceFits(device, wants)) continue;
      const kind = `${device.vendor}/${device.model}/${device.memoryBytes}/${device.interface}`;
      models.set(kind, [...(models.get(kind) ?? []), device]);
    }
    const fitting = [...models.values()].filter((devices) => devices.length >= needed);
    const [best] = fitting.sort((a, b) => a.length - b.length);
    if (best === undefined) {
      const most = Math.max(0, ...[...models.values()].map((devices) => devices.length));
      const asked = wants.map(({ key }) => key).join(" or ");
      shortages.push({ resource: "gpu", message: `GPU ${asked || "of any model"}: ${needed} asked for, ${most} free` });
      continue;
    }
    const devices = best.slice(0, needed).map((device) => device.id);
    left = left.filter((device) => !devices.includes(device.id));
    grants.push({ resourceId: unit.id, devices });
  }
  return grants;
}

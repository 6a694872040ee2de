/** What a group asks for, read once from the wire's form into plain amounts. */
import { type Attribute, type GroupSpec, resourceAmount } from "@stoa/market";

/** A volume as asked for. `storageClass` is "" for a plain one, `ram` for memory. */
export interface VolumeDemand {
  readonly name: string;
  readonly bytes: bigint;
  readonly storageClass: string;
  readonly persistent: boolean;
}

export interface GpuDemand {
  readonly units: bigint;
  /** Alternatives as the tenant wrote them, `vendor/nvidia/model/a100`; empty: any device. */
  readonly wants: readonly Attribute[];
}

/** One resource unit of a group; all amounts are those of one replica. */
export interface UnitDemand {
  readonly id: number;
  readonly count: number;
  readonly cpuMilli: bigint;
  readonly memoryBytes: bigint;
  readonly volumes: readonly VolumeDemand[];
  readonly gpu: GpuDemand | null;
  readonly httpEndpoints: number;
  readonly portEndpoints: number;
  /** Sequence numbers of leased addresses. */
  readonly ipEndpoints: readonly number[];
}

const ramClass = "ram";

/** Reads a valid group (`validateGroupSpec`); amounts that cannot be read count as 0. */
export function groupDemand(group: GroupSpec): readonly UnitDemand[] {
  return group.resources.map(({ resource, count }) => {
    const endpoints = resource?.endpoints ?? [];
    const units = resourceAmount(resource?.gpu?.units) ?? 0n;
    return {
      id: resource?.id ?? 0,
      count,
      cpuMilli: resourceAmount(resource?.cpu?.units) ?? 0n,
      memoryBytes: resourceAmount(resource?.memory?.quantity) ?? 0n,
      volumes: (resource?.storage ?? []).map((volume) => volumeDemand(volume.name, volume.attributes, volume.quantity)),
      gpu: units === 0n ? null : { units, wants: resource?.gpu?.attributes ?? [] },
      httpEndpoints: endpoints.filter(({ kind }) => kind === 0).length,
      portEndpoints: endpoints.filter(({ kind }) => kind === 1).length,
      ipEndpoints: endpoints.filter(({ kind }) => kind === 2).map(({ sequenceNumber }) => sequenceNumber),
    };
  });
}

function volumeDemand(
  name: string,
  attributes: readonly Attribute[],
  quantity: { readonly val: Uint8Array } | undefined,
): VolumeDemand {
  const value = (key: string) => attributes.find((attribute) => attribute.key === key)?.value;
  return {
    name,
    bytes: resourceAmount(quantity) ?? 0n,
    storageClass: value("class") ?? "",
    persistent: value("persistent") === "true",
  };
}

export function isRam(volume: VolumeDemand): boolean {
  return volume.storageClass === ramClass && !volume.persistent;
}

/** Memory of one replica with its RAM volumes: what the machine must have (provider.md §2.4). */
export function replicaMemory(unit: UnitDemand): bigint {
  return unit.volumes.filter(isRam).reduce((sum, volume) => sum + volume.bytes, unit.memoryBytes);
}

/** Disk of one replica: every volume that is neither memory nor persistent. */
export function replicaDisk(unit: UnitDemand): bigint {
  return unit.volumes
    .filter((volume) => !isRam(volume) && !volume.persistent)
    .reduce((sum, volume) => sum + volume.bytes, 0n);
}

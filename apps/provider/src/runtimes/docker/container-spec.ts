/** From one replica of a service to the engine's create call. No engine is needed to test it. */
import { serviceFingerprint } from "../fingerprint.ts";
import type { ExposeWorkload, LeaseWorkload, ServiceWorkload } from "../runtime.ts";
import { containerName, label, leaseLabels, networkName, type Owner, volumeName } from "./names.ts";

/** More processes than any ordinary service needs, few enough that a fork bomb stays inside its lease. */
export const pidsMax = 1024;
/** The engine refuses containers with less (docker 20.10: 6 MiB); a lease may be as small as 1 MiB. */
export const memoryBytesMin = 6 * 1024 * 1024;
/** The engine's own default, used when the lease asks for no shared memory. */
export const sharedMemoryBytesDefault = 64 * 1024 * 1024;
/** Time between SIGTERM and SIGKILL when a replica is stopped. */
export const stopTimeoutS = 10;
/** A replica's log on disk: bounded, because a tenant's output must not fill the machine. */
export const logBytesMax = "10m";

/** Host port of each published container port, by `port/protocol`. */
export type PortMap = ReadonlyMap<string, number>;

export interface ReplicaPlace {
  readonly owner: Owner;
  readonly replica: number;
  readonly ports: PortMap;
  /** Address that forwarded TCP ports listen on; HTTP always stays on loopback, behind the router. */
  readonly portAddress: string;
  /** Linux capabilities that are kept. */
  readonly capabilities: readonly string[];
}

/** The engine's name of a container port. */
export function portKey(expose: Pick<ExposeWorkload, "port" | "protocol">): string {
  return `${expose.port}/${expose.protocol.toLowerCase()}`;
}

/** The ports of a service that must be reachable from the host, each once. */
export function publishedPorts(service: ServiceWorkload): Map<string, "http" | "port"> {
  const published = new Map<string, "http" | "port">();
  for (const expose of service.exposes) {
    if (expose.kind !== "http" && expose.kind !== "port") continue;
    const key = portKey(expose);
    if (expose.kind === "port" || !published.has(key)) published.set(key, expose.kind);
  }
  return published;
}

/** Volumes that the engine keeps on disk for a replica: their names and labels. */
export function replicaVolumes(
  workload: LeaseWorkload,
  service: ServiceWorkload,
  place: ReplicaPlace,
): { name: string; labels: Record<string, string> }[] {
  return service.volumes
    .filter((volume) => volume.kind === "ephemeral" && volume.mount !== "")
    .map((volume) => ({
      name: volumeName(place.owner, workload.lease, service.name, place.replica, volume.name),
      labels: { ...leaseLabels(place.owner, workload.lease), [label.service]: service.name },
    }));
}

/** The body of `POST /containers/create`. */
export function createBody(workload: LeaseWorkload, service: ServiceWorkload, place: ReplicaPlace) {
  const network = networkName(place.owner, workload.lease);
  const published = publishedPorts(service);
  const ram = service.volumes.filter((volume) => volume.kind === "ram");
  const ramBytes = ram.reduce((sum, volume) => sum + volume.bytes, 0);
  const memory = Math.max(service.memoryBytes + ramBytes, memoryBytesMin);
  const shared = ram.find((volume) => volume.mount === "/dev/shm");
  return {
    Image: service.image,
    Hostname: service.name,
    Env: [...service.env],
    ...(service.command.length === 0 ? {} : { Entrypoint: [...service.command] }),
    ...(service.args.length === 0 ? {} : { Cmd: [...service.args] }),
    ExposedPorts: Object.fromEntries(service.exposes.map((expose) => [portKey(expose), {}])),
    Labels: replicaLabels(workload, service, place),
    StopTimeout: stopTimeoutS,
    HostConfig: {
      NetworkMode: network,
      PortBindings: Object.fromEntries(
        [...published].map(([key, kind]) => [
          key,
          [{ HostIp: kind === "http" ? "127.0.0.1" : place.portAddress, HostPort: String(place.ports.get(key) ?? 0) }],
        ]),
      ),
      NanoCpus: service.cpuMilli * 1_000_000,
      Memory: memory,
      // Equal to the memory: a lease gets no swap beside what it pays for.
      MemorySwap: memory,
      PidsLimit: pidsMax,
      CapDrop: ["ALL"],
      CapAdd: [...place.capabilities],
      SecurityOpt: ["no-new-privileges"],
      RestartPolicy: { Name: "unless-stopped" },
      LogConfig: { Type: "json-file", Config: { "max-size": logBytesMax, "max-file": "2" } },
      ShmSize: shared?.bytes ?? sharedMemoryBytesDefault,
      Tmpfs: Object.fromEntries(
        ram
          .filter((volume) => volume.mount !== "" && volume.mount !== "/dev/shm")
          .map((volume) => [volume.mount, `size=${volume.bytes},${volume.readOnly ? "ro" : "rw"},nosuid,nodev`]),
      ),
      Mounts: service.volumes
        .filter((volume) => volume.kind === "ephemeral" && volume.mount !== "")
        .map((volume) => ({
          Type: "volume",
          Source: volumeName(place.owner, workload.lease, service.name, place.replica, volume.name),
          Target: volume.mount,
          ReadOnly: volume.readOnly,
        })),
      DeviceRequests: deviceRequests(service, place.replica),
    },
    NetworkingConfig: {
      EndpointsConfig: { [network]: { Aliases: [service.name] } },
    },
  };
}

function replicaLabels(workload: LeaseWorkload, service: ServiceWorkload, place: ReplicaPlace): Record<string, string> {
  return {
    ...leaseLabels(place.owner, workload.lease),
    [label.group]: workload.group,
    [label.service]: service.name,
    [label.replica]: String(place.replica),
    [label.fingerprint]: serviceFingerprint(service),
  };
}

function deviceRequests(service: ServiceWorkload, replica: number) {
  const gpu = service.gpu;
  if (gpu === null || gpu.units === 0) return [];
  const devices = gpu.devices.slice(replica * gpu.units, (replica + 1) * gpu.units);
  return [{ Driver: gpu.vendor, DeviceIDs: devices, Capabilities: [["gpu"]] }];
}

/** The name under which a replica is created. */
export function replicaName(workload: LeaseWorkload, service: ServiceWorkload, place: ReplicaPlace): string {
  return containerName(place.owner, workload.lease, service.name, place.replica);
}

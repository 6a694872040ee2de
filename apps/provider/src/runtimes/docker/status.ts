/** From the engine's facts to a lease's status. */
import type { EventLog } from "../event-log.ts";
import { serviceFingerprint } from "../fingerprint.ts";
import {
  type ForwardedPort,
  type LeaseId,
  type LeaseStatus,
  type LeaseWorkload,
  leaseKey,
  type Progress,
  type ServiceStatus,
  type ServiceWorkload,
} from "../runtime.ts";
import { portKey } from "./container-spec.ts";
import type { ContainerDetail } from "./engine-types.ts";
import { label } from "./names.ts";

export interface StatusFacts {
  readonly lease: LeaseId;
  /** Unknown right after a restart, until the lease was ensured again. */
  readonly workload: LeaseWorkload | undefined;
  readonly containers: readonly ContainerDetail[];
  /** The step at which a service's start is now. */
  readonly progress: (service: string) => Progress | undefined;
  readonly events: EventLog;
  readonly publicHost: string;
  readonly routerPort: number;
}

export function leaseStatus(facts: StatusFacts): LeaseStatus {
  const names = new Set(facts.workload?.services.map((service) => service.name));
  for (const container of facts.containers) names.add(container.labels[label.service] ?? "");
  return { lease: facts.lease, services: [...names].map((name) => serviceStatus(name, facts)) };
}

function serviceStatus(name: string, facts: StatusFacts): ServiceStatus {
  const service = facts.workload?.services.find((each) => each.name === name);
  const own = facts.containers.filter((container) => container.labels[label.service] === name);
  const running = own.filter((container) => container.state === "running").length;
  const total = service?.replicas ?? own.length;
  const updated = service === undefined ? own.length : own.filter((each) => isCurrent(each, service)).length;
  return {
    name,
    total,
    available: running,
    ready: running,
    updated,
    generation: 1,
    uris: service === undefined ? [] : serviceUris(service, own, facts.routerPort),
    ports: service === undefined ? [] : forwardedPorts(service, own, facts.publicHost),
    ips: [],
    restarts: own.reduce((sum, container) => sum + container.restarts, 0),
    reason: reasonOf(name, own, facts, { running, updated, total }),
  };
}

/** True for a container of the version that the lease has now; one of an older version serves on until it is replaced. */
function isCurrent(container: ContainerDetail, service: ServiceWorkload): boolean {
  return container.labels[label.fingerprint] === serviceFingerprint(service);
}

interface ReplicaCounts {
  readonly running: number;
  readonly updated: number;
  readonly total: number;
}

function reasonOf(name: string, own: readonly ContainerDetail[], facts: StatusFacts, counts: ReplicaCounts): string {
  if (counts.running < counts.total) return missingReason(name, own, facts);
  if (counts.updated >= counts.total) return "";
  const progress = facts.progress(name);
  if (progress !== undefined) return `the older version runs; ${progressText(progress)}`;
  const warning = facts.events.lastWarning(leaseKey(facts.lease), name);
  // Other warnings are about what the older version did.
  return warning?.reason === "Failed" ? `the older version runs; ${warning.note}` : "the older version runs";
}

/** The host names, then the loopback door of each HTTP port that any client opens without DNS. */
function serviceUris(service: ServiceWorkload, own: readonly ContainerDetail[], routerPort: number): string[] {
  const uris: string[] = [];
  const http = service.exposes.filter((expose) => expose.kind === "http");
  for (const expose of http) {
    for (const host of expose.hosts) uris.push(routerPort === 80 ? host : `${host}:${routerPort}`);
  }
  for (const expose of http) {
    const door = own[0]?.ports.get(portKey(expose));
    if (door !== undefined) uris.push(`127.0.0.1:${door}`);
  }
  return uris;
}

function forwardedPorts(service: ServiceWorkload, own: readonly ContainerDetail[], host: string): ForwardedPort[] {
  return service.exposes
    .filter((expose) => expose.kind === "port")
    .map(({ port, protocol }) => {
      const externalPort = own[0]?.ports.get(portKey({ port, protocol })) ?? 0;
      return { host, port, externalPort, protocol };
    })
    .filter(({ externalPort }) => externalPort > 0);
}

const mebibyte = 1024 * 1024;

/** `pulling hello:1, 12 of 40 MiB` */
export function progressText({ step, detail, doneBytes, totalBytes }: Progress): string {
  if (step !== "pulling" || totalBytes === 0) return `${step} ${detail}`;
  return `${step} ${detail}, ${Math.floor(doneBytes / mebibyte)} of ${Math.ceil(totalBytes / mebibyte)} MiB`;
}

function missingReason(name: string, own: readonly ContainerDetail[], facts: StatusFacts): string {
  const progress = facts.progress(name);
  if (progress !== undefined) return progressText(progress);
  const broken = own.find((container) => container.state !== "running");
  if (broken === undefined) return facts.events.lastWarning(leaseKey(facts.lease), name)?.note ?? "not started yet";
  if (broken.oomKilled) return "used more memory than it leased and was killed";
  if (broken.error !== "") return broken.error;
  if (broken.state === "created") return "not started yet";
  return `exited with code ${broken.exitCode}; restarted ${broken.restarts} times`;
}

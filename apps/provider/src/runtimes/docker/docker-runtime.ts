/** The Runtime on a Docker engine. State lives in the engine's labels only, so a restarted provider adopts what runs. */
import type { Route, RouteTable, Target } from "../../router/routes.ts";
import { EventLog } from "../event-log.ts";
import { Feed } from "../feed.ts";
import { workloadFingerprint } from "../fingerprint.ts";
import {
  type Capacity,
  type EventOptions,
  type ExecRequest,
  type ExecSession,
  type GpuDevice,
  type LeaseId,
  type LeaseStatus,
  type LeaseWorkload,
  type LogLine,
  type LogOptions,
  leaseKey,
  type ObservedLease,
  type Progress,
  type Runtime,
  type RuntimeDescription,
  RuntimeError,
  type WorkloadEvent,
} from "../runtime.ts";
import { DockerApi } from "./api.ts";
import { LeaseApplier } from "./apply.ts";
import { portKey } from "./container-spec.ts";
import { followEngineEvents, replicaTitle } from "./engine-events.ts";
import { type ContainerDetail, type ContainerRow, containerRows, numberField, textField } from "./engine-types.ts";
import { startExec } from "./exec.ts";
import { KeyedQueue } from "./keyed-queue.ts";
import { readLog } from "./logs.ts";
import { label, labelFilter, type Owner, parseLeaseKey } from "./names.ts";
import { leaseStatus } from "./status.ts";

export interface DockerRuntimeParams {
  readonly socketPath: string;
  readonly homeId: string;
  readonly provider: string;
  readonly routes: RouteTable;
  /** Address that forwarded TCP ports listen on. */
  readonly portAddress: string;
  /** Linux capabilities that containers keep. */
  readonly capabilities: readonly string[];
  /** Name under which tenants reach forwarded ports. */
  readonly publicHost: string;
  /** Port that the router's host names carry in `uris`; 80 is left out. */
  readonly routerPort: number;
  /** What the machine has; the engine knows neither its disk nor its GPUs. */
  readonly machine: { diskBytes(engineFolder: string): Promise<number>; gpus(): Promise<readonly GpuDevice[]> };
}

export class DockerRuntime implements Runtime {
  readonly #api: DockerApi;
  readonly #owner: Owner;
  readonly #params: DockerRuntimeParams;
  readonly #events = new EventLog();
  readonly #stop = new AbortController();
  readonly #queue = new KeyedQueue();
  /** What each lease should run, as last asked. */
  readonly #workloads = new Map<string, LeaseWorkload>();
  /** Fingerprints of the workloads that were brought about, routes included. */
  readonly #ensured = new Map<string, string>();
  /** The newest step of each service whose start is under way, by `lease service`. */
  readonly #progress = new Map<string, Progress>();
  readonly #applier: LeaseApplier;

  constructor(params: DockerRuntimeParams) {
    this.#params = params;
    this.#api = new DockerApi(params.socketPath);
    this.#owner = { homeId: params.homeId, provider: params.provider };
    this.#applier = new LeaseApplier(this.#api, this.#owner, params, this.#events);
    void followEngineEvents(this.#api, this.#owner, this.#events, this.#stop.signal);
  }

  async describe(): Promise<RuntimeDescription> {
    const version = await this.#api.call("GET", "/version");
    return {
      kind: "docker",
      version: `${textField(version, "Version")} (API ${textField(version, "ApiVersion")})`,
      features: {
        udp: false,
        replicas: false,
        persistentVolumes: false,
        leasedIps: false,
        gpu: true,
        registryCredentials: true,
      },
    };
  }

  async capacity(): Promise<Capacity> {
    const info = await this.#api.call("GET", "/info");
    const [diskBytes, gpus] = await Promise.all([
      this.#params.machine.diskBytes(textField(info, "DockerRootDir")),
      this.#params.machine.gpus(),
    ]);
    return {
      node: textField(info, "Name"),
      cpuMilli: numberField(info, "NCPU") * 1000,
      memoryBytes: numberField(info, "MemTotal"),
      diskBytes,
      gpus,
      storageClasses: {},
    };
  }

  prepare(lease: LeaseId): Promise<void> {
    return this.#queue.run(leaseKey(lease), () => this.#applier.ensureNetwork(lease));
  }

  ensure(workload: LeaseWorkload, onProgress?: (progress: Progress) => void, signal?: AbortSignal): Promise<void> {
    const key = leaseKey(workload.lease);
    return this.#queue.run(key, async () => {
      this.#workloads.set(key, workload);
      this.#ensured.delete(key);
      const report = (progress: Progress) => {
        this.#progress.set(`${key} ${progress.service}`, progress);
        onProgress?.(progress);
      };
      try {
        await this.#applier.apply(workload, report, signal);
      } finally {
        for (const { name } of workload.services) this.#progress.delete(`${key} ${name}`);
      }
      const containers = await this.#applier.details(workload.lease);
      this.#params.routes.set(key, routesOf(workload, containers));
      this.#ensured.set(key, workloadFingerprint(workload));
    });
  }

  async observe(): Promise<readonly ObservedLease[]> {
    const rows = await this.#list();
    const leases = new Map<string, ContainerRow[]>();
    for (const row of rows) {
      const key = row.labels[label.lease] ?? "";
      leases.set(key, [...(leases.get(key) ?? []), row]);
    }
    // A network without containers is what a crash between two steps leaves: it must be seen to be removed.
    for (const key of await this.#applier.leasesWithNetworks()) if (!leases.has(key)) leases.set(key, []);
    const observed: ObservedLease[] = [];
    for (const [key, own] of leases) {
      const lease = parseLeaseKey(key);
      if (lease === null) continue;
      const running = own.length > 0 && own.every((row) => row.state === "running" || row.state === "restarting");
      const known = this.#workloads.get(key);
      const expected = known === undefined ? own.length : known.services.length;
      observed.push({
        lease,
        // Empty after a start, when ensuring once adopts what runs, and after a change that failed half-way.
        fingerprint: this.#ensured.get(key) ?? "",
        complete: running && own.length === expected,
      });
    }
    return observed;
  }

  async status(lease: LeaseId): Promise<LeaseStatus | null> {
    const key = leaseKey(lease);
    const containers = await this.#applier.details(lease);
    const workload = this.#workloads.get(key);
    if (containers.length === 0 && workload === undefined) return null;
    const { publicHost, routerPort } = this.#params;
    const progress = (service: string) => this.#progress.get(`${key} ${service}`);
    return leaseStatus({ lease, workload, containers, progress, events: this.#events, publicHost, routerPort });
  }

  logs(lease: LeaseId, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
    const feed = new Feed<LogLine>();
    const read = async () => {
      const rows = await this.#replicas(lease, options.services);
      await Promise.all(
        rows.map((row) => {
          const service = row.labels[label.service] ?? "";
          const replica = replicaTitle(service, row.labels[label.replica] ?? "0", row.id);
          return readLog(this.#api, { containerId: row.id, service, replica }, options, feed, signal);
        }),
      );
    };
    read().then(
      () => feed.end(),
      (cause) => feed.end(signal.aborted ? undefined : cause),
    );
    return feed;
  }

  events(lease: LeaseId, options: EventOptions, signal: AbortSignal): AsyncIterable<WorkloadEvent> {
    return this.#events.read(leaseKey(lease), options, signal);
  }

  async exec(lease: LeaseId, request: ExecRequest): Promise<ExecSession> {
    const rows = await this.#replicas(lease, [request.service]);
    const row = rows.find((each) => each.labels[label.replica] === String(request.replica));
    if (row === undefined)
      throw new RuntimeError("no-such-replica", `no replica ${request.replica} of ${request.service}`);
    if (row.state !== "running") throw new RuntimeError("not-running", `service ${request.service} is not running`);
    return startExec(this.#api, row.id, request);
  }

  remove(lease: LeaseId): Promise<void> {
    const key = leaseKey(lease);
    return this.#queue.run(key, async () => {
      this.#params.routes.remove(key);
      this.#ensured.delete(key);
      await this.#applier.remove(lease);
      this.#workloads.delete(key);
      this.#events.forget(key);
    });
  }

  async removeAll(): Promise<void> {
    for (const { lease } of await this.observe()) await this.remove(lease);
    await this.#applier.sweep();
  }

  async stopAll(): Promise<void> {
    await this.#applier.stopAll(await this.#list());
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#events.close();
  }

  async #list(): Promise<ContainerRow[]> {
    const filters = JSON.stringify({ label: labelFilter(this.#owner) });
    return containerRows(await this.#api.call("GET", "/containers/json", { query: { all: true, filters } }));
  }

  async #replicas(lease: LeaseId, services: readonly string[]): Promise<ContainerRow[]> {
    const rows = await this.#applier.rows(lease);
    if (rows.length === 0) throw new RuntimeError("no-such-lease", `nothing runs for lease ${leaseKey(lease)}`);
    for (const service of services) {
      if (!rows.some((row) => row.labels[label.service] === service)) {
        throw new RuntimeError("no-such-service", `no such service: ${service}`);
      }
    }
    return services.length === 0 ? rows : rows.filter((row) => services.includes(row.labels[label.service] ?? ""));
  }
}

function routesOf(workload: LeaseWorkload, containers: readonly ContainerDetail[]): Route[] {
  const routes: Route[] = [];
  for (const service of workload.services) {
    const own = containers.filter((container) => container.labels[label.service] === service.name);
    for (const expose of service.exposes) {
      if (expose.kind !== "http") continue;
      const targets = own
        .map((container): Target => ({ address: "127.0.0.1", port: container.ports.get(portKey(expose)) ?? 0 }))
        .filter((target) => target.port > 0);
      for (const host of expose.hosts) routes.push({ host, targets, http: expose.http });
    }
  }
  return routes;
}

/**
 * A runtime in memory. It keeps every promise of the interface without running anything, so that the engine, the
 * gateway and the simulator meet the same behaviour as on a real machine. It knows UDP, volumes and replicas.
 */
import type { Route, RouteTable } from "../../router/routes.ts";
import { EventLog } from "../event-log.ts";
import { Feed } from "../feed.ts";
import { leaseNamespace, serviceFingerprint, workloadFingerprint } from "../fingerprint.ts";
import {
  type Capacity,
  type EventOptions,
  type EventReason,
  type ExecOutput,
  type ExecRequest,
  type ExecSession,
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
  type ServiceStatus,
  type ServiceWorkload,
  type WorkloadEvent,
} from "../runtime.ts";
import { runProgram } from "./program.ts";

export interface FakeRuntimeParams {
  readonly capacity: Capacity;
  /** Images that "exist"; without it every image does, but those whose name contains `missing`. */
  readonly hasImage?: (image: string) => boolean;
  /** Host of forwarded ports. */
  readonly publicHost: string;
  /** The first port that is given out. */
  readonly portMin?: number;
  readonly routes?: RouteTable;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
}

interface Replica {
  readonly name: string;
  running: boolean;
  exitCode: number;
  readonly lines: string[];
}

interface RunningService {
  spec: ServiceWorkload;
  replicas: Replica[];
  /** External port by `containerPort/protocol`. */
  readonly ports: Map<string, number>;
  /** Counts the changes since it was first started. */
  generation: number;
}

interface RunningLease {
  workload: LeaseWorkload;
  /** The workload was brought about as a whole. */
  ensured: boolean;
  readonly services: Map<string, RunningService>;
  readonly followers: Set<{ options: LogOptions; feed: Feed<LogLine> }>;
  failure: string;
}

function newLease(workload: LeaseWorkload): RunningLease {
  return { workload, ensured: false, services: new Map(), followers: new Set(), failure: "" };
}

/** The range of node ports that the reference's clusters use. */
const portMinDefault = 30_000;

export class FakeRuntime implements Runtime {
  readonly #params: FakeRuntimeParams;
  readonly #leases = new Map<string, RunningLease>();
  readonly #events = new EventLog();
  #nextPort: number;
  #down = false;

  constructor(params: FakeRuntimeParams) {
    this.#params = params;
    this.#nextPort = params.portMin ?? portMinDefault;
  }

  /** Makes every call fail as if the engine had stopped, until it is called with false. */
  setDown(down: boolean): void {
    this.#down = down;
  }

  /** Ends a replica's program, as a crash would. */
  crash(lease: LeaseId, service: string, replica: number, exitCode: number): void {
    const found = this.#leases.get(leaseKey(lease))?.services.get(service)?.replicas[replica];
    if (found === undefined) throw new RuntimeError("no-such-replica", `no replica ${replica} of ${service}`);
    found.running = false;
    found.exitCode = exitCode;
    this.#note(lease, service, found.name, "Warning", "Exited", `${found.name} exited with code ${exitCode}`);
  }

  /** Adds a line to a replica's log. */
  print(lease: LeaseId, service: string, replica: number, text: string): void {
    const running = this.#leases.get(leaseKey(lease));
    const found = running?.services.get(service)?.replicas[replica];
    if (running === undefined || found === undefined) return;
    found.lines.push(text);
    for (const { options, feed } of running.followers) {
      if (options.services.length === 0 || options.services.includes(service)) {
        feed.push({ service, replica: found.name, stream: "stdout", text });
      }
    }
  }

  async describe(): Promise<RuntimeDescription> {
    return {
      kind: "fake",
      version: "1",
      features: {
        udp: true,
        replicas: true,
        persistentVolumes: true,
        leasedIps: true,
        gpu: true,
        registryCredentials: true,
      },
    };
  }

  async capacity(): Promise<Capacity> {
    this.#requireUp();
    return this.#params.capacity;
  }

  async prepare(): Promise<void> {
    this.#requireUp();
  }

  async ensure(workload: LeaseWorkload, onProgress?: (progress: Progress) => void): Promise<void> {
    this.#requireUp();
    const key = leaseKey(workload.lease);
    const running = this.#leases.get(key) ?? newLease(workload);
    running.workload = workload;
    running.ensured = false;
    this.#leases.set(key, running);
    for (const service of workload.services) this.#requireImage(running, service);
    for (const name of [...running.services.keys()]) {
      if (!workload.services.some((service) => service.name === name)) running.services.delete(name);
    }
    for (const service of workload.services) this.#ensureService(running, service, onProgress);
    running.failure = "";
    running.ensured = true;
    this.#params.routes?.set(key, routesOf(workload));
  }

  #requireImage(running: RunningLease, service: ServiceWorkload): void {
    const exists = this.#params.hasImage ?? ((image: string) => !image.includes("missing"));
    if (exists(service.image)) return;
    const { lease } = running.workload;
    running.failure = `image ${service.image} cannot be pulled: not found`;
    this.#note(lease, service.name, service.name, "Warning", "Failed", running.failure);
    throw new RuntimeError("no-such-image", running.failure);
  }

  #ensureService(running: RunningLease, spec: ServiceWorkload, onProgress?: (progress: Progress) => void): void {
    const { lease } = running.workload;
    const before = running.services.get(spec.name);
    const same = before !== undefined && serviceFingerprint(before.spec) === serviceFingerprint(spec);
    const service: RunningService = before ?? { spec, replicas: [], ports: new Map(), generation: 0 };
    if (!same) {
      service.replicas = [];
      service.generation++;
    }
    service.spec = spec;
    for (const expose of spec.exposes) {
      const port = `${expose.port}/${expose.protocol}`;
      if (expose.kind === "port" && !service.ports.has(port)) service.ports.set(port, this.#nextPort++);
    }
    running.services.set(spec.name, service);
    for (let ordinal = service.replicas.length; ordinal < spec.replicas; ordinal++) {
      const name = `${spec.name}-${ordinal}-${leaseNamespace(lease).slice(0, 8)}`;
      const outcome = runProgram([...spec.command, ...spec.args]);
      if (outcome === null) {
        running.failure = `service ${spec.name} cannot be started: executable file not found`;
        this.#note(lease, spec.name, name, "Warning", "Failed", running.failure);
        throw new RuntimeError("no-such-command", running.failure);
      }
      const exitCode = outcome.exitCode ?? 0;
      service.replicas.push({ name, running: outcome.exitCode === null, exitCode, lines: [] });
      this.#note(lease, spec.name, name, "Normal", "Created", `created ${name}`);
      this.#note(lease, spec.name, name, "Normal", "Started", `started ${name}`);
      onProgress?.({ service: spec.name, step: "started", detail: spec.image, doneBytes: 0, totalBytes: 0 });
      for (const line of outcome.lines) this.print(lease, spec.name, ordinal, line);
      if (outcome.exitCode !== null) {
        const type = exitCode === 0 ? "Normal" : "Warning";
        this.#note(lease, spec.name, name, type, "Exited", `${name} exited with code ${exitCode}`);
      }
    }
    for (const replica of service.replicas) {
      // A replica that was stopped starts again; one whose program ends at once would only end again.
      if (!replica.running && runProgram([...spec.command, ...spec.args])?.exitCode === null) replica.running = true;
    }
  }

  async observe(): Promise<readonly ObservedLease[]> {
    this.#requireUp();
    return [...this.#leases.values()].map((running) => ({
      lease: running.workload.lease,
      fingerprint: running.ensured ? workloadFingerprint(running.workload) : "",
      complete: running.workload.services.every((service) => {
        const replicas = running.services.get(service.name)?.replicas ?? [];
        return replicas.length === service.replicas && replicas.every((replica) => replica.running);
      }),
    }));
  }

  async status(lease: LeaseId): Promise<LeaseStatus | null> {
    this.#requireUp();
    const running = this.#leases.get(leaseKey(lease));
    if (running === undefined) return null;
    return { lease, services: running.workload.services.map((service) => this.#serviceStatus(running, service)) };
  }

  #serviceStatus(running: RunningLease, spec: ServiceWorkload): ServiceStatus {
    const service = running.services.get(spec.name);
    const replicas = service?.replicas ?? [];
    const available = replicas.filter((replica) => replica.running).length;
    const ended = replicas.find((replica) => !replica.running);
    const ports = spec.exposes
      .filter((expose) => expose.kind === "port")
      .map(({ port, protocol }) => {
        const externalPort = service?.ports.get(`${port}/${protocol}`) ?? 0;
        return { host: this.#params.publicHost, port, externalPort, protocol };
      });
    return {
      name: spec.name,
      total: spec.replicas,
      available,
      ready: available,
      updated: replicas.length,
      generation: service?.generation ?? 1,
      uris: spec.exposes.flatMap((expose) => (expose.kind === "http" ? expose.hosts : [])),
      ports,
      ips: [],
      restarts: 0,
      reason: ended === undefined ? running.failure : `exited with code ${ended.exitCode}; restarted 0 times`,
    };
  }

  logs(lease: LeaseId, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
    const feed = new Feed<LogLine>();
    try {
      const running = this.#require(lease, options.services);
      for (const [name, service] of running.services) {
        if (options.services.length > 0 && !options.services.includes(name)) continue;
        for (const { name: replica, lines } of service.replicas) {
          const from = options.tail < 0 ? 0 : Math.max(0, lines.length - options.tail);
          for (const text of lines.slice(from)) feed.push({ service: name, replica, stream: "stdout", text });
        }
      }
      if (!options.follow || signal.aborted) feed.end();
      else {
        const follower = { options, feed };
        running.followers.add(follower);
        const stop = () => {
          running.followers.delete(follower);
          feed.end();
        };
        signal.addEventListener("abort", stop, { once: true });
      }
    } catch (cause) {
      feed.end(cause);
    }
    return feed;
  }

  events(lease: LeaseId, options: EventOptions, signal: AbortSignal): AsyncIterable<WorkloadEvent> {
    return this.#events.read(leaseKey(lease), options, signal);
  }

  async exec(lease: LeaseId, request: ExecRequest): Promise<ExecSession> {
    const running = this.#require(lease, [request.service]);
    const replica = running.services.get(request.service)?.replicas[request.replica];
    if (replica === undefined) throw new RuntimeError("no-such-replica", `no replica ${request.replica}`);
    if (!replica.running) throw new RuntimeError("not-running", `service ${request.service} is not running`);
    const outcome = runProgram(request.command);
    if (outcome === null) throw new RuntimeError("no-such-command", `${request.command[0] ?? ""} cannot be executed`);
    const output = new Feed<ExecOutput>();
    const encoder = new TextEncoder();
    for (const line of outcome.lines) output.push({ stream: "stdout", data: encoder.encode(`${line}\n`) });
    if (outcome.exitCode !== null) output.end();
    let resolveExit: (code: number) => void = () => {};
    const exitCode = new Promise<number>((resolve) => {
      resolveExit = resolve;
    });
    const end = (code: number) => {
      output.end();
      resolveExit(code);
    };
    if (outcome.exitCode !== null) resolveExit(outcome.exitCode);
    return {
      output,
      // A lasting program in a fake is `cat`: what goes in comes out.
      write: async (data) => output.push({ stream: "stdout", data: Uint8Array.from(data) }),
      endInput: () => end(0),
      resize: async () => {},
      exitCode,
      close: () => end(137),
    };
  }

  async remove(lease: LeaseId): Promise<void> {
    this.#requireUp();
    const key = leaseKey(lease);
    for (const { feed } of this.#leases.get(key)?.followers ?? []) feed.end();
    this.#leases.delete(key);
    this.#params.routes?.remove(key);
    this.#events.forget(key);
  }

  async removeAll(): Promise<void> {
    for (const { workload } of [...this.#leases.values()]) await this.remove(workload.lease);
  }

  async stopAll(): Promise<void> {
    this.#requireUp();
    for (const { services } of this.#leases.values()) {
      for (const { replicas } of services.values()) for (const replica of replicas) replica.running = false;
    }
  }

  async close(): Promise<void> {
    this.#events.close();
  }

  #require(lease: LeaseId, services: readonly string[]): RunningLease {
    this.#requireUp();
    const running = this.#leases.get(leaseKey(lease));
    if (running === undefined) throw new RuntimeError("no-such-lease", `nothing runs for lease ${leaseKey(lease)}`);
    for (const name of services) {
      if (!running.services.has(name)) throw new RuntimeError("no-such-service", `no such service: ${name}`);
    }
    return running;
  }

  #requireUp(): void {
    if (this.#down) throw new RuntimeError("unavailable", "the container engine cannot be reached: stopped");
  }

  #note(
    lease: LeaseId,
    service: string,
    replica: string,
    type: "Normal" | "Warning",
    reason: EventReason,
    note: string,
  ): void {
    this.#events.add(leaseKey(lease), { type, reason, note, service, replica, atMs: this.#params.nowMs() });
  }
}

function routesOf(workload: LeaseWorkload): Route[] {
  return workload.services.flatMap((service) =>
    service.exposes.flatMap((expose) => expose.hosts.map((host) => ({ host, targets: [], http: expose.http }))),
  );
}

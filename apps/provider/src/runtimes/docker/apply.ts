/** Makes the engine hold exactly one lease's workload: image, network, volumes, containers, and their removal. */
import type { EventLog } from "../event-log.ts";
import { serviceFingerprint } from "../fingerprint.ts";
import {
  type EventReason,
  type LeaseId,
  type LeaseWorkload,
  leaseKey,
  type Progress,
  RuntimeError,
  type ServiceWorkload,
} from "../runtime.ts";
import { type DockerApi, EngineRefusal } from "./api.ts";
import { createBody, publishedPorts, type ReplicaPlace, replicaName, replicaVolumes } from "./container-spec.ts";
import {
  type ContainerDetail,
  type ContainerRow,
  containerDetail,
  containerRows,
  field,
  namesIn,
  textField,
} from "./engine-types.ts";
import { hasImage, pullImage } from "./images.ts";
import { label, labelFilter, leaseLabels, networkName, type Owner } from "./names.ts";
import { PortChooser } from "./ports.ts";
import { subnetCandidates } from "./subnets.ts";

/** Somebody else may take a chosen port before the engine binds it; more than a few times in a row is no accident. */
const startAttemptsMax = 5;
/** Time between the signal and the end of a replica that is removed: a lease that ended is gone within two blocks. */
const removeGraceMs = 150;
/** Time that a replica has to stop when the provider stops; it starts again later with its volumes. */
const stopGraceS = 3;

type Report = (progress: Progress) => void;

/** What the provider's owner decided for all containers. */
export interface ContainerRules {
  /** Address that forwarded TCP ports listen on. */
  readonly portAddress: string;
  /** Linux capabilities that containers keep. */
  readonly capabilities: readonly string[];
}

export class LeaseApplier {
  readonly #api: DockerApi;
  readonly #owner: Owner;
  readonly #rules: ContainerRules;
  readonly #events: EventLog;
  readonly #ports = new PortChooser();

  constructor(api: DockerApi, owner: Owner, rules: ContainerRules, events: EventLog) {
    this.#api = api;
    this.#owner = owner;
    this.#rules = rules;
    this.#events = events;
  }

  /** Images first: nothing that runs is touched before every new image is here. */
  async apply(workload: LeaseWorkload, report: Report, signal: AbortSignal | undefined): Promise<void> {
    for (const service of workload.services) requireSupported(service);
    const [existing] = await Promise.all([
      this.details(workload.lease),
      ...workload.services.map((service) => this.#ensureImage(workload.lease, service, report, signal)),
    ]);
    signal?.throwIfAborted();
    await this.ensureNetwork(workload.lease);
    const wanted = new Map(workload.services.map((service) => [service.name, service]));
    const kept = new Map<string, ContainerDetail>();
    const ports = new Map<string, ReadonlyMap<string, number>>();
    for (const container of existing) {
      const name = container.labels[label.service] ?? "";
      const service = wanted.get(name);
      const same = service !== undefined && container.labels[label.fingerprint] === serviceFingerprint(service);
      if (same && !kept.has(name)) kept.set(name, container);
      else {
        ports.set(name, container.ports);
        await this.#removeContainer(container.id);
      }
    }
    const { portAddress, capabilities } = this.#rules;
    const base = { owner: this.#owner, replica: 0, portAddress, capabilities };
    // All come to an end before this does: nothing may be made after it was given up or removed.
    const outcomes = await Promise.allSettled(
      workload.services.map(async (service) => {
        signal?.throwIfAborted();
        const container = kept.get(service.name);
        if (container?.state === "running" || container?.state === "restarting") return;
        await this.#bringUp(
          workload,
          service,
          { ...base, ports: ports.get(service.name) ?? new Map() },
          container,
          report,
        );
      }),
    );
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #ensureImage(lease: LeaseId, service: ServiceWorkload, onProgress: Report, signal: AbortSignal | undefined) {
    const { image, name } = service;
    if (await hasImage(this.#api, image)) return;
    this.#note(lease, name, "Normal", "Pulling", `pulling image ${image}`);
    try {
      await pullImage(this.#api, { image, service: name, credentials: service.credentials, onProgress, signal });
      this.#note(lease, name, "Normal", "Pulled", `pulled image ${image}`);
    } catch (cause) {
      this.#note(lease, name, "Warning", "Failed", cause instanceof Error ? cause.message : String(cause));
      throw cause;
    }
  }

  /**
   * The network that the lease's services share; one that is there stays. The engine chooses the addresses as long as
   * its pools last, then we do.
   */
  async ensureNetwork(lease: LeaseId): Promise<void> {
    const name = networkName(this.#owner, lease);
    const wishes: (string | null)[] = [null, ...subnetCandidates(name)];
    for (const subnet of wishes) {
      try {
        await this.#createNetwork(lease, name, subnet);
        return;
      } catch (cause) {
        if (cause instanceof EngineRefusal && cause.status === 409) return;
        const taken = cause instanceof EngineRefusal && /address pool|overlaps/i.test(cause.message);
        if (!taken) throw refused(cause, "a network");
      }
    }
    throw new RuntimeError("no-space", "the engine has no address range left for another lease's network");
  }

  async #createNetwork(lease: LeaseId, name: string, subnet: string | null): Promise<void> {
    await this.#api.call("POST", "/networks/create", {
      body: {
        Name: name,
        CheckDuplicate: true,
        Driver: "bridge",
        Labels: leaseLabels(this.#owner, lease),
        ...(subnet === null ? {} : { IPAM: { Config: [{ Subnet: subnet }] } }),
      },
    });
  }

  /** Starts the given container, or makes a new one; a port that was taken meanwhile costs another attempt. */
  async #bringUp(
    workload: LeaseWorkload,
    service: ServiceWorkload,
    place: ReplicaPlace,
    existing: ContainerDetail | undefined,
    report: Report,
  ): Promise<void> {
    let id = existing?.id;
    let ports = existing?.ports ?? place.ports;
    for (let attempt = 1; ; attempt++) {
      if (id === undefined) {
        ports = await this.#choosePorts(service, ports);
        report({ service: service.name, step: "creating", detail: service.image, doneBytes: 0, totalBytes: 0 });
        id = await this.#create(workload, service, { ...place, ports });
      }
      try {
        await this.#api.call("POST", `/containers/${id}/start`);
        report({ service: service.name, step: "started", detail: service.image, doneBytes: 0, totalBytes: 0 });
        return;
      } catch (cause) {
        if (!(cause instanceof EngineRefusal)) throw cause;
        const movable = /port is already allocated|address already in use|network .* not found/i.test(cause.message);
        if (!movable || attempt >= startAttemptsMax) throw this.#startError(workload.lease, service, cause);
        await this.#removeContainer(id);
        id = undefined;
        ports = new Map();
        if (/network .* not found/i.test(cause.message)) await this.ensureNetwork(workload.lease);
      }
    }
  }

  async #choosePorts(service: ServiceWorkload, known: ReadonlyMap<string, number>): Promise<Map<string, number>> {
    const chosen = new Map<string, number>();
    for (const [key, kind] of publishedPorts(service)) {
      const address = kind === "http" ? "127.0.0.1" : this.#rules.portAddress;
      chosen.set(key, known.get(key) ?? (await this.#ports.choose(address)));
    }
    return chosen;
  }

  async #create(workload: LeaseWorkload, service: ServiceWorkload, place: ReplicaPlace): Promise<string> {
    for (const volume of replicaVolumes(workload, service, place)) {
      await this.#api.call("POST", "/volumes/create", { body: { Name: volume.name, Labels: volume.labels } });
    }
    try {
      const created = await this.#api.call("POST", "/containers/create", {
        query: { name: replicaName(workload, service, place) },
        body: createBody(workload, service, place),
      });
      return textField(created, "Id");
    } catch (cause) {
      throw refused(cause, `a container for service ${service.name}`);
    }
  }

  #startError(lease: LeaseId, service: ServiceWorkload, cause: EngineRefusal): RuntimeError {
    const noCommand = /executable file not found|no such file or directory|exec format error|permission denied/i;
    const text = `service ${service.name} cannot be started: ${cause.message}`;
    this.#note(lease, service.name, "Warning", "Failed", text);
    return new RuntimeError(noCommand.test(cause.message) ? "no-such-command" : "refused", text, cause);
  }

  #note(lease: LeaseId, service: string, type: "Normal" | "Warning", reason: EventReason, note: string): void {
    this.#events.add(leaseKey(lease), { type, reason, note, service, replica: service, atMs: Date.now() });
  }

  async rows(lease: LeaseId): Promise<ContainerRow[]> {
    const filters = JSON.stringify({ label: labelFilter(this.#owner, lease) });
    return containerRows(await this.#api.call("GET", "/containers/json", { query: { all: true, filters } }));
  }

  async details(lease: LeaseId): Promise<ContainerDetail[]> {
    const found = await Promise.all((await this.rows(lease)).map((row) => this.#detail(row.id)));
    return found.filter((container) => container !== null);
  }

  async #detail(id: string): Promise<ContainerDetail | null> {
    try {
      return containerDetail(await this.#api.call("GET", `/containers/${id}/json`));
    } catch (cause) {
      if (cause instanceof EngineRefusal && cause.status === 404) return null;
      throw cause;
    }
  }

  /** Containers, then volumes, then the network of one lease. */
  async remove(lease: LeaseId): Promise<void> {
    const rows = await this.rows(lease);
    await Promise.all(rows.map((row) => this.#endContainer(row)));
    await this.#removeLabelled(labelFilter(this.#owner, lease));
  }

  /** What carries this provider's labels without belonging to any lease that was seen. */
  async sweep(): Promise<void> {
    const filters = JSON.stringify({ label: labelFilter(this.#owner) });
    const rows = containerRows(await this.#api.call("GET", "/containers/json", { query: { all: true, filters } }));
    await Promise.all(rows.map((row) => this.#removeContainer(row.id)));
    await this.#removeLabelled(labelFilter(this.#owner));
  }

  async #removeLabelled(labels: string[]): Promise<void> {
    const filters = JSON.stringify({ label: labels });
    const [volumes, networks] = await Promise.all([
      this.#api.call("GET", "/volumes", { query: { filters } }),
      this.#api.call("GET", "/networks", { query: { filters } }),
    ]);
    for (const name of namesIn(field(volumes, "Volumes"), "Name"))
      await this.#delete(`/volumes/${name}`, { force: true });
    for (const id of namesIn(networks, "Id")) await this.#delete(`/networks/${id}`, {});
  }

  async #endContainer(row: ContainerRow): Promise<void> {
    if (row.state === "running") {
      await this.#api.call("POST", `/containers/${row.id}/kill`, { query: { signal: "SIGTERM" } }).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, removeGraceMs));
    }
    await this.#removeContainer(row.id);
  }

  async #removeContainer(id: string): Promise<void> {
    await this.#delete(`/containers/${id}`, { force: true, v: true });
  }

  /** Gone is what we want: 404 is success, and 409 means that the engine is removing it already. */
  async #delete(path: string, query: Record<string, boolean>): Promise<void> {
    try {
      await this.#api.call("DELETE", path, { query });
    } catch (cause) {
      if (cause instanceof EngineRefusal && cause.status === 404) return;
      if (cause instanceof EngineRefusal && cause.status === 409 && /already in progress/i.test(cause.message)) return;
      throw refused(cause, "removing something of the lease");
    }
  }

  async stopAll(rows: readonly ContainerRow[]): Promise<void> {
    await Promise.all(
      rows
        .filter((row) => row.state === "running" || row.state === "restarting")
        .map((row) =>
          this.#api.call("POST", `/containers/${row.id}/stop`, { query: { t: stopGraceS } }).catch(() => null),
        ),
    );
  }

  async leasesWithNetworks(): Promise<string[]> {
    const filters = JSON.stringify({ label: labelFilter(this.#owner) });
    const networks = await this.#api.call("GET", "/networks", { query: { filters } });
    if (!Array.isArray(networks)) return [];
    return networks.map((network) => textField(field(network, "Labels"), label.lease)).filter((key) => key !== "");
  }
}

function requireSupported(service: ServiceWorkload): void {
  const refuse = (what: string) => {
    throw new RuntimeError("unsupported", `service ${service.name}: ${what} is not offered by this provider`);
  };
  if (service.replicas !== 1) refuse("more than one replica");
  if (service.volumes.some((volume) => volume.kind === "persistent")) refuse("a persistent volume");
  if (service.exposes.some((expose) => expose.protocol === "UDP" && expose.kind !== "internal")) refuse("a UDP port");
  if (service.exposes.some((expose) => expose.kind === "ip")) refuse("a leased address");
}

function refused(cause: unknown, what: string): unknown {
  if (!(cause instanceof EngineRefusal)) return cause;
  const full = /no space left/i.test(cause.message);
  return new RuntimeError(full ? "no-space" : "refused", `the engine refused ${what}: ${cause.message}`, cause);
}

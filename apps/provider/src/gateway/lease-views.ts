/** What is told of a lease, in the shapes that clients know (provider.md §6.4). */
import { externalPort, type ManifestGroup, manifestJson } from "@stoa/market";
import { compareText } from "@stoa/std";
import type { LeaseStatus, ServiceStatus } from "../runtimes/runtime.ts";
import type { ProviderStatus, ResourceTotals, VersionFacts } from "./ports.ts";

/** One service as `service/{name}/status` tells it. */
export function serviceView(service: ServiceStatus) {
  return {
    name: service.name,
    available: service.available,
    total: service.total,
    uris: service.uris.length === 0 ? null : [...service.uris].sort(compareText),
    observed_generation: service.generation,
    replicas: service.total,
    updated_replicas: service.updated,
    ready_replicas: service.ready,
    available_replicas: service.available,
  };
}

type Entries = readonly (readonly [string, unknown])[];

function byName(entries: Entries): Readonly<Record<string, unknown>> {
  return Object.fromEntries([...entries].sort(([a], [b]) => compareText(a, b)));
}

/** Forwarded ports are told when some expose of the group has any: a global one beside HTTP. */
function forwardsPorts(group: ManifestGroup): boolean {
  const exposes = (group.services ?? []).flatMap((service) => service.expose ?? []);
  return exposes.some((expose) => expose.global && externalPort(expose) !== 80);
}

function portsView(services: readonly ServiceStatus[]) {
  const entries = services
    .filter(({ ports }) => ports.length > 0)
    .map(({ name, ports }) => {
      const list = ports.map(({ host, port, externalPort: seen, protocol }) => ({
        host: host === "" ? undefined : host,
        port,
        externalPort: seen,
        proto: protocol,
        name,
      }));
      return [name, list.sort((a, b) => a.port - b.port || compareText(a.proto, b.proto))] as const;
    });
  return byName(entries);
}

function addressesView(services: readonly ServiceStatus[]) {
  const entries = services
    .filter(({ ips }) => ips.length > 0)
    .map(({ name, ips }) => {
      const list = ips.map(({ ip, port, externalPort: seen, protocol }) => {
        return { Port: port, ExternalPort: seen, Protocol: protocol, IP: ip };
      });
      return [name, list] as const;
    });
  return byName(entries);
}

/** The lease status; `allowed` are the services that the caller may know of, undefined for all. */
export function leaseView(status: LeaseStatus, group: ManifestGroup, allowed: readonly string[] | undefined) {
  const services = status.services.filter(({ name }) => allowed === undefined || allowed.includes(name));
  const leasesIps = (group.services ?? []).some((service) => (service.expose ?? []).some(({ ip }) => ip !== ""));
  const problems = services.filter(({ reason }) => reason !== "").map(({ name, reason }) => `${name}: ${reason}`);
  return {
    errors: problems.length === 0 ? undefined : problems,
    services: byName(services.map((service) => [service.name, serviceView(service)] as const)),
    forwarded_ports: forwardsPorts(group) ? portsView(services) : null,
    ips: leasesIps ? addressesView(services) : null,
  };
}

/** The manifest group of a lease as it is given back: alone in a list, endpoints left to the chain's group. */
export function manifestView(group: ManifestGroup): unknown {
  const services = (group.services ?? []).map((service) => ({
    ...service,
    resources: { ...service.resources, endpoints: null },
  }));
  return manifestJson([{ ...group, services }]);
}

function totalsView({ cpu, gpu, memory, storageEphemeral, storage }: ResourceTotals) {
  const classes = Object.entries(storage).sort(([a], [b]) => compareText(a, b));
  return {
    cpu,
    gpu,
    memory,
    storage_ephemeral: storageEphemeral,
    storage: classes.length === 0 ? undefined : Object.fromEntries(classes),
  };
}

export function statusView(status: ProviderStatus, address: string) {
  const nodes = status.nodes.map(({ name, allocatable, available }) => ({
    name,
    allocatable: { ...totalsView(allocatable), storage: undefined },
    available: { ...totalsView(available), storage: undefined },
  }));
  return {
    cluster: {
      leases: status.leases,
      inventory: {
        active: status.active.map(totalsView),
        pending: status.pending.map(totalsView),
        available: { nodes, storage: status.storage.map((entry) => ({ class: entry.class, size: entry.size })) },
      },
    },
    bidengine: { orders: status.orders },
    manifest: { deployments: status.deployments },
    cluster_public_hostname: status.publicHostname === "" ? undefined : status.publicHostname,
    reclamation_window: status.reclamationWindowNs,
    address,
  };
}

/** `/version`: this program under the names that clients look for, the runtime where they expect Kubernetes. */
export function versionView(facts: VersionFacts, runtime: { readonly kind: string; readonly version: string }) {
  return {
    akash: {
      name: facts.name,
      server_name: facts.name,
      version: facts.version,
      commit: facts.commit,
      build_tags: "",
      go: facts.runtimeVersion,
      build_deps: [],
      cosmos_sdk_version: "",
    },
    kube: { major: "", minor: "", gitVersion: runtime.version, platform: runtime.kind },
  };
}

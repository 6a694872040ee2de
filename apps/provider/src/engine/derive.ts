/** From a manifest group and a reservation to what the runtime must run. */
import { externalPort, isIngress, type ManifestExpose, type ManifestGroup, type ManifestService } from "@stoa/market";
import { type Hash, utf8 } from "@stoa/std";
import type { Reservation } from "./ledger.ts";
import {
  type ExposeKind,
  type ExposeWorkload,
  type GpuWorkload,
  type HttpOptions,
  type LeaseId,
  type LeaseWorkload,
  leaseKey,
  type ServiceWorkload,
  type VolumeWorkload,
} from "./workload.ts";

export interface DeriveParams {
  readonly lease: LeaseId;
  readonly group: ManifestGroup;
  readonly reservation: Reservation;
  /** Domain under which every HTTP service gets a generated name. */
  readonly ingressDomain: string;
  /** Told to containers as `AKASH_CLUSTER_PUBLIC_HOSTNAME`. */
  readonly publicHost: string;
  /** Host names of the manifest that this lease may not use: another one holds them. */
  readonly withheld: ReadonlySet<string>;
  readonly hash: Hash;
}

export function deriveWorkload(params: DeriveParams): LeaseWorkload {
  const used = new Map<number, number>();
  return {
    lease: params.lease,
    group: params.group.name,
    services: (params.group.services ?? []).map((service) => deriveService(service, params, used)),
  };
}

/** HTTP: global TCP on external port 80 (provider.md §4.2). Other global ports are forwarded. */
export function exposeKind(expose: ManifestExpose): ExposeKind {
  if (!expose.global) return "internal";
  if (expose.ip !== "") return "ip";
  return isIngress(expose) ? "http" : "port";
}

/** The manifest was checked against the chain's group: its amounts are whole and in range. */
function amount(text: string | undefined): number {
  return Number(text ?? 0);
}

function deriveService(service: ManifestService, params: DeriveParams, used: Map<number, number>): ServiceWorkload {
  const { resources, credentials } = service;
  return {
    name: service.name,
    image: service.image,
    command: service.command ?? [],
    args: service.args ?? [],
    env: withInjected(service.env ?? [], params),
    replicas: service.count,
    cpuMilli: amount(resources.cpu?.units),
    memoryBytes: amount(resources.memory?.size),
    gpu: deriveGpu(service, params.reservation, used),
    volumes: deriveVolumes(service),
    exposes: deriveExposes(service, params),
    credentials:
      credentials === null || credentials.username === ""
        ? null
        : { host: credentials.host, username: credentials.username, password: credentials.password },
  };
}

/** The variables that the reference injects, each unless the tenant set it himself (provider.md §5.3). */
function withInjected(env: readonly string[], { lease, publicHost }: DeriveParams): string[] {
  const injected: readonly (readonly [string, string])[] = [
    ["AKASH_GROUP_SEQUENCE", String(lease.gseq)],
    ["AKASH_DEPLOYMENT_SEQUENCE", String(lease.dseq)],
    ["AKASH_ORDER_SEQUENCE", String(lease.oseq)],
    ["AKASH_OWNER", lease.owner],
    ["AKASH_PROVIDER", lease.provider],
    ["AKASH_CLUSTER_PUBLIC_HOSTNAME", publicHost],
  ];
  const own = new Set(env.map((entry) => entry.split("=", 1)[0]));
  return [...env, ...injected.filter(([name]) => !own.has(name)).map(([name, value]) => `${name}=${value}`)];
}

/** Services that share a resource unit share its devices, in the order of the manifest. */
function deriveGpu(service: ManifestService, reservation: Reservation, used: Map<number, number>): GpuWorkload | null {
  const units = amount(service.resources.gpu?.units);
  const id = service.resources.id;
  const grant = reservation.grants.find(({ resourceId }) => resourceId === id);
  if (units === 0 || grant === undefined) return null;
  const from = used.get(id) ?? 0;
  const to = from + units * service.count;
  used.set(id, to);
  const wish = service.resources.gpu?.attributes[0]?.key ?? "";
  const vendor = /^vendor\/([^/]+)/.exec(wish)?.[1] ?? "nvidia";
  return { units, vendor, devices: grant.devices.slice(from, to) };
}

function deriveVolumes(service: ManifestService): VolumeWorkload[] {
  return service.resources.storage.map((volume) => {
    const mounted = service.params?.storage?.find(({ name }) => name === volume.name);
    const attribute = (key: string) => volume.attributes.find((each) => each.key === key)?.value ?? "";
    const persistent = attribute("persistent") === "true";
    const mount = mounted?.mount ?? "";
    const ram = attribute("class") === "ram" && !persistent;
    return {
      name: volume.name,
      kind: ram ? "ram" : persistent ? "persistent" : mount === "" ? "root" : "ephemeral",
      storageClass: persistent ? attribute("class") || "default" : "",
      bytes: amount(volume.size),
      mount,
      readOnly: mounted?.readOnly ?? false,
    };
  });
}

/** One entry a port: an expose to several services, or to all, opens the same container port once. */
function deriveExposes(service: ManifestService, params: DeriveParams): ExposeWorkload[] {
  return (service.expose ?? []).map((expose) => {
    const kind = exposeKind(expose);
    const own = (expose.hosts ?? []).filter((host) => !params.withheld.has(host.toLowerCase()));
    const generated = generatedHost(params.hash, params.lease, service.name, params.ingressDomain);
    return {
      kind,
      port: expose.port,
      externalPort: externalPort(expose),
      protocol: expose.proto === "UDP" ? "UDP" : "TCP",
      hosts: kind === "http" ? [generated, ...own] : [],
      endpoint: expose.ip,
      http: kind === "http" ? httpOptions(expose) : null,
    };
  });
}

/** What the reference's proxies assume when a manifest says nothing (provider.md §5.5). */
const httpDefaults: HttpOptions = { maxBodyBytes: 1_048_576, readTimeoutMs: 60_000, sendTimeoutMs: 60_000 };

function httpOptions(expose: ManifestExpose): HttpOptions {
  const { maxBodySize, readTimeout, sendTimeout } = expose.httpOptions;
  return {
    maxBodyBytes: maxBodySize || httpDefaults.maxBodyBytes,
    readTimeoutMs: readTimeout || httpDefaults.readTimeoutMs,
    sendTimeoutMs: sendTimeout || httpDefaults.sendTimeoutMs,
  };
}

const base32hex = "0123456789abcdefghijklmnopqrstuv";
const generatedBytes = 16;

/** A name of 26 characters that only this lease and service can have. */
export function generatedHost(hash: Hash, lease: LeaseId, service: string, domain: string): string {
  const digest = hash.sha256(utf8(leaseKey(lease) + service)).subarray(0, generatedBytes);
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of digest) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32hex[(value >> bits) & 31];
      value &= (1 << bits) - 1;
    }
  }
  text += base32hex[(value << (5 - bits)) & 31];
  return `${text}.${domain}`;
}

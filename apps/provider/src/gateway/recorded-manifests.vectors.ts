/** What the recorded tenants had deployed, put together from what the file shows of it. */
import type { GroupSpec, Manifest, ManifestExpose, ManifestService } from "@stoa/market";
import { utf8 } from "@stoa/std";
import type { GatewayCase } from "@stoa/test";
import { decodeManifest } from "./manifest-decode.ts";

/** A deployment of the recording. */
export interface RecordedDeployment {
  readonly role: string;
  readonly dseq: bigint;
  /** Name of the owner in `ids`. */
  readonly owner: string;
  readonly manifest: Manifest;
  /** True if it ran before the first case. */
  readonly running: boolean;
}

/** Roles whose lease had its manifest before the first case (README of the vectors). */
const runningRoles = ["web", "full", "missing", "movesrc", "t2"];

const httpOptions = {
  maxBodySize: 1_048_576,
  readTimeout: 60_000,
  sendTimeout: 60_000,
  nextTries: 3,
  nextTimeout: 0,
  nextCases: ["error", "timeout"],
  proxyBufferSize: 0,
};

function expose(port: number, proto: string, hosts: readonly string[] | null, externalPort = port): ManifestExpose {
  const base = { service: "", global: true, ip: "", endpointSequenceNumber: 0, httpOptions };
  return { ...base, port, externalPort, proto, hosts };
}

function service(name: string, count: number, image: string, exposes: readonly ManifestExpose[], id: number) {
  const compute = (units: string) => ({ units, attributes: [] });
  const made: ManifestService = {
    name,
    image,
    command: null,
    args: null,
    env: ["TAG=one"],
    resources: {
      id,
      cpu: compute("100"),
      memory: { size: "67108864", attributes: [] },
      storage: [{ name: "default", size: "134217728", attributes: [] }],
      gpu: compute("0"),
      endpoints: endpointsOf(exposes),
    },
    count,
    expose: exposes,
    params: null,
    credentials: null,
  };
  return made;
}

function endpointsOf(exposes: readonly ManifestExpose[]) {
  return exposes
    .filter(({ global }) => global)
    .flatMap(({ proto, externalPort, port, ip, endpointSequenceNumber }) => {
      const http = proto === "TCP" && (externalPort === 0 ? port : externalPort) === 80;
      const own = { kind: http ? 0 : 1, sequenceNumber: 0 };
      return ip === "" ? [own] : [own, { kind: 2, sequenceNumber: endpointSequenceNumber }];
    });
}

interface ShownStatus {
  readonly services: Readonly<Record<string, { readonly total: number; readonly uris: readonly string[] | null }>>;
  readonly forwarded_ports: Readonly<Record<string, readonly { port: number; proto: string }[]>> | null;
}

/** A manifest that would show this status. */
function manifestOfStatus(status: ShownStatus, image: string, moreHosts: readonly string[]): Manifest {
  const services = Object.entries(status.services).map(([name, { total, uris }], index) => {
    const hosts = (uris ?? []).filter((uri) => !/^[0-9a-v]{26}\./.test(uri));
    const named = index === 0 ? [...new Set([...hosts, ...moreHosts])].sort() : hosts;
    const http = uris === null ? [] : [expose(80, "TCP", named.length === 0 ? null : named)];
    const ports = (status.forwarded_ports?.[name] ?? []).map(({ port, proto }) => expose(port, proto, null));
    const exposes = [...http, ...ports].sort((a, b) => a.port - b.port || (a.proto < b.proto ? -1 : 1));
    return service(name, total, image, exposes, index + 1);
  });
  return [{ name: "dc", services }];
}

/** The manifest as it was sent: the endpoints, which the reference does not give back, follow from the exposes. */
function withEndpoints(manifest: Manifest): Manifest {
  return manifest.map((group) => ({
    ...group,
    services: (group.services ?? []).map((each) => {
      const endpoints = each.resources.endpoints ?? endpointsOf(each.expose ?? []);
      return { ...each, resources: { ...each.resources, endpoints } };
    }),
  }));
}

/** True if the answer says that the manifest itself agreed with the chain. */
function manifestAgreed({ response }: GatewayCase): boolean {
  return response.status === 200 || /^(no lease for deployment|hostname not allowed)/.test(response.body ?? "");
}

function decoded(text: string | undefined): Manifest | undefined {
  const manifest = decodeManifest(utf8(text ?? ""));
  return manifest.ok ? manifest.value : undefined;
}

function pathOf(entry: GatewayCase, pattern: RegExp, dseq: string): boolean {
  return pattern.exec(entry.request.path)?.[1] === dseq;
}

interface Migration {
  readonly hostnames_to_migrate: readonly string[];
  readonly destination_dseq: number;
}

/** Migrations of host names that were carried out. */
function migrations(cases: readonly GatewayCase[]): readonly Migration[] {
  return cases
    .filter(({ request, response }) => request.path === "/hostname/migrate" && response.status === 200)
    .map(({ request }) => JSON.parse(request.body ?? "{}") as Migration);
}

/** True if the lease must have had its manifest before the first case: something shows of it before one is sent. */
function shownFirst(dseq: string, cases: readonly GatewayCase[]): boolean {
  for (const entry of cases) {
    if (entry.response.status !== 200) continue;
    if (pathOf(entry, /^\/deployment\/(\d+)\/manifest$/, dseq)) return false;
    if (pathOf(entry, /^\/lease\/(\d+)\/1\/1\//, dseq)) return true;
    if (migrations([entry]).some(({ destination_dseq }) => String(destination_dseq) === dseq)) return true;
  }
  return false;
}

function manifestOf(role: string, dseq: string, cases: readonly GatewayCase[]): Manifest {
  const sent = cases.find(
    (entry) =>
      entry.request.method === "PUT" && pathOf(entry, /^\/deployment\/(\d+)\/manifest$/, dseq) && manifestAgreed(entry),
  );
  const fromBody = decoded(sent?.request.body);
  if (fromBody !== undefined) return fromBody;
  const given = cases.find(
    (entry) => entry.response.status === 200 && pathOf(entry, /^\/lease\/(\d+)\/\d+\/\d+\/manifest$/, dseq),
  );
  const fromReply = decoded(given?.response.body);
  if (fromReply !== undefined) return withEndpoints(fromReply);
  const image = role === "missing" ? "docker.io/local/missing:1" : "docker.io/local/work:1";
  const moved = migrations(cases).filter((each) => role === "movesrc" || String(each.destination_dseq) === dseq);
  const hosts = moved.flatMap((each) => each.hostnames_to_migrate);
  const shown = cases.find(
    (entry) => entry.response.status === 200 && pathOf(entry, /^\/lease\/(\d+)\/\d+\/\d+\/status$/, dseq),
  );
  if (shown !== undefined)
    return manifestOfStatus(JSON.parse(shown.response.body ?? "{}") as ShownStatus, image, hosts);
  const names = hosts.length > 0 ? hosts : [`${role}.example.test`];
  const exposes = [expose(80, "TCP", names), expose(8081, "TCP", null)];
  return [{ name: "dc", services: [service("web", 1, image, exposes, 1)] }];
}

function ownerOf(role: string, dseq: string, cases: readonly GatewayCase[]): string {
  const known = cases.find(
    (entry) =>
      entry.request.method === "PUT" && pathOf(entry, /^\/deployment\/(\d+)\/manifest$/, dseq) && manifestAgreed(entry),
  );
  return known?.request.auth.signer ?? (role === "t2" || role === "conflict" ? "otherTenant" : "tenant");
}

/** All deployments of the recording. */
export function recordedDeployments(
  dseqs: Readonly<Record<string, string>>,
  cases: readonly GatewayCase[],
): readonly RecordedDeployment[] {
  return Object.entries(dseqs).map(([role, dseq]) => ({
    role,
    dseq: BigInt(dseq),
    owner: ownerOf(role, dseq, cases),
    manifest: manifestOf(role, dseq, cases),
    running: runningRoles.includes(role) || shownFirst(dseq, cases),
  }));
}

/** The groups that the chain would hold for a manifest: one unit per resource id. */
export function groupsOf(manifest: Manifest): readonly { readonly gseq: number; readonly spec: GroupSpec }[] {
  const amount = (text: string) => ({ val: utf8(text) });
  return manifest.map((group, index) => {
    const byId = new Map<number, readonly ManifestService[]>();
    for (const each of group.services ?? []) {
      byId.set(each.resources.id, [...(byId.get(each.resources.id) ?? []), each]);
    }
    const resources = [...byId].map(([id, services]) => {
      const { cpu, memory, storage, gpu } = (services[0] as ManifestService).resources;
      const compute = (value: typeof cpu) =>
        value === null ? undefined : { units: amount(value.units), attributes: value.attributes };
      const resource = {
        id,
        cpu: compute(cpu),
        memory: memory === null ? undefined : { quantity: amount(memory.size), attributes: memory.attributes },
        storage: storage.map(({ name, size, attributes }) => ({ name, quantity: amount(size), attributes })),
        gpu: compute(gpu),
        endpoints: services.flatMap((each) => endpointsOf(each.expose ?? [])),
      };
      return { resource, count: services.reduce((sum, { count }) => sum + count, 0) };
    });
    return { gseq: index + 1, spec: { name: group.name, resources } };
  });
}

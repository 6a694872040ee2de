/** A gateway with one lease in memory, and ways to speak to it, for the gateway's tests. */
import assert from "node:assert/strict";
import type { ClientRequest, IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { checkProviderCertificate, fullAccess, GatewayClient, newToken } from "@stoa/client";
import { createNativeVerifier, nativeHash, ProviderTransport, systemTimers } from "@stoa/host";
import type { Manifest } from "@stoa/market";
import { silentLog, utf8 } from "@stoa/std";
import {
  accountAddress,
  type JwtLeases,
  type OnChainCertificate,
  parseCertificatePem,
  parsePublicKeyPem,
} from "@stoa/wire";
import { publicKeyOf, secp256k1PrivateKey, signMessage } from "@stoa/wire/wallet";
import { FakeRuntime } from "../runtimes/fake/fake-runtime.ts";
import type { LeaseId } from "../runtimes/runtime.ts";
import { type NewCertificate, newCertificate } from "./certificate.ts";
import { Gateway, type GatewayParams } from "./gateway.ts";
import { LeaseBook } from "./lease-book.ts";
import { GatewayServer } from "./server.ts";

const gib = 1024 ** 3;
const capacity = {
  node: "n",
  cpuMilli: 4000,
  memoryBytes: 8 * gib,
  diskBytes: 100 * gib,
  gpus: [],
  storageClasses: {},
};

function account(name: string) {
  const key = secp256k1PrivateKey(nativeHash.sha256(utf8(name)));
  assert.ok(key.ok);
  const address = accountAddress(publicKeyOf(key.value), nativeHash);
  assert.ok(address.ok);
  return { key: key.value, address: address.value };
}

function onChain(pair: Pick<NewCertificate, "certificate" | "publicKey">): OnChainCertificate {
  const certificate = parseCertificatePem(utf8(pair.certificate));
  const publicKey = parsePublicKeyPem(utf8(pair.publicKey));
  assert.ok(certificate.ok && publicKey.ok);
  return { certificate: certificate.value, publicKey: publicKey.value };
}

export const tenant = account("tenant");
export const provider = account("provider");
export const nowNs = BigInt(Date.now()) * 1_000_000n;
/** How far the gateway's clock is ahead, in seconds. */
export const clock = { aheadS: 0n };
export const nowSeconds = () => BigInt(Date.now()) / 1000n + clock.aheadS;
const verifier = createNativeVerifier({ log: silentLog });
export const server = newCertificate({ address: provider.address, hosts: ["localhost"], nowNs, validDays: 1 });
export const client = newCertificate({ address: tenant.address, hosts: [], nowNs: nowNs + 1n, validDays: 1 });
export const unpublished = newCertificate({ address: tenant.address, hosts: [], nowNs: nowNs + 2n, validDays: 1 });
export const published = new Map([
  [`${provider.address}/${server.serial}`, onChain(server)],
  [`${tenant.address}/${client.serial}`, onChain(client)],
]);

/** Puts a certificate on the chain, as its owner would. */
export function publish(owner: string, pair: Pick<NewCertificate, "certificate" | "publicKey">): void {
  const made = onChain(pair);
  published.set(`${owner}/${made.certificate.serial}`, made);
}

const certificate = async (owner: string, serial: bigint) => published.get(`${owner}/${serial}`);
export const lease: LeaseId = { owner: tenant.address, dseq: 7n, gseq: 1, oseq: 1, provider: provider.address };

const value = (units: string) => ({ units, attributes: [] });
const manifest: Manifest = [
  {
    name: "dc",
    services: ["db", "web"].map((name) => ({
      name,
      image: "hello:1",
      command: ["/busybox", "sleep", "1000"],
      args: null,
      env: null,
      resources: {
        id: 1,
        cpu: value("100"),
        memory: { size: "1000000", attributes: [] },
        storage: [{ name: "default", size: "1000000", attributes: [] }],
        gpu: value("0"),
        endpoints: [],
      },
      count: 1,
      expose: null,
      params: null,
      credentials: null,
    })),
  },
];

export const runtime = new FakeRuntime({ capacity, publicHost: "localhost", nowMs: () => Date.now() });
const book = new LeaseBook({
  store: { load: async () => [], save: async () => undefined, remove: async () => undefined },
  blockedHostnames: [],
  ingressDomain: "ingress.localhost",
  publicHost: "localhost",
  hash: nativeHash,
  onChange: () => undefined,
});
export const params: GatewayParams = {
  address: provider.address,
  chain: {
    accountPublicKey: async (address) => (address === tenant.address ? publicKeyOf(tenant.key).key : undefined),
    certificate,
    deployment: async () => undefined,
    leases: async () => [lease],
  },
  leases: book,
  runtime,
  status: { status: () => Promise.reject(new Error("not asked here")) },
  orders: { view: (order) => (order.endsWith("/9/1/1") ? { state: "declined", reasons: ["no GPU"] } : undefined) },
  version: { name: "stoa", version: "0.1.0", commit: "", runtimeVersion: "" },
  hash: nativeHash,
  verifier,
  nowSeconds,
  log: silentLog,
  generatesHosts: true,
};
const gateway = new GatewayServer({ ...params, gateway: new Gateway(params), timers: systemTimers, onChain: server });
let hostUri = "";

/** Where the gateway listens. */
export function gatewayUri(): string {
  return hostUri;
}

/** Puts a lease with two services behind the gateway and opens it. */
export async function startGateway(): Promise<void> {
  const group = manifest[0];
  assert.ok(group);
  await book.accept([{ lease, group }]);
  const order = `${tenant.address}/7/1/1`;
  const reservation = { order, cpuMilli: 200n, memoryBytes: 2n, diskBytes: 2n, classes: {}, grants: [] };
  const workload = book.workload(lease, reservation);
  assert.ok(workload);
  await runtime.ensure(workload);
  hostUri = `https://127.0.0.1:${await gateway.listen(0, "127.0.0.1")}`;
}

export async function stopGateway(): Promise<void> {
  await gateway.close();
  await runtime.close();
}

/** A client with a token of these rights, or with a certificate. */
export function connect(
  rights: JwtLeases | NewCertificate,
  expected = provider.address,
  audience: string[] = [],
): GatewayClient {
  const trust = { address: expected, certificate, hash: nativeHash, verifier, nowSeconds };
  const check = async (chain: readonly Uint8Array[]) => {
    const checked = await checkProviderCertificate(chain, trust);
    return checked.ok ? undefined : checked.error;
  };
  if ("certificate" in rights) {
    return new GatewayClient({ hostUri, transport: new ProviderTransport({ check, identity: rights }) });
  }
  const wishes = { owner: tenant.address, nowSeconds: nowSeconds(), lifetimeSeconds: 900n, leases: rights, audience };
  const token = () => newToken(wishes, (bytes) => signMessage(tenant.key, bytes));
  return new GatewayClient({ hostUri, transport: new ProviderTransport({ check }), token });
}

export function granular(scope: readonly string[], services: readonly string[]): JwtLeases {
  const deployments = [{ dseq: 7n, gseq: 0, oseq: 0, scope, services }];
  const permissions = [{ provider: provider.address, access: "granular", scope: undefined, deployments }];
  return { access: "granular", scope: undefined, permissions };
}

export async function collect<T>(feed: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of feed) items.push(item);
  return items;
}

export const all = { services: [], follow: false, tail: -1 };

/** One request as it stands, with a token of full access. */
export function raw(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: (request: ClientRequest) => void = (request) => request.end(),
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const wishes = {
    owner: tenant.address,
    nowSeconds: nowSeconds(),
    lifetimeSeconds: 900n,
    leases: fullAccess,
    audience: [],
  };
  const Authorization = `Bearer ${newToken(wishes, (bytes) => signMessage(tenant.key, bytes))}`;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      rejectUnauthorized: false,
      agent: false as const,
      headers: { Authorization, ...headers },
    };
    const request = httpsRequest(`${hostUri}${path}`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8");
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    request.on("error", reject);
    body(request);
  });
}

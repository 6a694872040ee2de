import assert from "node:assert/strict";
import type { ClientRequest, IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { after, before, test } from "node:test";
import { connect as connectTls } from "node:tls";
import { checkProviderCertificate, fullAccess, GatewayClient, GatewayError, newToken } from "@stoa/client";
import { createNativeVerifier, nativeHash, ProviderTransport, systemTimers } from "@stoa/host";
import type { Manifest } from "@stoa/market";
import { fromUtf8Lossy, silentLog, utf8 } from "@stoa/std";
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

function onChain(pair: NewCertificate): OnChainCertificate {
  const certificate = parseCertificatePem(utf8(pair.certificate));
  const publicKey = parsePublicKeyPem(utf8(pair.publicKey));
  assert.ok(certificate.ok && publicKey.ok);
  return { certificate: certificate.value, publicKey: publicKey.value };
}

const tenant = account("tenant");
const provider = account("provider");
const nowNs = BigInt(Date.now()) * 1_000_000n;
const nowSeconds = () => BigInt(Date.now()) / 1000n;
const verifier = createNativeVerifier({ log: silentLog });
const server = newCertificate({ address: provider.address, hosts: ["localhost"], nowNs, validDays: 1 });
const client = newCertificate({ address: tenant.address, hosts: [], nowNs: nowNs + 1n, validDays: 1 });
const unpublished = newCertificate({ address: tenant.address, hosts: [], nowNs: nowNs + 2n, validDays: 1 });
const published = new Map([
  [`${provider.address}/${server.serial}`, onChain(server)],
  [`${tenant.address}/${client.serial}`, onChain(client)],
]);
const certificate = async (owner: string, serial: bigint) => published.get(`${owner}/${serial}`);
const lease: LeaseId = { owner: tenant.address, dseq: 7n, gseq: 1, oseq: 1, provider: provider.address };

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

const runtime = new FakeRuntime({ capacity, publicHost: "localhost", nowMs: () => Date.now() });
const book = new LeaseBook({
  store: { load: async () => [], save: async () => undefined, remove: async () => undefined },
  blockedHostnames: [],
  ingressDomain: "ingress.localhost",
  publicHost: "localhost",
  hash: nativeHash,
  onChange: () => undefined,
});
const params: GatewayParams = {
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

before(async () => {
  const group = manifest[0];
  assert.ok(group);
  await book.accept([{ lease, group }]);
  const order = `${tenant.address}/7/1/1`;
  const reservation = { order, cpuMilli: 200n, memoryBytes: 2n, diskBytes: 2n, classes: {}, grants: [] };
  const workload = book.workload(lease, reservation);
  assert.ok(workload);
  await runtime.ensure(workload);
  hostUri = `https://127.0.0.1:${await gateway.listen(0, "127.0.0.1")}`;
});

after(async () => {
  await gateway.close();
  await runtime.close();
});

/** A client with a token of these rights, or with a certificate. */
function connect(
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

function granular(scope: readonly string[], services: readonly string[]): JwtLeases {
  const deployments = [{ dseq: 7n, gseq: 0, oseq: 0, scope, services }];
  const permissions = [{ provider: provider.address, access: "granular", scope: undefined, deployments }];
  return { access: "granular", scope: undefined, permissions };
}

async function collect<T>(feed: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of feed) items.push(item);
  return items;
}

const all = { services: [], follow: false, tail: -1 };

test("a token and a published certificate both open the lease's status", async () => {
  for (const who of [fullAccess, client]) {
    const status = await connect(who).leaseStatus(lease);
    assert.deepEqual(Object.keys(status.services), ["db", "web"]);
  }
});

test("a token for this provider by name works here, one for another does not", async () => {
  await connect(fullAccess, provider.address, [provider.address]).leaseStatus(lease);
  const other = connect(fullAccess, provider.address, [tenant.address]).leaseStatus(lease);
  await assert.rejects(other, (error: GatewayError) => error.code === "unauthorized");
});

test("an unpublished certificate is refused before anything is answered", async () => {
  await assert.rejects(connect(unpublished).version(), (error: GatewayError) => error.code === "unreachable");
});

test("the client does not speak to a server that is not the expected provider", async () => {
  const wrong = connect(fullAccess, tenant.address).version();
  await assert.rejects(wrong, (error: GatewayError) => error.code === "unreachable" && /not of/.test(error.message));
});

test("logs come by replica, also the tail of one service only", async () => {
  runtime.print(lease, "web", 0, "one");
  runtime.print(lease, "web", 0, "two");
  runtime.print(lease, "db", 0, "three");
  const lines = await collect(connect(fullAccess).logs(lease, all));
  assert.deepEqual(lines.map(({ message }) => message).sort(), ["one", "three", "two"]);
  const tail = await collect(connect(fullAccess).logs(lease, { services: ["web"], follow: false, tail: 1 }));
  assert.deepEqual(
    tail.map(({ message }) => message),
    ["two"],
  );
  assert.match(tail[0]?.name ?? "", /^web-0-/);
});

test("following sees lines as they come, and ends when the reader stops", async () => {
  const feed = connect(fullAccess).logs(lease, { services: ["db"], follow: true, tail: 0 });
  const printing = setInterval(() => runtime.print(lease, "db", 0, "later"), 20);
  for await (const { message } of feed) {
    assert.equal(message, "later");
    break;
  }
  clearInterval(printing);
});

test("a permission for one service hides the others", async () => {
  const limited = connect(granular(["logs", "status", "shell"], ["web"]));
  const lines = await collect(limited.logs(lease, all));
  assert.ok(lines.every(({ name }) => name.startsWith("web-")));
  const asked = collect(limited.logs(lease, { ...all, services: ["db"] }));
  await assert.rejects(asked, (error: GatewayError) => /401/.test(error.message));
  assert.deepEqual(Object.keys((await limited.leaseStatus(lease)).services), ["web"]);
  await assert.rejects(limited.serviceStatus(lease, "db"), (error: GatewayError) => error.code === "unauthorized");
  await assert.rejects(limited.manifest(lease), (error: GatewayError) => error.code === "unauthorized");
});

test("events name what happened to which replica", async () => {
  const events = await collect(connect(fullAccess).events(lease, { services: ["web"], follow: false }));
  assert.ok(events.some(({ reason, object }) => reason === "Started" && object.name.startsWith("web-0-")));
  // The hashed id, not the lease's own: the owner's address is nobody else's business.
  for (const { object } of events) assert.match(object.namespace, /^[0-9a-v]{45}$/);
});

test("a shell gives output and exit code, and says what it cannot run", async () => {
  const shell = (command: string[], service = "web") =>
    connect(fullAccess).shell(lease, { service, replica: 0, command, tty: false, stdin: true });
  const session = await shell(["sh", "-c", "echo hello; exit 3"]);
  const output = await collect(session.output);
  assert.equal(
    output
      .map(({ data }) => fromUtf8Lossy(data))
      .join("")
      .trim(),
    "hello",
  );
  assert.equal(await session.exitCode, 3);
  await assert.rejects((await shell(["true"], "nothing")).exitCode, /no service for that lease/);
});

test("what a client types at once, before the command runs, reaches it, and the end of input too", async () => {
  const request = { service: "web", replica: 0, command: ["cat"], tty: false, stdin: true };
  const session = await connect(fullAccess).shell(lease, request);
  session.write(utf8("typed"));
  session.resize(80, 24);
  session.write(utf8(" more"));
  session.endInput();
  const output = await collect(session.output);
  assert.equal(output.map(({ data }) => fromUtf8Lossy(data)).join(""), "typed more");
  assert.equal(await session.exitCode, 0);
});

test("a stream of a lease that is not here ends with not found", async () => {
  const nowhere = collect(connect(fullAccess).logs({ ...lease, dseq: 8n }, all));
  await assert.rejects(nowhere, (error: GatewayError) => error.code === "not-found");
});

test("a provider says why it did not bid", async () => {
  const order = { owner: tenant.address, dseq: 9n, gseq: 1, oseq: 1 };
  assert.deepEqual(await connect(fullAccess).order(order), { state: "declined", reasons: ["no GPU"] });
  const unseen = connect(fullAccess).order({ ...order, dseq: 10n });
  await assert.rejects(unseen, (error: GatewayError) => error instanceof GatewayError && error.code === "not-found");
});

/** One request as it stands, with a token of full access. */
function raw(
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

test("a body without declared length ends at the limit, and its sender hears why", async () => {
  const { status, text } = await raw("PUT", "/deployment/7/manifest", {}, (request) => {
    for (let i = 0; i < 6; i++) request.write(Buffer.alloc(1 << 20, 97));
    request.end();
  });
  assert.equal(status, 413);
  assert.match(text, /larger than 4194304 bytes/);
});

test("a client that may not send a manifest hears so, however much it sends", async () => {
  const { status } = await raw("PUT", "/deployment/7/manifest", { Authorization: "Bearer x.y.z" }, (request) =>
    request.end(Buffer.alloc(2 << 20, 97)),
  );
  assert.equal(status, 401);
});

test("pages of other origins may ask and read, with a token", async () => {
  const preflight = { Origin: "https://page.test", "Access-Control-Request-Method": "PUT" };
  const asked = await raw("OPTIONS", "/deployment/7/manifest", preflight);
  assert.equal(asked.status, 204);
  assert.match(asked.headers["access-control-allow-headers"] ?? "", /Authorization/);
  const read = await raw("GET", "/lease/7/1/1/status", { Origin: "https://page.test" });
  assert.deepEqual([read.status, read.headers["access-control-allow-origin"]], [200, "*"]);
});

test("a stream without a websocket, and a websocket without a stream, are refused in plain words", async () => {
  assert.deepEqual((await raw("GET", "/lease/7/1/1/logs", {})).text, "Bad Request\n");
  const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" };
  assert.equal((await raw("GET", "/lease/9/1/1/status", upgrade)).status, 404);
});

test("the query of a stream is held to the reference's rules", async () => {
  const text = async (query: string) => (await raw("GET", `/lease/7/1/1/logs?${query}`, {})).text.trim();
  assert.equal(await text("service=web,"), 'parameter "service" must not contain trailing comma');
  assert.equal(await text("follow=perhaps"), 'strconv.ParseBool: parsing "perhaps": invalid syntax');
  assert.equal(await text("tail=-2"), 'parameter "tail" contains invalid value');
  assert.equal(await text("tail=99999999999"), 'strconv.ParseInt: parsing "99999999999": value out of range');
  assert.equal((await raw("GET", "/lease/7/1/1/shell?cmd0=sh&service=web&tty=0&stdin=0", {})).status, 400);
});

/** Sends some text, never hangs up, and waits until the gateway has let the connection go. */
function sendAndStall(text: string): Promise<string> {
  const { hostname, port } = new URL(hostUri);
  return new Promise((resolve) => {
    let answer = "";
    const options = { host: hostname, port: Number(port), rejectUnauthorized: false, allowHalfOpen: true };
    const socket = connectTls(options, () => socket.write(text));
    socket.on("data", (part) => {
      answer += part;
    });
    socket.on("error", () => undefined);
    // Only writing tells a connection that is gone from one whose other end is still there.
    let probe: NodeJS.Timeout | undefined;
    socket.on("end", () => {
      probe = setInterval(() => socket.write("x"), 100);
    });
    socket.on("close", () => {
      clearInterval(probe);
      resolve(answer);
    });
  });
}

test("a client that stalls does not keep its connection", { timeout: 10_000 }, async () => {
  const [silent, slow, refused] = await Promise.all([
    sendAndStall(""),
    sendAndStall("GET /address HTTP/1.1\r\nHost: x\r\n"),
    sendAndStall("GET /lease/7/1/1/logs HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
  ]);
  assert.match(silent, /^HTTP\/1\.1 408 /);
  assert.match(slow, /^HTTP\/1\.1 408 /);
  assert.match(refused, /^HTTP\/1\.1 401 /);
});

test("a request that offers HTTP/2 is answered as an ordinary one", async () => {
  const offer = { Connection: "Upgrade, HTTP2-Settings", Upgrade: "h2c", "HTTP2-Settings": "AAMAAABkAAQAoAAAAAIAAAAA" };
  const answer = await raw("PUT", "/deployment/7/manifest", offer, (request) => request.end("[]"));
  assert.deepEqual([answer.status, answer.text.trim().slice(0, 30)], [404, "rpc error: code = NotFound des"]);
});

test("one account's streams leave room for the others'", async () => {
  const feeds: AsyncIterator<unknown>[] = [];
  const open = async () => {
    const feed = connect(fullAccess).events({ dseq: 7n, gseq: 1, oseq: 1 }, { services: [], follow: true });
    const reader = feed[Symbol.asyncIterator]();
    await reader.next();
    feeds.push(reader);
  };
  for (let i = 0; i < 64; i++) await open();
  await assert.rejects(open(), /your account has too many open streams/);
  await Promise.all(feeds.map((reader) => reader.return?.()));
});

/** The serial that the gateway's certificate has for a client that asks for a name. */
function servedSerial(port: number, servername: string): Promise<bigint> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: "127.0.0.1", port, servername, rejectUnauthorized: false }, () => {
      const serial = socket.getPeerX509Certificate()?.serialNumber;
      socket.destroy();
      resolve(BigInt(`0x${serial}`));
    });
    socket.on("error", reject);
  });
}

test("a client that asks for the public name sees its certificate, every other the published one, also after a renewal", async () => {
  const forName = newCertificate({
    address: "provider.test",
    hosts: ["provider.test"],
    nowNs: nowNs + 3n,
    validDays: 1,
  });
  const next = newCertificate({ address: provider.address, hosts: ["localhost"], nowNs: nowNs + 4n, validDays: 1 });
  const publicName = { hostname: "provider.test", pair: forName };
  const named = new GatewayServer({
    ...params,
    gateway: new Gateway(params),
    timers: systemTimers,
    onChain: server,
    publicName,
  });
  const port = await named.listen(0, "127.0.0.1");
  assert.equal(await servedSerial(port, "provider.test"), forName.serial);
  assert.equal(await servedSerial(port, "mtls.provider.test"), server.serial);
  named.renew(next);
  assert.equal(await servedSerial(port, "other.test"), next.serial);
  await named.close();
});

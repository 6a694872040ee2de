import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect as connectTls, createSecureContext, type TLSSocket } from "node:tls";
import { status } from "@grpc/grpc-js";
import { fullAccess, newToken } from "@stoa/client";
import { decode } from "@stoa/wire";
import { StatusSchema } from "@stoa/wire/akash.provider.v1";
import { signMessage } from "@stoa/wire/wallet";
import { type NewCertificate, newCertificate } from "../gateway/certificate.ts";
import {
  clock,
  nowNs,
  nowSeconds,
  published as onChainCertificates,
  params,
  provider,
  client as published,
  server,
  tenant,
  unpublished,
} from "../gateway/test-gateway.ts";
import { endOf, nextStatus, startGrpc, TestClient, type TestGrpc, world } from "./test-grpc.ts";

const getStatus = "/akash.provider.v1.ProviderRPC/GetStatus";
const streamStatus = "/akash.provider.v1.ProviderRPC/StreamStatus";

let grpc: TestGrpc;
before(async () => {
  grpc = await startGrpc();
});
after(() => grpc.close());

async function withClient<T>(client: TestClient, use: (client: TestClient) => Promise<T>): Promise<T> {
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

function token(
  changes: { readonly lifetimeSeconds?: bigint; readonly ageSeconds?: bigint; audience?: string[] } = {},
): string {
  const wishes = {
    owner: tenant.address,
    nowSeconds: nowSeconds() - (changes.ageSeconds ?? 0n),
    lifetimeSeconds: changes.lifetimeSeconds ?? 900n,
    leases: fullAccess,
    audience: changes.audience ?? [],
  };
  return newToken(wishes, (bytes) => signMessage(tenant.key, bytes));
}

test("a status tells the machine, its GPUs and what is reserved", () =>
  withClient(new TestClient(grpc.port), async (client) => {
    const order = `${tenant.address}/7/1/1`;
    const units = { cpuMilli: 1_500n, memoryBytes: 2_000_000_000n, diskBytes: 1n << 30n, classes: { beta2: 5_000n } };
    world.ledger.restore({ order, ...units, grants: [{ resourceId: 1, devices: ["b"] }] });
    world.running.add(order);
    const { code, value } = await client.call(getStatus);
    assert.equal(code, status.OK);
    const told = decode(StatusSchema, value);
    const [node] = told.cluster?.inventory?.cluster?.nodes ?? [];
    const resources = node?.resources;
    assert.equal(resources?.cpu?.quantity?.allocated?.string, "1500m");
    assert.equal(resources?.memory?.quantity?.allocated?.string, "2G");
    assert.equal(resources?.gpu?.quantity?.allocatable?.string, "2");
    assert.equal(resources?.gpu?.quantity?.allocated?.string, "1");
    const { $typeName: _, ...device } = resources?.gpu?.info[0] ?? {};
    assert.deepEqual(device, {
      vendor: "nvidia",
      vendorId: "10de",
      name: "h100",
      modelid: "2330",
      interface: "pcie",
      memorySize: "80Gi",
    });
    assert.equal(resources?.cpu?.info[0]?.vcores, 16);
    const { active, pending } = told.cluster?.inventory?.reservations ?? {};
    assert.deepEqual([active?.count, pending?.count], [1, 0]);
    assert.equal(active?.resources?.gpu?.string, "1");
    assert.equal(active?.resources?.ephemeralStorage?.string, String(1n << 30n));
    assert.equal(active?.resources?.storage.beta2?.string, "5k");
    assert.equal(told.cluster?.leases?.active, 1);
    assert.deepEqual(told.publicHostnames, ["provider.test"]);
    assert.ok(Math.abs(Number(told.timestamp?.seconds ?? 0n) - Date.now() / 1000) < 5);
    world.ledger.release(order);
    world.running.delete(order);
  }));

test("a stream tells the status at once, then when it changed, and what is wrong", () =>
  withClient(new TestClient(grpc.port), async (client) => {
    const stream = client.stream(streamStatus);
    assert.equal((await nextStatus(stream)).bidEngine?.orders, 0);
    world.orders = 3;
    assert.equal((await nextStatus(stream)).bidEngine?.orders, 3);
    world.problem = "the engine is away";
    const ill = await nextStatus(stream);
    assert.deepEqual([ill.errors, ill.bidEngine?.orders], [["the engine is away"], 3]);
    // Past the moment for which one answer serves everybody.
    clock.aheadS += 2n;
    const asked = await client.call(getStatus);
    assert.deepEqual([asked.code, asked.details], [status.UNAVAILABLE, "the engine is away"]);
    // Who comes now hears the same.
    const late = client.stream(streamStatus);
    assert.deepEqual((await nextStatus(late)).errors, ["the engine is away"]);
    world.problem = "";
    assert.deepEqual((await nextStatus(stream)).errors, []);
    world.orders = 0;
    for (const each of [stream, late]) {
      each.on("error", () => {});
      each.cancel();
    }
  }));

test("certificates: the chain's counts, any other is refused with a code", async () => {
  const foreign = newCertificate({ address: provider.address, hosts: [], nowNs: nowNs + 9n, validDays: 1 });
  const codes: status[] = [];
  for (const own of [published, unpublished, foreign]) {
    codes.push(await withClient(new TestClient(grpc.port, own), async (client) => (await client.call(getStatus)).code));
  }
  assert.deepEqual(codes, [status.OK, status.UNAUTHENTICATED, status.UNAUTHENTICATED]);
  await withClient(new TestClient(grpc.port, unpublished), async (client) => {
    assert.match((await client.call(getStatus)).details, /non-existing or revoked certificate/);
    assert.equal(await endOf(client.stream(streamStatus)), status.UNAUTHENTICATED);
  });
});

test("a certificate that is revoked counts no longer than a minute, on an open connection too", () =>
  withClient(new TestClient(grpc.port, published), async (client) => {
    const name = `${tenant.address}/${published.serial}`;
    const onChain = onChainCertificates.get(name);
    assert.equal((await client.call(getStatus)).code, status.OK);
    onChainCertificates.delete(name);
    clock.aheadS += 60n;
    assert.equal((await client.call(getStatus)).code, status.UNAUTHENTICATED);
    if (onChain !== undefined) onChainCertificates.set(name, onChain);
    clock.aheadS += 60n;
    assert.equal((await client.call(getStatus)).code, status.OK);
  }));

test("while the chain is away nobody who says who he is can be judged, and strangers are served", async (t) => {
  const away = () => Promise.reject(new Error("the chain is away"));
  const alone = await startGrpc({ chain: { ...params.chain, certificate: away, accountPublicKey: away } });
  t.after(() => alone.close());
  const codeOf = (client: TestClient, token?: string) =>
    withClient(client, async () => (await client.call(getStatus, token)).code);
  assert.equal(await codeOf(new TestClient(alone.port, published)), status.UNAVAILABLE);
  assert.equal(await codeOf(new TestClient(alone.port), `Bearer ${token()}`), status.UNAVAILABLE);
  assert.equal(await codeOf(new TestClient(alone.port)), status.OK);
});

test("tokens: one that counts is let in, with or without its scheme; others get a code", () =>
  withClient(new TestClient(grpc.port), async (client) => {
    const codeOf = async (header: string) => (await client.call(getStatus, header)).code;
    assert.equal(await codeOf(`Bearer ${token()}`), status.OK);
    assert.equal(await codeOf(token()), status.OK);
    assert.equal(await codeOf(`Bearer ${token({ audience: [provider.address] })}`), status.OK);
    assert.equal(await codeOf(`Bearer ${token({ audience: [tenant.address] })}`), status.UNAUTHENTICATED);
    assert.equal(await codeOf("Bearer nonsense"), status.UNAUTHENTICATED);
    assert.equal(await codeOf(`Bearer ${token().slice(0, -4)}AAAA`), status.UNAUTHENTICATED);
    assert.equal(await codeOf("Basic abc"), status.INVALID_ARGUMENT);
    const expired = await client.call(getStatus, `Bearer ${token({ ageSeconds: 2_000n })}`);
    assert.equal(expired.code, status.UNAUTHENTICATED);
    assert.match(expired.details, /expired/);
  }));

test("a certificate and a token at once are ambiguous", () =>
  withClient(new TestClient(grpc.port, published), async (client) => {
    const { code, details } = await client.call(getStatus, `Bearer ${token()}`);
    assert.equal(code, status.INVALID_ARGUMENT);
    assert.match(details, /ambiguous/);
  }));

test("what the reference does not serve is unimplemented; a message beyond the limit is refused", () =>
  withClient(new TestClient(grpc.port), async (client) => {
    for (const [path, text] of [
      ["/akash.provider.v1.ProviderRPC/BidScreening", "BidScreening not implemented"],
      ["/akash.provider.lease.v1.LeaseRPC/SendManifest", "unknown service akash.provider.lease.v1.LeaseRPC"],
      ["/akash.provider.v1.ProviderRPC/Nothing", "unknown method Nothing for service akash.provider.v1.ProviderRPC"],
    ] as const) {
      const { code, details } = await client.call(path);
      assert.deepEqual([code, details], [status.UNIMPLEMENTED, text]);
    }
    const large = await client.call(getStatus, undefined, Buffer.alloc(5 << 20));
    assert.equal(large.code, status.RESOURCE_EXHAUSTED, large.details);
    assert.equal((await client.call(getStatus)).code, status.OK);
  }));

/** The certificate that a client who asks for this name sees. */
function shownTo(port: number, servername: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, servername, ALPNProtocols: ["h2"], rejectUnauthorized: false };
    const socket: TLSSocket = connectTls(options, () => {
      resolve(`${socket.getProtocol()} ${socket.getPeerX509Certificate()?.toString()}`);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

const contextOf = (pair: NewCertificate) => createSecureContext({ cert: pair.certificate, key: pair.privateKey });

test("the name that a client asks for decides the certificate, also after a renewal; TLS is 1.3", async (t) => {
  const pair = newCertificate({ address: provider.address, hosts: ["provider.test"], nowNs: nowNs + 5n, validDays: 1 });
  const named = await startGrpc({ publicName: { hostname: "provider.test", context: () => contextOf(pair) } });
  t.after(() => named.close());
  const normal = (pem: string) => pem.replaceAll("\r", "").trim();
  assert.equal(normal(await shownTo(named.port, "provider.test")), `TLSv1.3 ${normal(pair.certificate)}`);
  assert.equal(normal(await shownTo(named.port, "mtls.provider.test")), `TLSv1.3 ${normal(server.certificate)}`);
  const next = newCertificate({ address: provider.address, hosts: ["localhost"], nowNs: nowNs + 6n, validDays: 1 });
  named.renew(next);
  assert.equal(normal(await shownTo(named.port, "provider.test")), `TLSv1.3 ${normal(pair.certificate)}`);
  assert.equal(normal(await shownTo(named.port, "mtls.provider.test")), `TLSv1.3 ${normal(next.certificate)}`);
  await assert.rejects(
    new Promise((resolve, reject) => {
      connectTls({ host: "127.0.0.1", port: named.port, maxVersion: "TLSv1.2", rejectUnauthorized: false }, () =>
        resolve(undefined),
      ).on("error", reject);
    }),
  );
});

test("a stop ends who follows, with a code", async (t) => {
  const own = await startGrpc();
  const client = new TestClient(own.port);
  t.after(async () => {
    client.close();
    await own.close();
  });
  const stream = client.stream(streamStatus);
  await nextStatus(stream);
  const ended = endOf(stream);
  await own.close();
  assert.equal(await ended, status.UNAVAILABLE);
});

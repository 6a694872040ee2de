import assert from "node:assert/strict";
import { once } from "node:events";
import { request } from "node:https";
import { after, before, test } from "node:test";
import {
  certificateManager,
  createProviderSDK,
  JwtTokenManager,
  SDKError,
  SDKErrorCode,
} from "@akashnetwork/chain-sdk";
import { Secp256k1Wallet } from "@cosmjs/amino";
import { WebSocket } from "ws";
import { startGrpc, type TestGrpc, world } from "../grpc/test-grpc.ts";
import {
  clock,
  gatewayUri,
  lease,
  publish,
  runtime,
  server,
  startGateway,
  stopGateway,
  tenant,
} from "./test-gateway.ts";

/* The published @akashnetwork/chain-sdk, unmodified, against both servers: with the certificates and tokens that it makes. */

let grpc: TestGrpc;
before(async () => {
  await startGateway();
  grpc = await startGrpc();
});
after(async () => {
  await grpc.close();
  await stopGateway();
});

type ProviderSdk = ReturnType<typeof createProviderSDK>;

/** A client's half of TLS: its own certificate, or its token in the headers. */
interface Credentials {
  readonly cert?: string;
  readonly key?: string;
  readonly headers?: { readonly authorization: string };
}

const dayMs = 86_400_000;

async function sdkCertificate(published: boolean) {
  const pem = await certificateManager.generatePEM(tenant.address, { validTo: new Date(Date.now() + dayMs) });
  if (published) publish(tenant.address, { certificate: pem.cert, publicKey: pem.publicKey });
  return { cert: pem.cert, key: pem.privateKey };
}

async function sdkToken(expiresInS: number): Promise<string> {
  const wallet = await Secp256k1Wallet.fromKey(tenant.key.secret, "akash");
  const now = Math.floor(Date.now() / 1000);
  const rights = { access: "full" as const };
  // The SDK brings an older CosmJS, whose list of algorithms is shorter.
  const manager = new JwtTokenManager(wallet as never);
  return manager.generateToken({
    version: "v1",
    iss: tenant.address,
    iat: now - 60,
    nbf: now - 60,
    exp: now + expiresInS,
    leases: rights,
  });
}

async function bothCredentials(): Promise<readonly Credentials[]> {
  return [await sdkCertificate(true), { headers: { authorization: `Bearer ${await sdkToken(60)}` } }];
}

function sdkOf(identity?: { readonly cert: string; readonly key: string }): ProviderSdk {
  const authentication = identity === undefined ? {} : { authentication: { type: "mtls" as const, ...identity } };
  return createProviderSDK({
    baseUrl: grpc.url,
    ...authentication,
    transportOptions: { idleConnectionTimeoutMs: 100 },
  });
}

async function failureOf(call: Promise<unknown>): Promise<SDKErrorCode> {
  const error = await call.then(
    () => assert.fail("the call succeeded"),
    (problem: unknown) => problem,
  );
  assert.ok(error instanceof SDKError, String(error));
  return error.code;
}

test("createProviderSDK reads the status with a certificate that it made, and without one", async () => {
  for (const sdk of [sdkOf(await sdkCertificate(true)), sdkOf()]) {
    const status = await sdk.akash.provider.v1.getStatus();
    const [node] = status.cluster?.inventory?.cluster?.nodes ?? [];
    assert.equal(node?.resources?.gpu?.info[0]?.name, "h100");
    assert.equal(node?.resources?.cpu?.quantity?.allocatable?.string, "4");
    assert.deepEqual(status.publicHostnames, ["provider.test"]);
    assert.ok(Math.abs(Number(status.timestamp) - Date.now()) < 5_000);
  }
});

test("createProviderSDK follows the status", async () => {
  const controller = new AbortController();
  const stream = await sdkOf().akash.provider.v1.streamStatus({}, { signal: controller.signal });
  const seen: number[] = [];
  try {
    for await (const { bidEngine } of stream) {
      seen.push(bidEngine?.orders ?? 0);
      if (seen.length === 3) break;
      world.orders += 1;
    }
  } finally {
    controller.abort();
    world.orders = 0;
  }
  assert.deepEqual(seen, [0, 1, 2]);
});

test("what is wrong arrives as the SDK's codes", async () => {
  const refused = sdkOf(await sdkCertificate(false)).akash.provider.v1;
  assert.equal(await failureOf(refused.getStatus()), SDKErrorCode.Unauthenticated);
  const stream = await refused.streamStatus();
  assert.equal(await failureOf(stream[Symbol.asyncIterator]().next()), SDKErrorCode.Unauthenticated);
  const open = sdkOf().akash.provider.v1;
  assert.equal(await failureOf(open.bidScreening({})), SDKErrorCode.Unimplemented);
});

test("tokens that the SDK made count over gRPC until they expire", async () => {
  const { getStatus } = sdkOf().akash.provider.v1;
  // Its typed options name no headers; its gRPC transport sends them.
  const withToken = (token: string) => getStatus({}, { header: { authorization: `Bearer ${token}` } } as never);
  assert.ok((await withToken(await sdkToken(60))).cluster);
  const short = await sdkToken(60);
  clock.aheadS += 120n;
  assert.equal(await failureOf(withToken(short)), SDKErrorCode.Unauthenticated);
  clock.aheadS -= 120n;
});

const tls = { ca: server.certificate, servername: "localhost", agent: false as const };

function get(path: string, own: Credentials): Promise<{ status: number; body: unknown }> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, gatewayUri()), { ...tls, ...own }, (answer) => {
      let text = "";
      answer.on("data", (part: Buffer) => {
        text += part.toString("utf8");
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text === "" ? "" : JSON.parse(text) }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("status and logs over HTTPS and websocket with either", async () => {
  runtime.print(lease, "web", 0, "one line");
  for (const own of await bothCredentials()) {
    const { status, body } = await get("/lease/7/1/1/status", own);
    assert.equal(status, 200);
    assert.deepEqual(Object.keys((body as { services: object }).services), ["db", "web"]);
    const socket = new WebSocket(`${gatewayUri().replace("https", "wss")}/lease/7/1/1/logs?follow=false&tail=10`, {
      ...tls,
      ...own,
    });
    const frames: unknown[] = [];
    socket.on("message", (frame) => frames.push(JSON.parse(String(frame))));
    const [code] = (await once(socket, "close")) as [number];
    assert.equal(code, 1000);
    assert.equal(frames.length, 1);
    const { name, message } = frames[0] as Record<string, string>;
    assert.deepEqual([name?.slice(0, 4), message], ["web-", "one line"]);
  }
});

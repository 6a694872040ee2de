import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { after, before, test } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { status } from "@grpc/grpc-js";
import { ClientRate, systemClock } from "@stoa/host";
import { decode } from "@stoa/wire";
import { type Status, StatusSchema } from "@stoa/wire/akash.provider.v1";
import { endOf, nextStatus, startGrpc, TestClient, type TestGrpc, world } from "./test-grpc.ts";

/* What clients cannot do to the provider's gRPC: hold its memory, its sockets, or the calls of others. */

const getStatus = "/akash.provider.v1.ProviderRPC/GetStatus";
const streamStatus = "/akash.provider.v1.ProviderRPC/StreamStatus";

let grpc: TestGrpc;
before(async () => {
  grpc = await startGrpc();
});
after(() => grpc.close());

/** The statuses in what a stream sent: a flag and a length before each (gRPC over HTTP/2). */
function statusesIn(bytes: Buffer): Status[] {
  const found: Status[] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    found.push(decode(StatusSchema, bytes.subarray(at + 5, end)));
    at = end;
  }
  return found;
}

/** A follower by hand: HTTP/2 with one empty message. */
function follow(session: ClientHttp2Session): ClientHttp2Stream {
  const head = { ":method": "POST", ":path": streamStatus, "content-type": "application/grpc", te: "trailers" };
  return session.request(head).end(Buffer.alloc(5));
}

test("a reader that never reads misses what is not newest, and holds up nobody", async () => {
  // No window: the server may send it nothing until it says so.
  const session = connectHttp2(grpc.url, { rejectUnauthorized: false, settings: { initialWindowSize: 0 } });
  const lazy = follow(session);
  const client = new TestClient(grpc.port);
  try {
    await new Promise((resolve) => lazy.once("response", resolve));
    const stream = client.stream(streamStatus);
    stream.on("error", () => {});
    for (let orders = 0; orders < 10; orders++) {
      world.orders = orders;
      while ((await nextStatus(stream)).bidEngine?.orders !== orders);
    }
    stream.cancel();
    const parts: Buffer[] = [];
    lazy.on("data", (part: Buffer) => parts.push(part));
    session.settings({ initialWindowSize: 65_535 });
    const seen = () => statusesIn(Buffer.concat(parts)).map(({ bidEngine }) => bidEngine?.orders);
    while (seen().at(-1) !== 9) await new Promise((resolve) => lazy.once("data", resolve));
    assert.deepEqual(seen(), [0, 9]);
  } finally {
    world.orders = 0;
    client.close();
    session.destroy();
  }
});

test("calls beyond a connection's streams wait, and connections of others go on", async () => {
  const client = new TestClient(grpc.port);
  const other = new TestClient(grpc.port);
  try {
    const streams = Array.from({ length: 100 }, () => client.stream(streamStatus));
    for (const stream of streams) stream.on("error", () => {});
    await Promise.all(streams.map((stream) => nextStatus(stream)));
    let done = false;
    const waiting = client.call(getStatus).then(({ code }) => {
      done = true;
      return code;
    });
    assert.equal((await other.call(getStatus)).code, status.OK);
    assert.equal(done, false);
    streams[0]?.cancel();
    // A stream that was just cancelled may still count: then the code says that there are too many.
    assert.ok([status.OK, status.RESOURCE_EXHAUSTED].includes(await waiting));
    for (const stream of streams) stream.cancel();
  } finally {
    client.close();
    other.close();
  }
});

test("more followers than there may be hear so, and a place that is given up is free", async (t) => {
  const small = await startGrpc({ maxFollowers: 3 });
  const client = new TestClient(small.port);
  t.after(async () => {
    client.close();
    await small.close();
  });
  const streams = Array.from({ length: 2 }, () => client.stream(streamStatus));
  for (const stream of streams) stream.on("error", () => {});
  const cut = connectHttp2(small.url, { rejectUnauthorized: false });
  const third = follow(cut);
  await Promise.all([...streams.map((stream) => nextStatus(stream)), once(third, "data")]);
  assert.equal(await endOf(client.stream(streamStatus)), status.RESOURCE_EXHAUSTED);
  assert.equal((await client.call(getStatus)).code, status.OK);
  third.on("error", () => {});
  cut.destroy();
  for (let told = false; !told; ) {
    const stream = client.stream(streamStatus);
    const ended = endOf(stream).then(() => false);
    told = await Promise.race([ended, nextStatus(stream).then(() => true)]);
    stream.cancel();
  }
});

test("noise, silence and connections that are cut leave it as it was", async () => {
  const sockets: TLSSocket[] = [];
  for (const text of [
    "GET / HTTP/1.1\r\n\r\n",
    "\0".repeat(1_000),
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff",
    "",
  ]) {
    const options = { host: "127.0.0.1", port: grpc.port, rejectUnauthorized: false, ALPNProtocols: ["h2"] };
    const socket = connectTls(options, () => socket.write(text));
    socket.on("error", () => {});
    sockets.push(socket);
  }
  const client = new TestClient(grpc.port);
  const cut = client.stream(streamStatus);
  cut.on("error", () => {});
  await nextStatus(cut);
  client.close();
  cut.cancel();
  for (const socket of sockets) socket.destroy();
  const next = new TestClient(grpc.port);
  assert.equal((await next.call(getStatus)).code, status.OK);
  next.close();
});

test("an address that calls too often is told so, whatever it calls", async (t) => {
  let nowNs = 0n;
  const rate = new ClientRate({ requestsPerSecond: 2, clock: { ...systemClock, nowNs: () => nowNs } });
  const limited = await startGrpc({ rate });
  const client = new TestClient(limited.port);
  t.after(async () => {
    client.close();
    await limited.close();
  });
  const calls = [getStatus, "/akash.provider.v1.ProviderRPC/None", getStatus];
  const codes = [];
  for (const path of calls) codes.push((await client.call(path)).code);
  assert.deepEqual(codes, [status.OK, status.UNIMPLEMENTED, status.RESOURCE_EXHAUSTED]);
  assert.equal((await client.call(getStatus)).details, "too many requests");
  assert.equal(await endOf(client.stream(streamStatus)), status.RESOURCE_EXHAUSTED);
  nowNs = 1_000_000_000n;
  assert.equal((await client.call(getStatus)).code, status.OK);
});

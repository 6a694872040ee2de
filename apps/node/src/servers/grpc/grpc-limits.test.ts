import assert from "node:assert/strict";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { connect as connectTcp } from "node:net";
import { type TestContext, test } from "node:test";
import { status } from "@grpc/grpc-js";
import { systemClock } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { Query } from "@stoa/wire/cosmos.bank.v1beta1";
import { GrpcCaller } from "../../testing/grpc-caller.ts";
import { HttpFront } from "../http-front.ts";
import { serveStateless, serviceTable } from "../services/service-table.ts";
import { type GrpcServer, type GrpcServerParams, startGrpcServer } from "./grpc-server.ts";

const path = "/cosmos.bank.v1beta1.Query/DenomMetadata";
/** The size of the method's answers. */
const answerBytes = 100_000;
const empty = new Uint8Array();

async function start(t: TestContext, more: Partial<GrpcServerParams>): Promise<GrpcServer> {
  const metadata = { description: "x".repeat(answerBytes) };
  const services = serviceTable([serveStateless(Query.method.denomMetadata, async () => ({ metadata }))]);
  const server = await startGrpcServer({ host: "127.0.0.1", port: 0, services, log: silentLog, ...more });
  t.after(() => server.close(0));
  return server;
}

function caller(t: TestContext, server: GrpcServer): GrpcCaller {
  const made = new GrpcCaller(server.url);
  t.after(() => made.close());
  return made;
}

/** A client that asks, and reads nothing of its answers while its pings are answered. */
function stalled(t: TestContext, server: GrpcServer): ClientHttp2Session {
  const session = connect(server.url, { settings: { initialWindowSize: 0 } });
  session.on("error", () => undefined);
  t.after(() => session.destroy());
  return session;
}

/** Begins a call; with all of its empty message, or the first bytes of one. */
function begin(session: ClientHttp2Session, message = Buffer.alloc(5)): ClientHttp2Stream {
  const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };
  const stream = session.request(headers);
  stream.on("error", () => undefined);
  stream.write(message);
  return stream;
}

test("an address that asks too often is told so; a stream waits for its turn", async (t) => {
  let nowNs = 0n;
  const front = new HttpFront({ corsOrigins: [], requestsPerSecond: 2, clock: { ...systemClock, nowNs: () => nowNs } });
  const server = await start(t, { front });
  const client = caller(t, server);
  const unserved = "/cosmos.bank.v1beta1.Query/Balance";
  const codes = [];
  for (const each of [path, unserved, path]) codes.push((await client.call(each, empty)).code);
  assert.deepEqual(codes, [status.OK, status.UNIMPLEMENTED, status.RESOURCE_EXHAUSTED]);
  assert.equal((await client.call(path, empty)).message, "too many requests");
  const isExhausted = (error: { code?: number }): boolean => error.code === status.RESOURCE_EXHAUSTED;
  await assert.rejects(client.reflect("v1", { case: "listServices", value: "" }), isExhausted);
  nowNs = 2_000_000_000n;
  const session = connect(server.url);
  t.after(() => session.destroy());
  const reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const stream = session.request({ ":method": "POST", ":path": reflection, "content-type": "application/grpc" });
  stream.on("error", () => undefined);
  // For all types, in a message of two bytes; the stream and its first question count once.
  for (let question = 0; question < 3; question++) stream.write(Buffer.from([0, 0, 0, 0, 2, 0x3a, 0]));
  stream.end();
  let received = Buffer.alloc(0);
  stream.on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
  });
  const answers = (): number => {
    let count = 0;
    for (let at = 0; at + 5 <= received.length; at += 5 + received.readUInt32BE(at + 1)) count++;
    return count;
  };
  while (answers() < 2) await once(stream, "data");
  assert.equal((await client.call(path, empty)).code, status.RESOURCE_EXHAUSTED);
  assert.equal(answers(), 2);
  nowNs = 4_000_000_000n;
  const [trailers] = await once(stream, "trailers");
  assert.equal(trailers["grpc-status"], String(status.OK));
  assert.equal(answers(), 3);
});

test("who reads nothing of an answer is cut off, and others are answered meanwhile", async (t) => {
  const server = await start(t, { limits: { stalledReaderMs: 200 } });
  const session = stalled(t, server);
  begin(session).end();
  const closed = once(session, "close");
  assert.equal((await caller(t, server).call(path, empty)).code, status.OK);
  await closed;
});

test("answers that wait to be read are bounded, and their room is given back", async (t) => {
  const server = await start(t, { limits: { stalledReaderMs: 30_000, maxUnreadBytes: 3 * answerBytes } });
  const session = stalled(t, server);
  for (const stream of [begin(session), begin(session)]) {
    stream.end();
    await once(stream, "response");
  }
  const client = caller(t, server);
  const refused = await client.call(path, empty);
  assert.deepEqual([refused.code, refused.message], [status.RESOURCE_EXHAUSTED, "too many answers wait to be read"]);
  session.destroy();
  for (let code = -1; code !== status.OK; ) code = (await client.call(path, empty)).code;
});

test("who takes too long to send a message is cut off", async (t) => {
  const server = await start(t, { limits: { requestMs: 200 } });
  const session = connect(server.url);
  session.on("error", () => undefined);
  t.after(() => session.destroy());
  begin(session, Buffer.from([0, 0, 0, 1, 0, 1, 2, 3]));
  await once(session, "close");
  assert.equal((await caller(t, server).call(path, empty)).code, status.OK);
});

test("a message, headers and streams beyond their limits are refused, and the connection goes on", async (t) => {
  const server = await start(t, { limits: { maxReceivedBytes: 1_000, maxStreams: 2, requestMs: 5_000 } });
  const client = caller(t, server);
  const large = await client.call(path, new Uint8Array(2_000));
  assert.equal(large.code, status.RESOURCE_EXHAUSTED);
  assert.match(large.message, /larger than max/i);
  const headers = await client.call(path, empty, { big: "x".repeat(200_000) });
  assert.notEqual(headers.code, status.OK);
  assert.equal((await caller(t, server).call(path, empty)).code, status.OK);
  const session = connect(server.url);
  session.on("error", () => undefined);
  t.after(() => session.destroy());
  await once(session, "remoteSettings");
  assert.equal(session.remoteSettings?.maxConcurrentStreams, 2);
});

/** Connects, says this, and tells how long the server bears it. */
async function borne(server: GrpcServer, words: string): Promise<number> {
  const from = performance.now();
  const socket = connectTcp(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.resume();
  socket.write(words);
  await once(socket, "close");
  return performance.now() - from;
}

test("peers that say nothing, and connections beyond the limit, are cut", async (t) => {
  const limits = { pingIntervalMs: 100, pingTimeoutMs: 100, maxConnections: 1 };
  const server = await start(t, { limits });
  const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0";
  for (const words of ["", preface]) assert.ok((await borne(server, words)) > 90);
  const first = connect(server.url);
  t.after(() => first.destroy());
  await once(first, "remoteSettings");
  await borne(server, preface);
  assert.equal(first.destroyed, false);
});

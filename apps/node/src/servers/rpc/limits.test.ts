import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { systemTimers } from "@stoa/host";
import { utf8 } from "@stoa/std";
import { WebSocket } from "ws";
import { startTestRpc } from "../../testing/test-rpc.ts";

/** Sockets that are thrown at the server at once. */
const floodSockets = process.env.STOA_LONG === "1" ? 10_000 : 2_000;

async function post(url: string, body: string): Promise<{ status: number; text: string }> {
  const answer = await fetch(url, { method: "POST", body });
  return { status: answer.status, text: await answer.text() };
}

const health = (id: number): string => `{"jsonrpc":"2.0","id":${id},"method":"health"}`;

async function open(t: TestContext, url: string): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
  t.after(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

async function ask(
  socket: WebSocket,
  method: string,
  params: unknown,
): Promise<{ result?: unknown; error?: { data?: string } }> {
  socket.send(JSON.stringify({ jsonrpc: "2.0", id: "ask", method, params }));
  for (;;) {
    const [data] = (await once(socket, "message")) as [Buffer];
    const frame = JSON.parse(String(data)) as { id?: unknown; result?: { query?: unknown } };
    if (frame.id === "ask" && frame.result?.query === undefined) return frame as { result?: unknown };
  }
}

test("bodies, batches and depth are bounded", async (t) => {
  const { url } = await startTestRpc(t);
  const atLimit = `${" ".repeat(1_000_000 - health(1).length)}${health(1)}`;
  assert.deepEqual(JSON.parse((await post(url, atLimit)).text), { jsonrpc: "2.0", id: 1, result: {} });
  const tooLarge = await post(url, ` ${atLimit}`);
  assert.equal(tooLarge.status, 400);
  assert.match(tooLarge.text, /"code":-32600,"message":"Invalid Request","data":"error reading request body: /);
  const batch = (n: number): string => `[${Array.from({ length: n }, (_, id) => health(id)).join(",")}]`;
  assert.equal((JSON.parse((await post(url, batch(20))).text) as unknown[]).length, 20);
  assert.match((await post(url, batch(21))).text, /-32600/);
  const deep = await post(url, "[".repeat(400_000));
  assert.equal(deep.status, 500);
  assert.match(deep.text, /exceeded max depth/);
  const params = `{"jsonrpc":"2.0","id":1,"method":"status","params":${'{"a":'.repeat(900)}1${"}".repeat(900)}}`;
  assert.equal((await post(url, params)).status, 200);
});

test("a client has five subscriptions, a hundred clients have some, and queries have an end", async (t) => {
  const { url } = await startTestRpc(t);
  const socket = await open(t, url);
  const subscribe = (from: WebSocket, query: string) => ask(from, "subscribe", { query });
  for (let n = 0; n < 5; n++) assert.deepEqual((await subscribe(socket, `a.b='${n}'`)).result, {});
  assert.equal((await subscribe(socket, "a.b='6'")).error?.data, "max_subscriptions_per_client 5 reached");
  await ask(socket, "unsubscribe_all", {});
  const long = await subscribe(socket, `a.b='${"x".repeat(600)}'`);
  assert.equal(long.error?.data, "maximum query length exceeded");
  const others = await Promise.all(Array.from({ length: 100 }, () => open(t, url)));
  for (const other of others) assert.deepEqual((await subscribe(other, "a.b='1'")).result, {});
  assert.equal((await subscribe(socket, "a.b='1'")).error?.data, "max_subscription_clients 100 reached");
  assert.deepEqual((await ask(socket, "health", {})).result, {}, "it is still answered");
});

test("who subscribes and never reads loses its subscription, and nobody else notices", async (t) => {
  const { url, engine } = await startTestRpc(t, { blockIntervalMs: 5 });
  const slow = await open(t, url);
  await ask(slow, "subscribe", { query: "tm.event='NewBlock'" });
  slow.pause();
  const quick = await open(t, url);
  let blocks = 0;
  quick.on("message", () => blocks++);
  await ask(quick, "subscribe", { query: "tm.event='NewBlock'" });
  // Large blocks fill the operating system's buffers soon.
  const value = "v".repeat(60_000);
  const first = engine.height;
  for (let n = 0; n < 300; n++) {
    await engine.broadcast(utf8(`k${n}=${value}`));
    if (n % 3 === 2) await new Promise<void>((resolve) => systemTimers.after(10, resolve));
  }
  await new Promise<void>((resolve) => systemTimers.after(100, resolve));
  assert.ok(engine.height > first + 5n, "blocks go on");
  assert.ok(blocks > 5, "others are told");
  const frames: string[] = [];
  slow.on("message", (data) => frames.push(String(data)));
  slow.resume();
  const cancelled = (): boolean => frames.some((frame) => frame.includes("subscription was canceled"));
  for (let waited = 0; waited < 200 && !cancelled(); waited++) {
    await new Promise<void>((resolve) => systemTimers.after(20, resolve));
  }
  const last = frames.find((frame) => frame.includes('"error"')) ?? "";
  assert.match(last, /"code":-32000,"message":"Server error","data":"subscription was canceled \(reason: /);
});

test("who asks for much and reads nothing is cut off", async (t) => {
  const { url, engine } = await startTestRpc(t, { stalledReaderMs: 300 });
  const valueBytes = 900_000;
  await engine.broadcast(utf8(`k=${"v".repeat(valueBytes)}`));
  const sent = engine.height;
  // Twenty times the block, its transaction in base64: more than the system's buffers take.
  const answerBytes = (20 * valueBytes * 4) / 3;
  while (engine.height < sent + 1n) await new Promise<void>((resolve) => systemTimers.after(10, resolve));
  let height = sent;
  while (((await engine.block(height))?.block.txs.length ?? 0) === 0) height += 1n;
  const calls = Array.from({ length: 20 }, (_, id) => {
    return { jsonrpc: "2.0", id, method: "block", params: { height: String(height) } };
  });
  const body = JSON.stringify(calls);
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const closed = new Promise<void>((resolve) => socket.on("close", () => resolve()));
  socket.on("error", () => {});
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
  await once(socket, "readable");
  await new Promise<void>((resolve) => systemTimers.after(1_000, resolve));
  let bytes = 0;
  socket.on("data", (chunk) => {
    bytes += chunk.length;
  });
  await closed;
  assert.ok(bytes < answerBytes * 0.9, `${bytes} of ${answerBytes} bytes came after nobody had read`);
  assert.equal((await post(url, health(1))).status, 200);
});

test(`${floodSockets} sockets at once leave blocks and answers as they were`, async (t) => {
  const { url, engine } = await startTestRpc(t);
  const port = Number(new URL(url).port);
  const before = process.memoryUsage().rss;
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let n = 0; n < floodSockets; n++) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    sockets.push(socket);
  }
  const height = engine.height;
  await new Promise<void>((resolve) => systemTimers.after(1_500, resolve));
  assert.ok(engine.height > height + 10n, `${engine.height - height} blocks while sockets came`);
  const grownMib = (process.memoryUsage().rss - before) / 1_048_576;
  assert.ok(grownMib < 200, `memory grew by ${grownMib.toFixed(0)} MiB, both ends together`);
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => systemTimers.after(300, resolve));
  assert.equal((await post(url, health(1))).status, 200);
});

import assert from "node:assert/strict";
import { once } from "node:events";
import { request as send } from "node:http";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { type Log, silentLog } from "@stoa/std";
import { refuseUpgrade } from "./http-refusal.ts";
import { type HttpServerParams, HttpStatus, listenHttp, readBody, sendJson, sendText } from "./http-server.ts";

async function server(t: TestContext, handle: HttpServerParams["handle"], more: Partial<HttpServerParams> = {}) {
  const running = await listenHttp({ host: "127.0.0.1", port: 0, log: silentLog, handle, ...more });
  t.after(() => running.close(0));
  return running;
}

test("answers, over a port of the system's choice", async (t) => {
  const running = await server(t, (request, response) => sendJson(response, 200, { path: request.url }));
  const answer = await fetch(`${running.url}/status?x=1`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "application/json; charset=utf-8");
  assert.deepEqual(await answer.json(), { path: "/status?x=1" });
});

test("a body within the limit is read; a larger one is refused, announced or not", async (t) => {
  const running = await server(t, async (request, response) => {
    const body = await readBody(request, 10);
    sendText(response, 200, `${body.length}`);
  });
  const post = (body: Uint8Array<ArrayBuffer> | ReadableStream) =>
    fetch(running.url, { method: "POST", body, duplex: "half" } as RequestInit);
  assert.equal(await (await post(new Uint8Array(10))).text(), "10");
  const refused = await post(new Uint8Array(11));
  assert.equal(refused.status, 413);
  assert.match(await refused.text(), /larger than 10 bytes/);
  const chunked = send(running.url, { method: "POST", headers: { "transfer-encoding": "chunked" } });
  chunked.on("error", () => undefined);
  chunked.write(Buffer.alloc(8));
  chunked.write(Buffer.alloc(8));
  const [answer] = await once(chunked, "response");
  assert.equal(answer.statusCode, 413);
  chunked.destroy();
});

test("a handler's status goes to the client; its bugs go to the log and not to the client", async (t) => {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message, fields) => void errors.push(`${message}: ${fields?.reason}`) };
  const running = await server(
    t,
    (request) => {
      if (request.url === "/known") throw new HttpStatus(404, "no such lease");
      throw new Error("the password is hunter2");
    },
    { log },
  );
  const known = await fetch(`${running.url}/known`);
  assert.deepEqual([known.status, await known.text()], [404, "no such lease"]);
  const bug = await fetch(running.url);
  assert.deepEqual([bug.status, await bug.text()], [500, "internal error"]);
  assert.deepEqual(errors, ["a request failed: the password is hunter2"]);
});

test("headers that are too many, and a client that is too slow, are cut off", async (t) => {
  const limits = { headerBytes: 2048, headersTimeoutMs: 100, requestTimeoutMs: 200 };
  const running = await server(t, (_request, response) => sendText(response, 200, "ok"), { limits });
  assert.equal((await fetch(running.url, { headers: { big: "x".repeat(4000) } })).status, 431);
  const slow = connect(running.port, "127.0.0.1");
  slow.write("GET / HTTP/1.1\r\nhost: x\r\n");
  let said = "";
  slow.on("data", (chunk) => {
    said += chunk;
  });
  await once(slow, "close");
  assert.match(said, /408 Request Timeout/);
});

/** Sends all of it, slowly enough that the server answers before the end, and reads until the server closes. */
async function exchange(port: number, pieces: readonly string[]): Promise<{ said: string; error: Error | undefined }> {
  const socket = connect(port, "127.0.0.1");
  let said = "";
  let error: Error | undefined;
  socket.on("data", (chunk) => {
    said += chunk;
  });
  socket.on("error", (problem) => {
    error = problem;
  });
  for (const piece of pieces) {
    if (!socket.destroyed) socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  socket.end();
  if (!socket.closed) await once(socket, "close");
  return { said, error };
}

test("what is refused before it is read is answered with the reason, also while the client still writes", async (t) => {
  const limits = { headerBytes: 2048 };
  const running = await server(t, (_request, response) => sendText(response, 200, "ok"), { limits });
  const start = "GET / HTTP/1.1\r\nhost: x\r\nbig: ";
  for (const pieces of [
    [start, ...Array.from({ length: 40 }, () => "x".repeat(5_000)), "\r\n\r\n"],
    [`GET /${"x".repeat(100_000)} HTTP/1.1\r\n`, "host: x\r\n\r\n"],
    ["GET / HTTP/1.1\r\nhost: x\r\n\r\n", start, "x".repeat(50_000), "x".repeat(50_000)],
  ]) {
    const { said, error } = await exchange(running.port, pieces);
    assert.equal(error, undefined);
    assert.match(said, /HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
    assert.match(said, /\r\n\r\n431 Request Header Fields Too Large: the headers are larger than 2048 bytes$/);
  }
  const noise = await exchange(running.port, ["\0\0hello", "more"]);
  assert.match(noise.said, /^HTTP\/1\.1 400 Bad Request\r\n[\s\S]*400 Bad Request: this is no HTTP request$/);
});

test("an answer that is given before the body has come arrives, and the connection ends all the same", async (t) => {
  const running = await server(t, (_request, response) => {
    response.setHeader("connection", "close");
    sendText(response, 429, "too many requests");
  });
  const head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3000000\r\n\r\n";
  for (let n = 0; n < 20; n++) {
    const { said, error } = await exchange(running.port, [head + "x".repeat(500_000), "x".repeat(500_000)]);
    assert.deepEqual([said.slice(-17), error], ["too many requests", undefined]);
  }
});

test("a client that writes on and on after a refusal is cut off", async (t) => {
  const running = await server(t, (_request, response) => sendText(response, 200, "ok"), {
    limits: { headerBytes: 2048 },
  });
  const socket = connect(running.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.resume();
  const chunk = Buffer.alloc(64 * 1024, "x");
  let sent = 0;
  while (!socket.destroyed && sent < 1 << 30) {
    sent += chunk.length;
    if (!socket.write(chunk)) await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined);
  }
  assert.ok(sent < 1 << 26, `${sent} bytes were taken`);
});

test("a connection beyond the limit, and one that does nothing after its answer, are closed", async (t) => {
  const limits = { connections: 1, keepAliveTimeoutMs: 100 };
  const running = await server(t, (_request, response) => sendText(response, 200, "ok"), { limits });
  const idle = connect(running.port, "127.0.0.1");
  let said = "";
  idle.on("data", (chunk) => {
    said += chunk;
  });
  idle.write("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
  await once(idle, "data");
  const second = connect(running.port, "127.0.0.1");
  second.on("error", () => undefined);
  second.resume();
  await once(second, "close");
  await once(idle, "close");
  assert.match(said, /^HTTP\/1\.1 200 OK/);
  assert.equal((await fetch(running.url)).status, 200, "there is room again");
});

test("a port in use is named", async (t) => {
  const running = await server(t, (_request, response) => sendText(response, 200, "ok"));
  const again = listenHttp({ host: "127.0.0.1", port: running.port, log: silentLog, handle: () => undefined });
  await assert.rejects(again, {
    code: "address-in-use",
    message: `127.0.0.1:${running.port} is in use by another program`,
  });
});

test("closing lets a running answer end, then cuts what hangs", async () => {
  let release = (): void => undefined;
  const running = await listenHttp({
    host: "127.0.0.1",
    port: 0,
    log: silentLog,
    handle(request, response) {
      if (request.url === "/hang") return;
      release = () => sendText(response, 200, "done");
    },
  });
  const good = fetch(`${running.url}/good`);
  const hanging = fetch(`${running.url}/hang`).catch((error: unknown) => error);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closed = running.close(100);
  release();
  assert.equal(await (await good).text(), "done");
  await closed;
  assert.ok((await hanging) instanceof Error);
});

/** Asks for a websocket. */
const upgradeRequest = "GET / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\r\n";

test("a refused upgrade ends, also when the client does not; one that resets ends nothing else", async (t) => {
  const upgrade: HttpServerParams["upgrade"] = (_request, socket) => refuseUpgrade(socket, 429, ["retry-after: 1"]);
  const running = await server(t, (_request, response) => sendText(response, 200, "ok"), { upgrade });
  const held = connect({ port: running.port, host: "127.0.0.1", allowHalfOpen: true });
  held.on("error", () => undefined);
  let said = "";
  held.on("data", (chunk) => {
    said += chunk;
  });
  held.write(upgradeRequest);
  // Its half stays open, and is written to until the server has cut it.
  const closed = new Promise((resolve) => held.once("close", resolve));
  const writing = setInterval(() => held.write("x"), 50);
  t.after(() => clearInterval(writing));
  for (let n = 0; n < 100; n++) {
    const socket = connect(running.port, "127.0.0.1");
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(upgradeRequest);
    if (n % 2 === 0) await new Promise((resolve) => setImmediate(resolve));
    socket.resetAndDestroy();
  }
  await closed;
  assert.equal(
    said,
    "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
  );
  assert.equal((await fetch(running.url)).status, 200);
});

test("an unreadable request does not break into the answer before it", async (t) => {
  const running = await server(t, async (request, response) => {
    if (request.url === "/short") return sendText(response, 200, "short");
    // The second answer begins when the first has been sent, and is not finished when the third request comes.
    response.writeHead(200, { "content-length": 10 });
    response.write("12345");
    await once(response, "close");
  });
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const noise = "\0\0 is no request\r\n\r\n";
  const { said } = await exchange(running.port, [ask("/short") + ask("/long"), ask("/long"), noise]);
  assert.match(said, /^HTTP\/1\.1 200[\s\S]*shortHTTP\/1\.1 200[\s\S]*12345$/);
});

const upgradeHead = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";

test("a stop ends upgraded connections after its grace, and takes no new ones", { timeout: 5_000 }, async (t) => {
  let taken = 0;
  const upgrade: HttpServerParams["upgrade"] = (_request, socket) => {
    taken += 1;
    socket.write("HTTP/1.1 101 Switching Protocols\r\n\r\n");
  };
  const running = await listenHttp({ host: "127.0.0.1", port: 0, log: silentLog, handle: () => undefined, upgrade });
  const [early, late] = [connect(running.port, "127.0.0.1"), connect(running.port, "127.0.0.1")];
  t.after(() => [early, late].map((socket) => socket.destroy()));
  const ended = [early, late].map((socket) => once(socket.on("error", () => undefined).resume(), "close"));
  early.write(`${upgradeHead}\r\n`);
  await once(early, "data");
  late.write(upgradeHead);
  await new Promise(setImmediate);
  const stopped = running.close(200);
  late.write("\r\n");
  await Promise.all([stopped, ...ended]);
  assert.equal(taken, 1);
});

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createNetServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { ProviderTransport } from "./provider-transport.ts";

const server = createServer((request, response) => {
  if (request.url !== "/drip") {
    response.end(`${request.method} ${request.url}`);
    return;
  }
  const dripping = setInterval(() => response.write("x"), 20);
  response.on("close", () => clearInterval(dripping));
});
const transport = new ProviderTransport({ check: async () => undefined });
let base = "";

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(() => {
  server.closeAllConnections();
  server.close();
});

const ask = (path: string, timeoutMs: number) =>
  transport.request({ method: "GET", url: base + path, headers: {}, body: undefined, timeoutMs });

test("an answer comes whole", async () => {
  assert.deepEqual(await ask("/a?b=c", 1000), { status: 200, text: "GET /a?b=c" });
});

test("an answer that comes byte by byte is late all the same", { timeout: 5000 }, async () => {
  await assert.rejects(ask("/drip", 300), /no answer within 300 ms/);
});

/** A server that does this with whoever has sent something. */
async function lowServer(t: TestContext, serve: (socket: Socket) => void): Promise<string> {
  const low = createNetServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => serve(socket));
    t.after(() => socket.destroy());
  });
  await new Promise<void>((resolve) => low.listen(0, "127.0.0.1", resolve));
  t.after(() => low.close());
  return `127.0.0.1:${(low.address() as AddressInfo).port}`;
}

const events = { message: () => {}, closed: () => {} };

test("a refused websocket whose reason is cut off is refused", { timeout: 5000 }, async (t) => {
  const at = await lowServer(t, (socket) => socket.end("HTTP/1.1 403 No\r\ncontent-length: 100\r\n\r\nnot yo"));
  await assert.rejects(transport.openSocket(`ws://${at}/`, {}, events), /the provider answered 403: not yo$/);
});

test("an answer of another protocol is none", { timeout: 5000 }, async (t) => {
  const head = "HTTP/1.1 101 No\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n";
  const at = await lowServer(t, (socket) => socket.write(head));
  const call = { method: "GET", url: `http://${at}/`, headers: {}, body: undefined, timeoutMs: 1000 };
  await assert.rejects(transport.request(call), /ended before the answer/);
});

const noOpenssl = process.env.CI !== "true" && spawnSync("openssl", ["version"]).status !== 0;
const tlsSkip = noOpenssl ? "no openssl to make a certificate with" : false;

function selfSigned(t: TestContext): { readonly cert: Buffer; readonly key: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), "stoa-tls-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [cert, key] = [join(folder, "cert.pem"), join(folder, "key.pem")];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=p"];
  execFileSync("openssl", ["req", "-x509", ...kind, "-keyout", key, "-out", cert], { stdio: "ignore" });
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

test("a provider that leaves while its certificate is checked is told of", {
  timeout: 5000,
  skip: tlsSkip,
}, async (t) => {
  let left = (): void => {};
  const leaving = createTlsServer({ ...selfSigned(t), minVersion: "TLSv1.3" }, (socket) => {
    socket.on("error", () => {});
    socket.on("close", () => left());
    socket.destroy();
  });
  await new Promise<void>((resolve) => leaving.listen(0, "127.0.0.1", resolve));
  t.after(() => leaving.close());
  const slow = new ProviderTransport({
    check: async () => {
      await new Promise<void>((resolve) => {
        left = resolve;
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
      return undefined;
    },
  });
  const at = `127.0.0.1:${(leaving.address() as AddressInfo).port}/`;
  const call = { method: "GET", url: `https://${at}`, headers: {}, body: undefined, timeoutMs: 1000 };
  await assert.rejects(slow.request(call), /ended the connection/);
  await assert.rejects(slow.openSocket(`wss://${at}`, {}, events), /ended the connection/);
});

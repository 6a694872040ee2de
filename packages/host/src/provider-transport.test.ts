import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
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

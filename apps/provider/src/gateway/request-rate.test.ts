import assert from "node:assert/strict";
import type { IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { type TestContext, test } from "node:test";
import { ClientRate, systemClock, systemTimers } from "@stoa/host";
import { Gateway } from "./gateway.ts";
import { GatewayServer } from "./server.ts";
import { params, server } from "./test-gateway.ts";

/** A gateway that takes two requests a second by a clock that stands still. */
async function start(t: TestContext) {
  const time = { nowNs: 0n };
  const clock = { ...systemClock, nowNs: () => time.nowNs };
  const rate = new ClientRate({ requestsPerSecond: 2, clock });
  const all = { ...params, gateway: new Gateway(params), timers: systemTimers, onChain: server, rate };
  const gateway = new GatewayServer(all);
  const port = await gateway.listen(0, "127.0.0.1");
  t.after(() => gateway.close());
  return { time, port };
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function ask(port: number, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  const options = { port, path: "/address", method, headers, rejectUnauthorized: false, agent: false as const };
  return new Promise((resolve, reject) => {
    const request = httpsRequest(options, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      const text = Buffer.concat(parts).toString("utf8");
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    request.on("error", reject);
    request.end();
  });
}

const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13" };

test("an address that asks too often is told so, and when to come again", async (t) => {
  const { time, port } = await start(t);
  const preflight = { Origin: "https://page.test", "Access-Control-Request-Method": "GET" };
  for (let n = 0; n < 3; n++) assert.equal((await ask(port, preflight, "OPTIONS")).status, 204);
  assert.equal((await ask(port)).status, 200);
  assert.equal((await ask(port)).status, 200);
  const refused = await ask(port, { "X-Forwarded-For": "192.0.2.1", Forwarded: "for=192.0.2.1" });
  const { "content-type": type, "retry-after": after, "access-control-allow-origin": pages } = refused.headers;
  assert.deepEqual([refused.status, refused.text, type], [429, "too many requests\n", "text/plain; charset=utf-8"]);
  assert.deepEqual([after, pages], ["1", "*"]);
  time.nowNs = 500_000_000n;
  assert.equal((await ask(port)).status, 200);
  assert.equal((await ask(port)).status, 429);
});

test("who asks for websockets too often is refused in the same words", async (t) => {
  const { port } = await start(t);
  const statuses = [];
  for (let n = 0; n < 3; n++) statuses.push((await ask(port, upgrade)).status);
  assert.deepEqual(statuses, [200, 200, 429]);
  const refused = await ask(port, upgrade);
  assert.deepEqual([refused.text, refused.headers["retry-after"]], ["too many requests\n", "1"]);
});

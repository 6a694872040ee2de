import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";
import { Client, credentials, type sendUnaryData, status } from "@grpc/grpc-js";
import { listenGrpc, rawBytes } from "./index.ts";

const echo = { path: "/test.Echo/Say", requestStream: false, responseStream: false, ...rawBytes } as const;
const service = {
  definition: { Say: echo },
  handlers: {
    Say: (call: { request: Uint8Array }, done: sendUnaryData<Uint8Array>) => done(null, call.request),
  },
};

function say(client: Client, text: string, path: string = echo.path): Promise<{ code: status; text: string }> {
  return new Promise((resolve) => {
    const asIs = (bytes: Buffer) => bytes;
    client.makeUnaryRequest(path, asIs, asIs, Buffer.from(text), (error, answer?: Buffer) =>
      resolve({ code: error?.code ?? status.OK, text: error?.details ?? answer?.toString() ?? "" }),
    );
  });
}

test("calls of what is not served are refused in grpc-go's words, and counted like any other", async (t) => {
  let taken = 0;
  const listener = await listenGrpc({
    host: "127.0.0.1",
    port: 0,
    services: [service],
    admits: () => ++taken <= 8,
  });
  const client = new Client(`127.0.0.1:${listener.port}`, credentials.createInsecure());
  t.after(async () => {
    client.close();
    await listener.close(0);
  });
  for (const [path, text] of [
    ["/test.Echo/Shout", "unknown method Shout for service test.Echo"],
    ["/test.Echo/", "unknown method  for service test.Echo"],
    ["/test.None/Say", "unknown service test.None"],
    ["/a/test.Echo/Say", "unknown service a/test.Echo"],
    ["//", "unknown service "],
    ["/test.Echo.Say", 'malformed method name: "/test.Echo.Say"'],
    [`/${"x".repeat(5_000)}/y`, `malformed method name: "/${"x".repeat(999)}"`],
  ] as const) {
    assert.deepEqual(await say(client, "hello", path), { code: status.UNIMPLEMENTED, text });
  }
  assert.equal((await say(client, "hello")).text, "hello");
  assert.equal((await say(client, "hello", "/test.None/Say")).code, status.RESOURCE_EXHAUSTED);
});

test("limits: messages beyond them get a code, connections beyond them are closed at once", async (t) => {
  const limits = { maxReceivedBytes: 100, maxConnections: 2 };
  const listener = await listenGrpc({ host: "127.0.0.1", port: 0, services: [service], limits });
  const client = new Client(`127.0.0.1:${listener.port}`, credentials.createInsecure());
  t.after(async () => {
    client.close();
    await listener.close(0);
  });
  assert.deepEqual(await say(client, "hello"), { code: status.OK, text: "hello" });
  assert.equal((await say(client, "a".repeat(101))).code, status.RESOURCE_EXHAUSTED);
  const second = connect(listener.port, "127.0.0.1");
  await once(second, "connect");
  const third = connect(listener.port, "127.0.0.1").on("error", () => {});
  await once(third, "close");
  second.destroy();
  assert.equal((await say(client, "again")).text, "again");
});

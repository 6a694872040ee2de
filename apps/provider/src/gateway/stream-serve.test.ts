import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { systemTimers } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { WebSocket, WebSocketServer } from "ws";
import { Feed } from "../runtimes/feed.ts";
import type { ExecOutput, ExecSession, Runtime } from "../runtimes/runtime.ts";
import { serveStream } from "./stream-serve.ts";
import { StreamSocket } from "./stream-socket.ts";

const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
after(() => server.close());

test("a command whose client left while it was started is ended", { timeout: 5_000 }, async () => {
  await once(server, "listening");
  const accepted = once(server, "connection");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [peer] = await accepted;
  const socket = new StreamSocket(peer, systemTimers);
  await once(client, "open");
  // Says nothing and runs until it is ended, as a shell does.
  const output = new Feed<ExecOutput>();
  let end = (): void => {};
  const ended = new Promise<number>((resolve) => {
    end = () => {
      output.end();
      resolve(137);
    };
  });
  const session: ExecSession = {
    output,
    write: async () => {},
    endInput: () => {},
    resize: async () => {},
    exitCode: ended,
    close: end,
  };
  const runtime: Pick<Runtime, "status" | "exec"> = {
    status: async (lease) => ({ lease, services: [{ name: "web", ready: 1 }], forwardedPorts: {} }) as never,
    exec: async () => {
      const gone = once(peer, "close");
      client.terminate();
      await gone;
      return session;
    },
  };
  const lease = { owner: "a", dseq: 1n, gseq: 1, oseq: 1, provider: "b" };
  const request = { service: "web", replica: 0, command: ["sh"], tty: true, stdin: false };
  const plan = { kind: "shell", lease, request } as const;
  await serveStream(plan, socket, { runtime: runtime as Runtime, log: silentLog });
  assert.equal(await ended, 137);
});

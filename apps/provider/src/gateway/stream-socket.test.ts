import assert from "node:assert/strict";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { systemTimers } from "@stoa/host";
import { WebSocket, WebSocketServer } from "ws";
import { StreamSocket } from "./stream-socket.ts";

const mib = 1 << 20;
const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
after(() => server.close());

async function pair(admits?: () => boolean): Promise<{ socket: StreamSocket; client: WebSocket }> {
  if (server.address() === null) await once(server, "listening");
  const accepted = once(server, "connection");
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [peer] = await accepted;
  const socket = new StreamSocket(peer, systemTimers, admits);
  await once(client, "open");
  return { socket, client };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test("a client that sends more than is taken is held back, and loses nothing", async () => {
  const { socket, client } = await pair();
  const frames = 20;
  for (let i = 0; i < frames; i++) client.send(Buffer.alloc(mib, i));
  await pause(100);
  const waiting: (() => void)[] = [];
  let [taken, free] = [0, false];
  socket.onBinary((data) => {
    taken += data.length;
    return free ? undefined : new Promise<void>((resolve) => waiting.push(resolve));
  });
  await pause(300);
  assert.ok(taken <= 3 * mib, `${taken} bytes wait`);
  free = true;
  for (const done of waiting) done();
  for (let i = 0; i < 100 && taken < frames * mib; i++) await pause(20);
  assert.equal(taken, frames * mib);
  client.close();
});

test("what nobody takes passes", async () => {
  const { socket, client } = await pair();
  socket.ignoreInput();
  for (let i = 0; i < 20; i++) client.send(Buffer.alloc(mib));
  const answered = once(client, "pong");
  client.ping();
  await answered;
  assert.equal(client.bufferedAmount, 0);
  client.close();
});

test("frames beyond a client's rate wait for their turn, and none is lost", async () => {
  let allowed = 2;
  const admits = () => allowed > 0 && allowed-- > 0;
  const { socket, client } = await pair(admits);
  const taken: string[] = [];
  socket.onBinary((data) => void taken.push(Buffer.from(data).toString()));
  let answered = 0;
  client.on("pong", () => {
    answered += 1;
  });
  const type = async (text: string) => {
    client.send(Buffer.from(text));
    // Apart, so that the server does not find all in one read.
    await pause(50);
  };
  for (const text of ["a", "b", "c", "d", "e"]) await type(text);
  client.ping();
  await pause(250);
  assert.deepEqual([taken, answered], [["a", "b", "c"], 0]);
  allowed = 100;
  for (let i = 0; i < 100 && answered < 1; i++) await pause(20);
  assert.deepEqual(taken, ["a", "b", "c", "d", "e"]);
  assert.equal(allowed, 100 - 4, "the waiting frame, the two after it, and the ping");
  client.close();
});

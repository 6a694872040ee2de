import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type ExecSession, RuntimeError } from "../runtime.ts";
import type { DockerApi } from "./api.ts";
import { startExec } from "./exec.ts";
import { fakeEngine } from "./fake-engine.ts";

const upgraded = "HTTP/1.1 101 UPGRADED\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n";
/** A frame of 4 GiB. */
const noFrame = Buffer.from([1, 0, 0, 0, 255, 255, 255, 255]);

function json(value: unknown): string {
  const body = JSON.stringify(value);
  return `HTTP/1.1 200 OK\r\napi-version: 1.41\r\nconnection: close\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

/** An engine that starts every command, and whose stream of it is what `stream` writes. */
function engine(t: TestContext, stream: (socket: Socket) => void): Promise<DockerApi> {
  return fakeEngine(t, (socket, line) => {
    if (line.includes("/start")) stream(socket);
    else socket.end(json(line.startsWith("POST") ? { Id: "1" } : { Running: true }));
  });
}

async function readAll({ output }: ExecSession): Promise<string> {
  let text = "";
  for await (const { data } of output) text += Buffer.from(data).toString("utf8");
  return text;
}

const request = { service: "web", replica: 0, command: ["sh"], tty: false, stdin: true };
const isUnreadable = (error: unknown) => error instanceof RuntimeError && /cannot be read/.test(error.message);

test("a stream that is none ends its command's session and nothing else", { timeout: 5_000 }, async (t) => {
  const late = await engine(t, (socket) => {
    socket.write(upgraded);
    setTimeout(() => socket.write(noFrame), 20);
  });
  await assert.rejects(readAll(await startExec(late, "c", request)), isUnreadable);
  const atOnce = await engine(t, (socket) => {
    socket.write(Buffer.concat([Buffer.from(upgraded), noFrame]));
  });
  await assert.rejects(readAll(await startExec(atOnce, "c", request)), isUnreadable);
});

test("a stream that breaks while the command runs has no exit code", { timeout: 5_000 }, async (t) => {
  const api = await engine(t, (socket) => {
    socket.write(Buffer.concat([Buffer.from(upgraded), Buffer.from([1, 0, 0, 0, 0, 0, 0, 2]), Buffer.from("hi")]));
    setTimeout(() => socket.destroy(), 20);
  });
  const session = await startExec(api, "c", request);
  assert.equal(await readAll(session), "hi");
  await assert.rejects(session.exitCode, /broke while the command ran/);
});

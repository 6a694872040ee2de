import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { RuntimeError } from "../runtime.ts";
import { type DockerApi, EngineRefusal } from "./api.ts";
import { fakeEngine } from "./fake-engine.ts";

/** An engine that answers its ping well and everything else with these bytes, after which it ends the connection or not. */
function engine(t: TestContext, answer: string, ends: boolean): Promise<DockerApi> {
  return fakeEngine(t, (socket, line) => {
    if (line.includes("/_ping")) {
      socket.end("HTTP/1.1 200 OK\r\napi-version: 1.41\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK");
    } else if (ends) socket.end(answer);
    else socket.write(answer);
  });
}

const otherProtocol = "HTTP/1.1 101 UPGRADED\r\nconnection: Upgrade\r\nupgrade: tcp\r\n\r\n";
const wrong: readonly (readonly [what: string, answer: string, ends: boolean])[] = [
  ["another protocol", otherProtocol, false],
  ["no HTTP", "hello", true],
  ["nothing", "", true],
  ["a head cut off", "HTTP/1.1 200 OK\r\ncontent-le", true],
  ["a body cut off", "HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\n{", true],
  ["a refusal cut off", "HTTP/1.1 500 No\r\ncontent-length: 20\r\n\r\n{", true],
];

for (const [what, answer, ends] of wrong) {
  test(`a call that is answered with ${what} ends as one that nobody answers`, { timeout: 5_000 }, async (t) => {
    const api = await engine(t, answer, ends);
    const isAway = (error: unknown) => error instanceof RuntimeError && error.code === "unavailable";
    await assert.rejects(api.call("GET", "/info"), isAway);
    if (what !== "another protocol") await assert.rejects(api.hijack("/exec/1/start", {}), isAway);
  });
}

test("a refusal is told in the engine's words", { timeout: 5_000 }, async (t) => {
  const body = '{"message":"No such image: x"}';
  const answer = `HTTP/1.1 404 No\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const isRefusal = (error: unknown) => {
    return error instanceof EngineRefusal && error.status === 404 && error.message === "No such image: x";
  };
  // The connection stays, as an engine's does.
  await assert.rejects((await engine(t, answer, false)).call("GET", "/images/x/json"), isRefusal);
  await assert.rejects((await engine(t, answer, false)).hijack("/exec/1/start", {}), isRefusal);
});

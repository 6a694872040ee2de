import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { haveVectors, rpcDeviations, vectorsDir } from "@stoa/test";
import { WebSocket } from "ws";
import { startSurfaceWorld } from "../../testing/surface-world.ts";
import { makeTestHome } from "../../testing/test-home.ts";
import { checkRpcSurface, type RpcAnswer, type RpcQuestion } from "./rpc-surface.vectors.ts";
import { checkWsSurface } from "./ws-surface.vectors.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";
const read = (file: string): string => readFileSync(join(vectorsDir, "surface", file), "utf8");

/** Paths go out as they are written: what a URL parser would change is part of the question. */
function ask(url: string, { verb, path, body }: RpcQuestion): Promise<RpcAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method: verb, path }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const headers = new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
        resolve({ status: answer.statusCode ?? 0, headers, text: Buffer.concat(chunks).toString() });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

test("JSON-RPC and websockets answer as the recorded node does", { skip }, async (t) => {
  const { home, address, scope } = await makeTestHome(t);
  const world = await startSurfaceWorld(home, address);
  scope.defer("node", () => world.node.close());
  const { rpcUrl } = world.node;
  const common = { mapping: world.mapping, deviations: rpcDeviations };
  const rpc = await checkRpcSurface({ ...common, text: read("rpc.json"), ask: (question) => ask(rpcUrl, question) });
  const play = async (texts: readonly string[], isEnough: (frames: readonly string[]) => boolean) => {
    const socket = new WebSocket(`${rpcUrl.replace("http", "ws")}/websocket`);
    const frames: string[] = [];
    socket.on("message", (data) => frames.push(String(data)));
    await new Promise((resolve) => socket.once("open", resolve));
    for (const text of texts) socket.send(text);
    if (texts.some((text) => text.includes("tm.event='Tx'"))) await world.send();
    for (const end = Date.now() + 3_000; !isEnough(frames) && Date.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.terminate();
    return frames;
  };
  const ws = await checkWsSurface({ ...common, text: read("ws.json"), play });
  const failures = [...rpc.failures, ...ws.failures].map((each) => `${each.case} ${each.field}: ${each.message}`);
  assert.deepEqual(failures, []);
  assert.ok(rpc.cases > 0 && ws.cases > 0);
  const used = new Set([...rpc.used, ...ws.used]);
  const idle = rpcDeviations.filter((rule) => !used.has(rule)).map(({ about, path }) => `${about} ${path}`);
  assert.deepEqual(idle, [], "rules that explain nothing");
});

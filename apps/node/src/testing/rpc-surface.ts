import { once } from "node:events";
import { request } from "node:http";
import { rpcDeviations } from "@stoa/test";
import { WebSocket } from "ws";
import {
  checkRpcSurface,
  type RpcAnswer,
  type RpcQuestion,
  type SurfaceReport,
} from "../servers/rpc/rpc-surface.vectors.ts";
import { checkWsSurface } from "../servers/rpc/ws-surface.vectors.ts";
import type { SurfaceWorld } from "./surface-world.ts";

/** How long a recorded session's frames may take to come. */
const sessionTimeoutMs = 5_000;

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

/** Asks a network everything that is recorded of JSON-RPC. */
export function rpcReport({ node, mapping }: SurfaceWorld, text: string): Promise<SurfaceReport> {
  return checkRpcSurface({ text, mapping, deviations: rpcDeviations, ask: (question) => ask(node.rpcUrl, question) });
}

/** Plays every recorded websocket session against a network. */
export function wsReport(world: SurfaceWorld, text: string): Promise<SurfaceReport> {
  const { node, mapping } = world;
  const play = async (texts: readonly string[], isEnough: (frames: readonly string[]) => boolean) => {
    const socket = new WebSocket(`${node.rpcUrl.replace("http", "ws")}/websocket`);
    const frames: string[] = [];
    socket.on("message", (data) => frames.push(String(data)));
    await once(socket, "open");
    for (const each of texts) socket.send(each);
    if (texts.some((each) => each.includes("tm.event='Tx'"))) await world.send();
    for (const end = performance.now() + sessionTimeoutMs; !isEnough(frames) && performance.now() < end; ) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    socket.terminate();
    return frames;
  };
  return checkWsSurface({ text, mapping, deviations: rpcDeviations, play });
}

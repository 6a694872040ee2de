import { rpcDeviations, type VectorFailure } from "@stoa/test";
import { checkRpcSurface, type RpcCase } from "../../apps/node/src/servers/rpc/rpc-surface.vectors.ts";
import { checkWsSurface } from "../../apps/node/src/servers/rpc/ws-surface.vectors.ts";
import { type Names, type Network, named } from "./names.ts";
import { bodyOf, headersOf, mappingOf } from "./rest.ts";
import { type RpcQuestion, rpcQuestions } from "./rpc-questions.ts";
import { askHttp, playSession } from "./side.ts";
import { sessions, type WsSession } from "./ws-sessions.ts";

function requestOf(question: RpcQuestion): { verb: string; path: string; body: string | undefined } {
  const { kind, method, params, verb = "GET", path = "/", sent } = question;
  if (kind === "raw") return { verb, path, body: sent ?? undefined };
  return { verb: "POST", path: "/", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }) };
}

/** What a network answers to every question over JSON-RPC, in the form of recordings. */
export async function recordRpc(network: Network, names: Names): Promise<RpcCase[]> {
  const cases: RpcCase[] = [];
  for (const [n, question] of rpcQuestions().entries()) {
    const { verb, path, body } = requestOf(question);
    const asked = { verb, path: named(path, names), body: body === undefined ? undefined : named(body, names) };
    const answer = await askHttp(network.rpc, asked);
    const headers = headersOf(answer, ["content-type", "cache-control"]);
    cases.push({ n, ...question, status: answer.status, headers, body: bodyOf(answer.text) } as RpcCase);
  }
  return cases;
}

/** Compares what another network answers to recorded questions. */
export async function compareRpc(cases: readonly RpcCase[], network: Network, names: Names): Promise<VectorFailure[]> {
  const { failures } = await checkRpcSurface({
    text: JSON.stringify(cases),
    mapping: mappingOf(names),
    deviations: rpcDeviations,
    ask: (question) => askHttp(network.rpc, question),
  });
  return [...failures];
}

/** Plays every session against a network, in the form of recordings. */
export async function recordWs(network: Network, names: Names): Promise<WsSession[]> {
  const played: WsSession[] = [];
  for (const sent of sessions) {
    const texts = sent.map((each) => named(typeof each === "string" ? each : JSON.stringify(each), names));
    const frames = await playSession(network.rpc, texts, () => false);
    played.push({ sent, frames: frames.map((frame) => JSON.parse(frame) as WsSession["frames"][number]) });
  }
  return played;
}

/** Plays recorded sessions against another network and compares. */
export async function compareWs(played: readonly WsSession[], network: Network, names: Names) {
  const { failures } = await checkWsSurface({
    text: JSON.stringify(played),
    mapping: mappingOf(names),
    deviations: rpcDeviations,
    play: (texts, isEnough) => playSession(network.rpc, texts, isEnough),
  });
  return [...failures];
}

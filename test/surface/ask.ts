import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { VectorFailure } from "@stoa/test";
import { type Json, masked } from "../../apps/node/src/servers/rpc/surface-shape.ts";
import { compareGrpc, grpcServices, recordGrpc } from "./grpc.ts";
import { findNames, type Network } from "./names.ts";
import { compareRest, recordRest } from "./rest.ts";
import { compareRpc, compareWs, recordRpc, recordWs } from "./rpc.ts";
import type { WsSession } from "./ws-sessions.ts";

/*
 * Asks two networks the same questions and prints every difference of form: node test/surface/ask.ts --ours URLS
 * --theirs URLS [--record DIR] [--only rest|rpc|ws|grpc]. URLS are of JSON-RPC, REST and gRPC, with commas between. README.md says
 * what both must hold.
 */

function networkOf(text: string | undefined, name: string): Network {
  const [rpc, rest, grpc] = (text ?? "").split(",");
  if (rpc === undefined || rest === undefined || grpc === undefined) {
    throw new Error(`--${name} takes three addresses: JSON-RPC,REST,gRPC`);
  }
  return { rpc, rest, grpc };
}

function print(kind: string, cases: number, failures: readonly VectorFailure[]): void {
  for (const { case: about, field, message } of failures) console.log(`${kind} ${about} ${field}: ${message}`);
  console.log(`${kind}: ${cases} questions, ${new Set(failures.map((each) => each.case)).size} answered otherwise`);
}

/** A recorded answer; what decides whether it is worth keeping. */
interface Recorded {
  readonly status?: number;
  readonly code?: string;
  readonly body?: Json;
  readonly response?: Json;
  readonly message?: string;
}

/** Longer answers are values of the network more than forms. */
const maxKeptLength = 700;
/** How many questions with one answer are kept. */
const maxAlike = 2;

/**
 * Recorded answers that tests hold ours to: those that agree, are short, and not told often already. Of REST and gRPC
 * only refusals: what is there depends on what the network has seen.
 */
function selected(kind: string, cases: readonly Recorded[], failures: readonly VectorFailure[]): Recorded[] {
  const failed = new Set(failures.map((each) => Number.parseInt(each.case, 10)));
  const seen = new Map<string, number>();
  return cases.filter(({ status, code, body, response, message }, n) => {
    const answer = JSON.stringify([status, code, body ?? response ?? null, message]);
    const alike = seen.get(masked(answer)) ?? 0;
    seen.set(masked(answer), alike + 1);
    const refused = kind === "rpc" || (status ?? 0) >= 300 || (code !== undefined && code !== "OK");
    return refused && !failed.has(n) && alike < maxAlike && answer.length <= maxKeptLength;
  });
}

/** Blocks are told in full by some sessions: those are not kept. */
const maxKeptSession = 4_000;

/** A session with one frame of each masked text: events come again with every block. */
function shortened({ sent, frames }: WsSession): WsSession {
  const seen = new Set<string>();
  const first = frames.filter((frame) => {
    const text = masked(JSON.stringify(frame));
    const isEvent = text.includes('"tm.event":');
    return !isEvent || (!seen.has(text) && seen.add(text));
  });
  return { sent, frames: first };
}

function writeLines(folder: string, kind: string, entries: readonly unknown[]): void {
  const lines = entries.map((each) => JSON.stringify(each));
  writeFileSync(join(folder, `${kind}.json`), `[\n${lines.join(",\n")}\n]\n`);
}

const { values } = parseArgs({
  options: {
    ours: { type: "string" },
    theirs: { type: "string" },
    record: { type: "string" },
    only: { type: "string" },
  },
});
const ours = networkOf(values.ours, "ours");
const theirs = networkOf(values.theirs, "theirs");
const [ourNames, theirNames] = await Promise.all([findNames(ours), findNames(theirs)]);
const wants = (kind: string): boolean => values.only === undefined || values.only === kind;
const keep = (kind: string, cases: readonly Recorded[], failures: readonly VectorFailure[]): void => {
  if (values.record === undefined) return;
  writeLines(values.record, kind, selected(kind, cases, failures));
};

if (wants("rest")) {
  const cases = await recordRest(theirs, theirNames);
  const failures = await compareRest(cases, ours, ourNames);
  keep("rest", cases, failures);
  print("rest", cases.length, failures);
}
if (wants("rpc")) {
  const cases = await recordRpc(theirs, theirNames);
  const failures = await compareRpc(cases, ours, ourNames);
  keep("rpc", cases, failures);
  print("rpc", cases.length, failures);
}
if (wants("ws")) {
  const played = await recordWs(theirs, theirNames);
  const failures = await compareWs(played, ours, ourNames);
  if (values.record !== undefined) {
    const failed = new Set(failures.map((each) => Number(/\d+/.exec(each.case)?.[0])));
    const short = played.map(shortened).filter((session, n) => {
      return !failed.has(n) && JSON.stringify(session).length <= maxKeptSession;
    });
    writeLines(values.record, "ws", short);
  }
  print("ws", played.length, failures);
}
if (wants("grpc")) {
  const served = await grpcServices(ours);
  const cases = (await recordGrpc(theirs, theirNames)).filter(({ method }) => served.has(method.split("/")[0] ?? ""));
  const failures = await compareGrpc(cases, ours, ourNames);
  keep("grpc", cases, failures);
  print("grpc", cases.length, failures);
}

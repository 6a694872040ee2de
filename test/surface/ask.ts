import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { VectorFailure } from "@stoa/test";
import { compareGrpc, recordGrpc } from "./grpc.ts";
import { findNames, type Network } from "./names.ts";
import { compareRest, recordRest } from "./rest.ts";
import { compareRpc, compareWs, recordRpc, recordWs } from "./rpc.ts";

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
const keep = (kind: string, cases: unknown): void => {
  if (values.record !== undefined) writeFileSync(join(values.record, `${kind}.json`), JSON.stringify(cases, null, 1));
};

if (wants("rest")) {
  const cases = await recordRest(theirs, theirNames);
  keep("rest", cases);
  print("rest", cases.length, await compareRest(cases, ours, ourNames));
}
if (wants("rpc")) {
  const cases = await recordRpc(theirs, theirNames);
  keep("rpc", cases);
  print("rpc", cases.length, await compareRpc(cases, ours, ourNames));
}
if (wants("ws")) {
  const played = await recordWs(theirs, theirNames);
  keep("ws", played);
  print("ws", played.length, await compareWs(played, ours, ourNames));
}
if (wants("grpc")) {
  const cases = await recordGrpc(theirs, theirNames);
  keep("grpc", cases);
  print("grpc", cases.length, await compareGrpc(cases, ours, ourNames));
}

/** Sends messages and says what became of them. */

import type { JsonValue } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import type { ChainEvent, IncludedTx, SendOptions } from "@stoa/client";
import { fromProtoJson } from "@stoa/wire";
import { typeByUrl } from "@stoa/wire/registry";
import { CliError, exitCodes, type Invocation, type OptionSpec } from "../command.ts";
import { createOutput, type Output } from "../output.ts";
import { type Connection, chainFailure } from "../tenant/connection.ts";
import { plainReason } from "../tenant/refusal.ts";
import { cell } from "./print.ts";
import { parseCoinList } from "./tx-grants.ts";

/** Flags of every command that sends. */
export const sendOptions: Readonly<Record<string, OptionSpec>> = {
  fees: { type: "string", value: "COIN,…", about: "what is paid (default: the gas at the node's price)" },
  gas: { type: "string", value: "N", about: "gas limit (default: what a simulation used, and half of that again)" },
  memo: { type: "string", value: "TEXT", about: "a note that everybody can read" },
  "fee-granter": { type: "string", value: "ADDRESS", about: "who pays the fees by a grant" },
  "dry-run": { type: "boolean", about: "simulates only: nothing is sent" },
  broadcast: { type: "string", value: "MODE", about: "sync: does not wait for the block", default: "commit" },
};

function readSendOptions(invocation: Invocation): SendOptions {
  const fees = invocation.text("fees");
  const gas = invocation.text("gas");
  const memo = invocation.text("memo");
  const feeGranter = invocation.text("fee-granter");
  if (gas !== undefined && gas !== "auto" && !/^[1-9][0-9]{0,17}$/.test(gas))
    throw new CliError("usage", `--gas: ${gas} is not a number`, { exitCode: exitCodes.usage });
  return {
    ...(fees === undefined ? {} : { fees: parseCoinList(fees) }),
    ...(gas === undefined || gas === "auto" ? {} : { gasLimit: BigInt(gas) }),
    ...(memo === undefined ? {} : { memo }),
    ...(feeGranter === undefined ? {} : { feeGranter }),
  };
}

/** A message from its protobuf JSON with `@type`. Throws {@link CliError}. */
export function messageFromJson(json: JsonValue): Any {
  const read = fromProtoJson(AnySchema, json, typeByUrl);
  if (read.ok) return read.value;
  throw new CliError("bad_message", `the message cannot be read: ${read.error.message}`, {
    hint: "each message is an object with @type and the fields of that type",
    exitCode: exitCodes.usage,
  });
}

/** Events that every transaction has and nobody reads. */
const dullEvents: ReadonlySet<string> = new Set(["tx", "message", "coin_spent", "coin_received", "transfer"]);
const eventCharsMax = 160;

/** Values of typed events are JSON, those of the base chain's are not. */
function valueText(value: string): string {
  try {
    return cell(JSON.parse(value) as JsonValue);
  } catch {
    return value;
  }
}

/** An event in one line: its last word and its attributes. */
export function eventLine({ type, attributes }: ChainEvent): string {
  const told = attributes.filter(({ key }) => key !== "msg_index");
  const words = told.map(({ key, value }) => `${key}=${valueText(value)}`);
  const line = `${type.split(".").at(-1)}  ${words.join(" ")}`;
  return line.length > eventCharsMax ? `${line.slice(0, eventCharsMax - 1)}…` : line;
}

/** Says where a transaction landed, what it used and what it did. */
export function reportTx(output: Output, tx: IncludedTx): void {
  const { gasUsed, gasWanted, events, code } = tx.result;
  const told = events.filter(({ type }) => !dullEvents.has(type));
  output.event("tx", { hash: tx.hash, height: tx.height, code, gasUsed, gasWanted, events: told });
  output.line(`hash ${tx.hash}`);
  output.line(`in block ${tx.height}, gas ${gasUsed} of ${gasWanted}`);
  if (code !== 0) output.line(`refused: ${plainReason(tx.result.log)} (${tx.result.codespace}/${code})`);
  for (const event of told) output.line(`  ${eventLine(event)}`);
}

/** Sends messages as the flags say: simulated only, handed over, or waited for. Answers the exit code. */
export async function sendMessages(
  doing: string,
  connection: Connection,
  invocation: Invocation,
  messages: readonly Any[],
): Promise<number> {
  const output = createOutput(invocation.flag("json"));
  const mode = invocation.text("broadcast");
  if (mode !== "sync" && mode !== "commit")
    throw new CliError("usage", `no mode ${mode}`, { hint: "one of: sync, commit", exitCode: exitCodes.usage });
  const options = readSendOptions(invocation);
  const broadcaster = connection.broadcaster();
  try {
    if (invocation.flag("dry-run")) {
      const gasUsed = await broadcaster.estimate(messages, options);
      output.event("simulated", { gasUsed });
      output.line(`would use ${gasUsed} gas; nothing was sent`);
      return exitCodes.ok;
    }
    output.progress(`${doing}: signing as ${broadcaster.address}`);
    const hash = await broadcaster.submit(messages, options);
    if (mode === "sync") {
      output.settle();
      output.event("submitted", { hash });
      output.line(`handed to the node: ${hash}`);
      return exitCodes.ok;
    }
    output.progress(`${doing}: waiting for a block`);
    const included = await broadcaster.wait(hash);
    output.settle();
    reportTx(output, included);
    return exitCodes.ok;
  } catch (error) {
    output.settle();
    throw chainFailure(doing, error);
  }
}

import type { Any } from "@bufbuild/protobuf/wkt";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { emptyBytes } from "@stoa/std";
import { signersOf } from "@stoa/wire";
import { TxMsgDataSchema } from "@stoa/wire/cosmos.base.abci.v1beta1";
import type { Event, TxResult } from "./abci.ts";
import { meterOf, runAnte } from "./ante/index.ts";
import type { AnteNeeds } from "./ante/needs.ts";
import { readTransaction, type Transaction } from "./ante/transaction.ts";
import { create, encode } from "./codec.ts";
import type { Context } from "./context.ts";
import { Refusal, type RegisteredError, refuse, sdkErrors, undefinedErrors } from "./errors.ts";
import { EventManager, withAttribute } from "./events.ts";
import { type GasMeter, OutOfGas } from "./gas.ts";
import type { MessageHandler } from "./module.ts";
import type { Router } from "./router.ts";

/** What the execution of transactions needs. */
export interface ExecutionParts {
  readonly router: Router;
  readonly ante: AnteNeeds;
}

/** The outcome of one transaction, before it is put into a result's form. */
export interface Execution {
  readonly error: { readonly error: RegisteredError; readonly text: string } | undefined;
  readonly gas: GasMeter | undefined;
  readonly gasWanted: bigint;
  readonly events: readonly Event[];
  readonly responses: readonly Any[];
}

/** What went wrong, as a registered error: the one place that catches (HOUSE.md, Errors). */
function toError(problem: unknown, gas: GasMeter | undefined): Execution["error"] {
  if (problem instanceof Refusal) return { error: problem.error, text: problem.message };
  if (problem instanceof OutOfGas) {
    const amounts = `gasWanted: ${gas?.limit ?? 0n}, gasUsed: ${gas?.consumed ?? 0n}`;
    return { error: sdkErrors.outOfGas, text: `${problem.message}; ${amounts}: ${sdkErrors.outOfGas.description}` };
  }
  const why = problem instanceof Error ? problem.message : String(problem);
  return { error: undefinedErrors.panic, text: `recovered: ${why}` };
}

/** Handlers of a transaction's messages; refuses with sdk 6 a type that no module answers to. */
function handlersOf(router: Router, tx: Transaction): MessageHandler[] {
  return tx.messages.map(({ typeUrl }) => {
    const handler = router.messages.get(typeUrl);
    return handler ?? refuse(sdkErrors.unknownRequest, `no message handler found for ${typeUrl}`);
  });
}

function checkMessages(router: Router, tx: Transaction): MessageHandler[] {
  for (const { typeUrl, value } of tx.messages) router.messages.get(typeUrl)?.check(value);
  return handlersOf(router, tx);
}

/** The module of a type URL: the second part of its package. */
function moduleOf(typeUrl: string): string {
  return typeUrl.slice(1).split(".")[1] ?? "";
}

function messageEvents(tx: Transaction, index: number, inner: readonly Event[]): Event[] {
  const message = tx.messages[index];
  if (message === undefined) return [];
  const [signer] = signersOf(message.schema, message.value) ?? [];
  const events = new EventManager();
  const named = inner.some((one) => one.attributes.some(({ key }) => key === "module"));
  events.emit("message", [
    ["action", message.typeUrl],
    ...(signer === undefined ? [] : [["sender", signer.toLowerCase()] as const]),
    ...(named ? [] : [["module", moduleOf(message.typeUrl)] as const]),
  ]);
  events.append(inner);
  return withAttribute(events.events, "msg_index", index.toString());
}

/** Runs the messages in order on one branch: all of them or none. */
function runMessages(ctx: Context, tx: Transaction, handlers: readonly MessageHandler[]): Any[] {
  return handlers.map((handler, i) => {
    const events = new EventManager();
    const msg = tx.messages[i]?.value;
    if (msg === undefined) return refuse(sdkErrors.invalidRequest, "a message is missing");
    try {
      const response = handler.apply(ctx.with({ events }), msg);
      ctx.events.append(messageEvents(tx, i, events.events));
      const value = encode(handler.response, response);
      return create(AnySchema, { typeUrl: `/${handler.response.typeName}`, value });
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      throw new Refusal(problem.error, `failed to execute message; message index: ${i}: ${problem.message}`);
    }
  });
}

/**
 * Runs one transaction on the context's state. The ante chain's effects (fee, keys, sequences) are kept once it
 * passes; the messages' only if all succeed. Checks stop before the messages. `blockGasLeft`: what the block's limit
 * still allows, if there is a limit; a transaction that uses more fails (base-chain.md §4.4). `given`: its bytes, or what
 * was read of them with the types of this state.
 */
export function executeTx(
  parts: ExecutionParts,
  ctx: Context,
  given: Uint8Array | Transaction,
  blockGasLeft?: bigint,
): Execution {
  let gas: GasMeter | undefined;
  let gasWanted = 0n;
  let events: readonly Event[] = [];
  try {
    const wording = ctx.mode === "deliver" ? "block" : "check";
    const tx = "body" in given ? given : readTransaction(given, parts.ante.typesOf(ctx), wording);
    if (blockGasLeft !== undefined && blockGasLeft <= 0n) refuse(sdkErrors.outOfGas, "no block gas left to run tx");
    const handlers = checkMessages(parts.router, tx);
    const meter = meterOf(ctx, tx);
    gas = meter;
    gasWanted = meter.limit;
    const anteCtx = ctx.with({ gas: meter, events: new EventManager() });
    anteCtx.attempt((branch) => runAnte(parts.ante, branch, tx));
    events = anteCtx.events.events;
    // A check keeps the ante chain's effects, and says nothing of them.
    if (ctx.mode === "check" || ctx.mode === "recheck") {
      return { error: undefined, gas, gasWanted, events: [], responses: [] };
    }
    const msgCtx = ctx.with({ gas: meter, events: new EventManager() });
    const responses = msgCtx.attempt((branch) => {
      const made = runMessages(branch, tx, handlers);
      if (blockGasLeft !== undefined && meter.consumed > blockGasLeft) throw new OutOfGas("block gas meter");
      return made;
    });
    return { error: undefined, gas, gasWanted, events: [...events, ...msgCtx.events.events], responses };
  } catch (problem) {
    return { error: toError(problem, gas), gas, gasWanted, events, responses: [] };
  }
}

/** The data of a successful transaction: one response a message (base-chain.md §4.6). */
export function dataOf(execution: Execution): Uint8Array {
  if (execution.responses.length === 0) return emptyBytes;
  return encode(TxMsgDataSchema, create(TxMsgDataSchema, { msgResponses: [...execution.responses] }));
}

/** The execution in a result's form. */
export function toTxResult(execution: Execution): TxResult {
  const { error, gas, gasWanted, events } = execution;
  return {
    code: error?.error.code ?? 0,
    codespace: error?.error.codespace ?? "",
    log: error?.text ?? "",
    data: error === undefined ? dataOf(execution) : emptyBytes,
    gasWanted,
    gasUsed: gas?.consumed ?? 0n,
    events,
  };
}

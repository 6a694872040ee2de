import {
  create,
  type DescMessage,
  type DescMethodUnary,
  type Message,
  type MessageInitShape,
  type MessageShape,
} from "./codec.ts";
import type { Context } from "./context.ts";
import type { StateChange } from "./state.ts";

/** One message: how it is checked without state, then carried out. */
export interface MessageHandler {
  readonly typeUrl: string;
  readonly request: DescMessage;
  readonly response: DescMessage;
  /** What can be refused without state (the reference's ValidateBasic). Runs before the ante chain. */
  readonly check: (msg: Message) => void;
  /** Carries the message out and returns its response. Refuses by throwing, which undoes all of the message. */
  readonly apply: (ctx: Context, msg: Message) => Message;
}

/** One query: runs on a committed version and writes nothing. */
export interface QueryHandler {
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly request: DescMessage;
  readonly response: DescMessage;
  readonly answer: (ctx: Context, request: Message) => Message;
}

/** A condition over committed state; a text says what is broken and stops the node before commit. */
export interface Invariant {
  readonly name: string;
  /** The store whose changes it wants. */
  readonly store: string;
  /** `changes`: of this block, in key order. `ctx`: the state after the block. */
  readonly broken: (changes: readonly StateChange[], ctx: Context) => string | undefined;
}

/** A module of the state machine (HOUSE.md, Inside `chain`). */
export interface Module {
  readonly name: string;
  /** The persistent store's name, if it has one (base-chain.md §3.2). */
  readonly storeName?: string;
  readonly messages?: readonly MessageHandler[];
  readonly queries?: readonly QueryHandler[];
  readonly preBlock?: (ctx: Context) => void;
  readonly beginBlock?: (ctx: Context) => void;
  readonly endBlock?: (ctx: Context) => void;
  /**
   * The earliest block time, in nanoseconds since the epoch, at which its begin or end of a block has something to do;
   * undefined when nothing waits for time.
   */
  readonly dueTime?: (ctx: Context) => bigint | undefined;
  /** Reads the module's section of the reference's `app_state`; throws `GenesisError` for what it cannot be. */
  readonly initGenesis?: (ctx: Context, section: unknown) => void;
  readonly exportGenesis?: (ctx: Context) => unknown;
  readonly invariants?: readonly Invariant[];
}

/** Binds a message's handler to its service method: type URL and response type come from the descriptor. */
export function handle<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  handler: {
    check?: (msg: MessageShape<I>) => void;
    apply: (ctx: Context, msg: MessageShape<I>) => MessageInitShape<O>;
  },
): MessageHandler {
  const { check, apply } = handler;
  return {
    typeUrl: `/${method.input.typeName}`,
    request: method.input,
    response: method.output,
    check: (msg) => check?.(msg as MessageShape<I>),
    apply: (ctx, msg) => create(method.output, apply(ctx, msg as MessageShape<I>)),
  };
}

/** Binds a query's handler to its service method. */
export function answer<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  run: (ctx: Context, request: MessageShape<I>) => MessageInitShape<O>,
): QueryHandler {
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    request: method.input,
    response: method.output,
    answer: (ctx, request) => create(method.output, run(ctx, request as MessageShape<I>)),
  };
}

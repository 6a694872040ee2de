import type { DescMessage, Message } from "../../codec.ts";
import type { Context } from "../../context.ts";

/** What a use of an authorization leaves of it. */
export interface AcceptOutcome {
  readonly accept: boolean;
  /** True if nothing is left and the grant goes. */
  readonly delete: boolean;
  /** What is left, where it changed. */
  readonly updated: Message | undefined;
}

/** One type of authorization, as its module knows it. */
export interface AuthorizationKind {
  readonly schema: DescMessage;
  /** The type of messages that it allows. */
  readonly msgTypeUrl: (authorization: Message) => string;
  /** Refuses an authorization that should not be granted. */
  readonly check: (authorization: Message) => void;
  /** Judges one message of that type. */
  readonly accept: (ctx: Context, authorization: Message, msg: Message) => AcceptOutcome;
}

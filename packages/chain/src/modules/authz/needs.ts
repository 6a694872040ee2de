import type { Context } from "../../context.ts";
import type { MessageHandler } from "../../module.ts";
import type { AuthorizationKind } from "./types.ts";

/** What authz asks of others. */
export interface AuthzNeeds {
  readonly kinds: readonly AuthorizationKind[];
  readonly ensureAccount: (ctx: Context, address: Uint8Array) => void;
  readonly hasAccount: (ctx: Context, address: Uint8Array) => boolean;
  readonly isBlocked: (ctx: Context, address: Uint8Array) => boolean;
  /** The handler of a message type, or undefined. */
  readonly handler: (typeUrl: string) => MessageHandler | undefined;
}

import type { Context } from "../../context.ts";

/** What feegrant asks of accounts. */
export interface FeegrantNeeds {
  readonly ensureAccount: (ctx: Context, address: Uint8Array) => void;
}

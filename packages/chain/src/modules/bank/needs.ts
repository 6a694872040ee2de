import type { Context } from "../../context.ts";
import type { Account } from "../auth/types.ts";

/** What bank asks of accounts. */
export interface BankNeeds {
  /** Creates a plain account where there is none: a first receipt makes one. */
  readonly ensureAccount: (ctx: Context, address: Uint8Array) => void;
  /** Creates a module's account where there is none. */
  readonly ensureModuleAccount: (ctx: Context, name: string) => Account;
}

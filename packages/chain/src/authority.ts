import { accountText, moduleAddress } from "@stoa/wire";
import type { Context } from "./context.ts";
import { errorTable, refuse } from "./errors.ts";

/** What other modules answer from gov's table. */
export const govErrors = errorTable("gov", {
  invalidSigner: [13, "expected gov account as only signer for proposal message"],
});

/** Refuses a parameter change by anyone but the gov module (gov 13). */
export function requireAuthority(ctx: Context, authority: string): void {
  const expected = accountText(moduleAddress("gov", ctx.crypto.hash));
  if (authority !== expected) {
    refuse(govErrors.invalidSigner, `invalid authority; expected ${expected}, got ${authority}`);
  }
}

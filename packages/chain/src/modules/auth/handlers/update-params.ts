import { accountText, moduleAddress } from "@stoa/wire";
import type { MsgUpdateParams } from "@stoa/wire/cosmos.auth.v1beta1";
import type { Context } from "../../../context.ts";
import { refuseUnregistered } from "../../../errors.ts";
import { params } from "../keys.ts";

/** Replaces the module's parameters; only governance may. */
export const updateParams = {
  apply(ctx: Context, msg: MsgUpdateParams): Record<string, never> {
    const expected = accountText(moduleAddress("gov", ctx.crypto.hash));
    if (msg.authority !== expected) {
      // The reference registers no code for this one, unlike its other modules.
      const who = `invalid authority; expected ${expected}, got ${msg.authority}`;
      refuseUnregistered(`expected gov account as only signer for proposal message; ${who}`);
    }
    const next = msg.params;
    if (next === undefined) refuseUnregistered("params are missing");
    const rules: readonly (readonly [bigint, string])[] = [
      [next.txSigLimit, "tx signature limit"],
      [next.sigVerifyCostEd25519, "ED25519 signature verification cost"],
      [next.sigVerifyCostSecp256k1, "SECK256k1 signature verification cost"],
      [next.maxMemoCharacters, "max memo characters"],
      [next.txSizeCostPerByte, "tx size cost per byte"],
    ];
    for (const [value, name] of rules) if (value === 0n) refuseUnregistered(`invalid ${name}: ${value}`);
    params.set(ctx, next);
    return {};
  },
};

import type { MsgUpdateParams } from "@stoa/wire/cosmos.auth.v1beta1";
import { requireAuthority } from "../../../authority.ts";
import type { Context } from "../../../context.ts";
import { refuseUnregistered } from "../../../errors.ts";
import { params } from "../keys.ts";

/** Replaces the module's parameters; only governance may. */
export const updateParams = {
  apply(ctx: Context, msg: MsgUpdateParams): Record<string, never> {
    requireAuthority(ctx, msg.authority);
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

import type { MsgUpdateParams } from "@stoa/wire/cosmos.bank.v1beta1";
import { requireAuthority } from "../../../authority.ts";
import type { Context } from "../../../context.ts";
import { refuseUnregistered } from "../../../errors.ts";
import { setParams } from "../params.ts";

/** Replaces the module's parameters; only governance may. */
export const updateParams = {
  apply(ctx: Context, msg: MsgUpdateParams): Record<string, never> {
    requireAuthority(ctx, msg.authority);
    if (msg.params === undefined) refuseUnregistered("params are missing");
    if (msg.params.sendEnabled.length > 0) {
      refuseUnregistered("use of send_enabled in params is no longer supported");
    }
    setParams(ctx, msg.params);
    return {};
  },
};

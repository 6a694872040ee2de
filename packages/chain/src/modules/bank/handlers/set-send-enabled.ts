import type { MsgSetSendEnabled } from "@stoa/wire/cosmos.bank.v1beta1";
import { requireAuthority } from "../../../authority.ts";
import type { Context } from "../../../context.ts";
import { sendEnabled } from "../keys.ts";

/** Says which denominations people may send; only governance may. */
export const setSendEnabled = {
  apply(ctx: Context, msg: MsgSetSendEnabled): Record<string, never> {
    requireAuthority(ctx, msg.authority);
    for (const { denom, enabled } of msg.sendEnabled) sendEnabled.set(ctx, denom, enabled);
    for (const denom of msg.useDefaultFor) sendEnabled.delete(ctx, denom);
    return {};
  },
};

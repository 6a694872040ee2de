import type { MsgSend } from "@stoa/wire/cosmos.bank.v1beta1";
import { requireAddress } from "../../../address.ts";
import { requireCoins } from "../../../coins.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { isBlocked, requireSendEnabled, sendCoins } from "../coins.ts";
import type { BankNeeds } from "../needs.ts";

/** Moves coins from the signer to another account. The reference checks all of it at execution, so do we. */
export function createSend(needs: BankNeeds) {
  return {
    apply(ctx: Context, msg: MsgSend): Record<string, never> {
      const from = requireAddress(msg.fromAddress, "from");
      const to = requireAddress(msg.toAddress, "to");
      const coins = requireCoins(msg.amount);
      requireSendEnabled(ctx, coins);
      if (isBlocked(ctx, to)) refuse(sdkErrors.unauthorized, `${msg.toAddress} is not allowed to receive funds`);
      sendCoins(needs, ctx, from, to, coins);
      return {};
    },
  };
}

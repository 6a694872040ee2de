import { accountText, addCoins, type Coins, equalCoins, formatCoins } from "@stoa/wire";
import type { MsgMultiSend } from "@stoa/wire/cosmos.bank.v1beta1";
import { requireAddress } from "../../../address.ts";
import { requireCoins } from "../../../coins.ts";
import type { Context } from "../../../context.ts";
import { refuse, sdkErrors } from "../../../errors.ts";
import { giveCoins, isBlocked, requireSendEnabled, takeCoins } from "../coins.ts";
import { bankErrors } from "../errors.ts";
import type { BankNeeds } from "../needs.ts";

interface Share {
  readonly address: Uint8Array;
  readonly text: string;
  readonly coins: Coins;
}

function readShares(list: MsgMultiSend["inputs"] | MsgMultiSend["outputs"], what: string): Share[] {
  return list.map(({ address, coins }) => ({
    address: requireAddress(address, what),
    text: address,
    coins: requireCoins(coins),
  }));
}

/** Moves coins from the signer to several accounts; what goes in must come out. */
export function createMultiSend(needs: BankNeeds) {
  return {
    apply(ctx: Context, msg: MsgMultiSend): Record<string, never> {
      if (msg.inputs.length === 0) refuse(bankErrors.noInputs);
      if (msg.inputs.length > 1) refuse(bankErrors.multipleSenders);
      if (msg.outputs.length === 0) refuse(bankErrors.noOutputs);
      const [input] = readShares(msg.inputs, "input");
      if (input === undefined) refuse(bankErrors.noInputs);
      const outputs = readShares(msg.outputs, "output");
      const total = outputs.reduce<Coins>((sum, output) => addCoins(sum, output.coins), []);
      if (!equalCoins(total, input.coins)) refuse(bankErrors.inputOutputMismatch);
      requireSendEnabled(ctx, input.coins);
      for (const { address, text } of outputs) {
        if (isBlocked(ctx, address)) refuse(sdkErrors.unauthorized, `${text} is not allowed to receive funds`);
      }

      const sender = accountText(input.address);
      ctx.events.emit("message", [["sender", sender]]);
      takeCoins(ctx, input.address, input.coins);
      for (const { address, coins } of outputs) {
        giveCoins(ctx, address, coins);
        const amount = formatCoins(coins);
        ctx.events.emit("transfer", [
          ["recipient", accountText(address)],
          ["sender", sender],
          ["amount", amount],
        ]);
        needs.ensureAccount(ctx, address);
      }
      return {};
    },
  };
}

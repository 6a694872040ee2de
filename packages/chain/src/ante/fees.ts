import { equalBytes } from "@stoa/std";
import { accountText, type Coins, coin, formatCoins, isAnyGte, validateCoins } from "@stoa/wire";
import { requireAddress } from "../address.ts";
import { readCoins } from "../coins.ts";
import type { Context } from "../context.ts";
import { Refusal, refuse, refuseWith, sdkErrors } from "../errors.ts";
import type { AnteNeeds } from "./needs.ts";
import { feeOf, type Transaction } from "./transaction.ts";

/** The node's floor for a gas limit, each denomination rounded up. */
function requiredFee(needs: AnteNeeds, gasLimit: bigint): Coins {
  return needs.minGasPrices.map(({ denom, amount }) => coin(amount.mulInt(gasLimit).ceilInt(), denom));
}

function checkFloor(needs: AnteNeeds, fee: Coins, gasLimit: bigint): void {
  const required = requiredFee(needs, gasLimit);
  if (required.length === 0 || isAnyGte(fee, required)) return;
  const text = `insufficient fees; got: ${formatCoins(fee)} required: ${formatCoins(required)}`;
  refuse(sdkErrors.insufficientFee, text);
}

/** Asks the granter's allowance; says for whom it does not pay. */
function useGrant(needs: AnteNeeds, ctx: Context, tx: Transaction, fee: Coins): void {
  const { feeGranter: granter, payer } = tx;
  if (granter === undefined || equalBytes(granter, payer)) return;
  try {
    const msgTypeUrls = tx.messages.map((one) => one.typeUrl);
    needs.useFeeGrant(ctx, { granter, grantee: payer }, { fee, msgTypeUrls });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const text = `${accountText(granter)} does not allow to pay fees for ${tx.feePayer}: ${error.message}`;
    refuseWith(error.error, text);
  }
}

/** Takes the fee from its granter or payer. What is taken stays taken even if the messages fail (base-chain.md §4.3). */
export function deductFee(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const { amount, gasLimit } = feeOf(tx);
  if (!ctx.simulate && ctx.block.height > 0n && gasLimit === 0n) {
    refuse(sdkErrors.invalidGasLimit, "must provide positive gas");
  }
  const fee = readCoins(amount);
  if (ctx.mode === "check" || ctx.mode === "recheck") checkFloor(needs, fee, gasLimit);
  if (tx.feePayer === "") requireAddress(tx.feePayer, "fee payer");
  useGrant(needs, ctx, tx, fee);
  const from = tx.feeGranter ?? tx.payer;
  const fromText = tx.feeGranter === undefined ? tx.feePayer : accountText(tx.feeGranter);
  if (needs.account(ctx, from) === undefined) {
    refuse(sdkErrors.unknownAddress, `fee payer address: ${fromText} does not exist`);
  }
  if (fee.some((one) => one.amount !== 0n)) collect(needs, ctx, from, fee);
  else if (ctx.simulate) ctx.gas.consume(unnamedFeeGas, "fee transfer");
  ctx.events.emit("tx", [
    ["fee", formatCoins(fee)],
    ["fee_payer", fromText],
  ]);
}

/**
 * Gas that the reference spends on taking a fee beyond ours: on indexes of balances and on the accounts of both sides.
 * Charged in part, so that a gas limit that suffices there suffices here.
 */
const feeTransferGas = 2_000n;

/**
 * What a fee costs that a simulation leaves out, as CosmJS does: its transfer and the bytes that name it. Without this
 * the answer times 1.3 would not suffice for small messages.
 */
const unnamedFeeGas = 13_500n;

function collect(needs: AnteNeeds, ctx: Context, from: Uint8Array, fee: Coins): void {
  if (validateCoins(fee) !== undefined) refuse(sdkErrors.insufficientFee, `invalid fee amount: ${formatCoins(fee)}`);
  ctx.gas.consume(feeTransferGas, "fee transfer");
  try {
    needs.collectFee(ctx, from, fee);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    refuse(sdkErrors.insufficientFunds, error.message);
  }
}

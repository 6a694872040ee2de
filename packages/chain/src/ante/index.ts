import type { Context } from "../context.ts";
import { refuse, sdkErrors } from "../errors.ts";
import { GasMeter } from "../gas.ts";
import { checkForm, checkMemo, checkTimeouts } from "./basic.ts";
import { deductFee } from "./fees.ts";
import { setPublicKeys } from "./keys.ts";
import type { AnteNeeds } from "./needs.ts";
import {
  chargeForSignatures,
  chargeForSize,
  checkSignatureCount,
  countSequences,
  verifySignatures,
} from "./signatures.ts";
import { feeOf, type Transaction } from "./transaction.ts";

/** The meter of a transaction: its own limit, none in a simulation and at genesis. */
export function meterOf(ctx: Context, tx: Transaction): GasMeter {
  return ctx.simulate || ctx.block.height === 0n ? GasMeter.unlimited() : new GasMeter(feeOf(tx).gasLimit);
}

/** Decides whether a transaction may run, and charges for it: base-chain.md §4.3, in exactly this order. */
export function runAnte(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  const { maxGas } = ctx.block.consensusParams.block;
  const { gasLimit } = feeOf(tx);
  if (maxGas > 0n && gasLimit > maxGas) {
    refuse(sdkErrors.invalidGasLimit, `tx gas limit ${gasLimit} exceeds block max gas ${maxGas}`);
  }
  if (ctx.mode !== "recheck") checkForm(tx);
  checkTimeouts(ctx, tx);
  checkMemo(needs, ctx, tx);
  chargeForSize(needs, ctx, tx);
  deductFee(needs, ctx, tx);
  setPublicKeys(needs, ctx, tx);
  checkSignatureCount(needs, ctx, tx);
  chargeForSignatures(needs, ctx, tx);
  verifySignatures(needs, ctx, tx);
  countSequences(needs, ctx, tx);
}

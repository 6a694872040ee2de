import { utf8 } from "@stoa/std";
import { formatCoins } from "@stoa/wire";
import { readCoins } from "../coins.ts";
import type { Context } from "../context.ts";
import { refuse, sdkErrors } from "../errors.ts";
import { goTimeText, timeNs } from "../time.ts";
import type { AnteNeeds } from "./needs.ts";
import { feeOf, type Transaction } from "./transaction.ts";

/** The most gas that a transaction may ask for: what a signed 64-bit number holds. */
const maxGasWanted = 2n ** 63n - 1n;

/** What can be refused without state: the fee's form and the number of signatures. */
export function checkForm(tx: Transaction): void {
  const fee = feeOf(tx);
  if (fee.gasLimit > maxGasWanted) {
    refuse(sdkErrors.invalidRequest, `invalid gas supplied; ${fee.gasLimit} > ${maxGasWanted}`);
  }
  const coins = readCoins(fee.amount);
  if (coins.some((coin) => coin.amount < 0n)) {
    refuse(sdkErrors.insufficientFee, `invalid fee provided: ${formatCoins(coins)}`);
  }
  if (tx.signatures.length === 0) refuse(sdkErrors.noSignatures);
  if (tx.signatures.length !== tx.signers.length) {
    const counts = `expected ${tx.signers.length}, got ${tx.signatures.length}`;
    refuse(sdkErrors.unauthorized, `wrong number of signers; ${counts}`);
  }
}

/** Refuses a transaction whose time has passed, by height or by clock. */
export function checkTimeouts(ctx: Context, tx: Transaction): void {
  const { timeoutHeight, timeoutTimestamp } = tx.body;
  if (timeoutHeight > 0n && ctx.block.height > timeoutHeight) {
    refuse(sdkErrors.txTimeoutHeight, `block height: ${ctx.block.height}, timeout height: ${timeoutHeight}`);
  }
  if (timeoutTimestamp === undefined || timeoutTimestamp.seconds === 0n) return;
  if (timeNs(ctx.block.time) > timeNs(timeoutTimestamp)) {
    const times = `block time: ${goTimeText(ctx.block.time)}, timeout timestamp: ${goTimeText(timeoutTimestamp)}`;
    refuse(sdkErrors.txTimeout, times);
  }
}

/** Refuses a memo that is too long, counted in bytes. */
export function checkMemo(needs: AnteNeeds, ctx: Context, tx: Transaction): void {
  if (tx.body.memo === "") return;
  const limit = needs.params(ctx).maxMemoCharacters;
  const length = BigInt(utf8(tx.body.memo).length);
  if (length > limit) {
    refuse(sdkErrors.memoTooLarge, `maximum number of characters is ${limit} but received ${length} characters`);
  }
}

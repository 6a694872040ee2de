/** At which height the money of a deployment ends (economics.md §2.5). */
import { assert, type Dec } from "@stoa/std";

/** A payment that draws on the account: one lease of the deployment, of any provider. */
export interface PaymentFacts {
  /** Per block, in micro-units. */
  readonly rate: Dec;
  /** Height from which it accrues: the block of the lease. */
  readonly startHeight: bigint;
}

export interface AccountFacts {
  /** Unspent micro-units of the payments' denomination, after the last settlement. */
  readonly funds: Dec;
  /** Height of the last settlement. */
  readonly settledAt: bigint;
  readonly payments: readonly PaymentFacts[];
}

/** What falls due between two heights: each payment's whole units since its own start, so that no fraction is lost. */
export function dueBetween(payments: readonly PaymentFacts[], from: bigint, to: bigint): bigint {
  let due = 0n;
  for (const { rate, startHeight } of payments)
    due += accrued(rate, startHeight, to) - accrued(rate, startHeight, from);
  return due;
}

function accrued(rate: Dec, start: bigint, height: bigint): bigint {
  return height <= start ? 0n : rate.mulInt(height - start).truncateInt();
}

/**
 * The least height above `settledAt` at which the dues exceed the funds: a withdrawal executed there finds the
 * account overdrawn. `null` when nothing is paid. Dues never fall with the height, so a binary search finds it.
 */
export function exhaustionHeight(account: AccountFacts): bigint | null {
  const { settledAt, payments } = account;
  let rateSum = 0n;
  let latestStart = settledAt;
  for (const { rate, startHeight } of payments) {
    rateSum += rate.scaled;
    if (startHeight > latestStart) latestStart = startHeight;
  }
  if (rateSum <= 0n) return null;
  const funds = account.funds.isNegative() ? 0n : account.funds.truncateInt();
  // Floors hold back less than one unit a payment at each end, so this many blocks certainly cost more.
  const enough = ((funds + 2n * BigInt(payments.length) + 1n) * 10n ** 18n) / rateSum + 1n;
  let low = settledAt;
  let high = latestStart + enough;
  assert(dueBetween(payments, settledAt, high) > funds, "the upper bound must exceed the funds");
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (dueBetween(payments, settledAt, middle) > funds) high = middle;
    else low = middle;
  }
  return high;
}

import type { EscrowAccountId, EscrowPaymentId } from "@stoa/market";
import type { Dec } from "@stoa/std";
import type { DecCoin } from "@stoa/wire";

/** Numbers of `akash.escrow.types.v1.State`. */
export const escrowStates = { open: 1, closed: 2, overdrawn: 3 } as const;

/** Numbers of `akash.base.deposit.v1.Source`. */
export const depositSources = { balance: 1, grant: 2 } as const;

/** What is left of one deposit. Spent oldest first, refunded to whoever made it. */
export interface DepositEntry {
  readonly owner: string;
  readonly height: bigint;
  readonly source: number;
  readonly balance: DecCoin;
}

/** An account that pays for leases, or holds a bid's deposit (market-modules.md §6.1). */
export interface EscrowAccount {
  readonly id: EscrowAccountId;
  readonly owner: string;
  readonly state: number;
  /** Moved to payments so far, one entry a denomination in order of first deposit. */
  readonly transferred: readonly DecCoin[];
  readonly settledAt: bigint;
  /** Unspent, one entry a denomination; negative: what its payments still lack. */
  readonly funds: readonly DecCoin[];
  readonly deposits: readonly DepositEntry[];
}

/**
 * A stream of money out of an account. What it has earned is ⌊rate × (height − startedAt)⌋ in all, whatever the
 * number and order of settlements (economics.md §2.5): `accrued` is the part that settlements have counted.
 */
export interface EscrowPayment {
  readonly id: EscrowPaymentId;
  readonly owner: string;
  readonly state: number;
  readonly rate: DecCoin;
  /** Earned, covered, and not yet paid out. */
  readonly balance: Dec;
  /** Earned and not covered by the account. */
  readonly unsettled: Dec;
  readonly withdrawn: bigint;
  readonly startedAt: bigint;
  readonly accrued: bigint;
}

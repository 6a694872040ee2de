/** Numbers of `akash.market.v1beta5.Order.State`. */
export const orderStates = { open: 1, active: 2, closed: 3 } as const;

/** Numbers of `akash.market.v1beta5.Bid.State`. */
export const bidStates = { open: 1, active: 2, lost: 3, closed: 4 } as const;

/** Numbers of `akash.market.v1.Lease.State`. */
export const leaseStates = { active: 1, insufficientFunds: 2, closed: 3, reclaiming: 4 } as const;

/** Numbers of `akash.market.v1.LeaseClosedReason` (market-modules.md §5.2). */
export const closedReasons = {
  invalid: 0,
  owner: 1,
  unstable: 10_000,
  decommission: 10_001,
  unspecified: 10_002,
  manifestTimeout: 10_003,
  insufficientFunds: 20_000,
} as const;

/** True for the reasons that a provider may give. */
export function isProviderReason(reason: number): boolean {
  return reason >= 10_000 && reason <= 19_999;
}

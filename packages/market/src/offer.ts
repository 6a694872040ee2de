import type { GroupSpec, Resources } from "./resources.ts";

/** One entry of a bid's `resources_offer`. */
export interface ResourceOffer {
  readonly resources?: Resources | undefined;
  readonly count: number;
}

/**
 * True if an offer fits a group (market-modules.md §5.3 MsgCreateBid step 5): empty, or each entry names a unit of
 * the group by resource id, with the same count, and none twice. Entries may be missing. (The reference panics on a
 * doubled id, defect M-7.)
 */
export function matchOffer(group: GroupSpec, offer: readonly ResourceOffer[]): boolean {
  const left = new Map(group.resources.map((unit) => [unit.resource?.id ?? 0, unit.count]));
  for (const entry of offer) {
    const id = entry.resources?.id ?? 0;
    if (left.get(id) !== entry.count) return false;
    left.delete(id);
  }
  return true;
}

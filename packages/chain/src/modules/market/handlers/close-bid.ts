import { type BidId, leasePaymentId, validateBidId } from "@stoa/market";
import type { Lease } from "@stoa/wire/akash.market.v1";
import type { MsgCloseBid } from "@stoa/wire/akash.market.v1beta5";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { marketErrors } from "../errors.ts";
import { bidKey, bids, leases, orderKey, orders } from "../keys.ts";
import type { MarketNeeds } from "../needs.ts";
import { closeBid, closeLease, closeOrder } from "../transitions.ts";
import { bidStates, isProviderReason, leaseStates } from "../types.ts";

const noId: BidId = { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };

/** Refuses a reason that is not a provider's (market 33). */
export function checkProviderReason(reason: number): void {
  if (!isProviderReason(reason)) refuse(marketErrors.invalidLeaseClosedReason, `value "${reason}" range 10000..19999`);
}

export function checkCloseBid(msg: MsgCloseBid): void {
  refuseIf(validateBidId(msg.id ?? noId));
  checkProviderReason(msg.reason);
}

/** A lease under reclamation ends only after its window (market-modules.md §5.4). */
function checkMayLeave(ctx: Context, lease: Lease): void {
  if (lease.state === leaseStates.active) {
    if (lease.reclamation !== undefined) refuse(marketErrors.reclamationNotStarted);
    return;
  }
  if (lease.state !== leaseStates.reclaiming) refuse(marketErrors.leaseNotActive);
  if (ctx.block.time.seconds < (lease.reclamation?.deadline ?? 0n)) refuse(marketErrors.reclamationWindowNotElapsed);
}

/** A provider takes back its bid, or leaves its lease: then the group pauses (market-modules.md §5.3). */
export function applyCloseBid(ctx: Context, needs: MarketNeeds, msg: MsgCloseBid): Record<string, never> {
  const id = msg.id ?? noId;
  const bid = bids.get(ctx, bidKey(id)) ?? refuse(marketErrors.unknownBid);
  const order = orders.get(ctx, orderKey(id)) ?? refuse(marketErrors.unknownOrderForBid);
  if (bid.state === bidStates.open) {
    closeBid(ctx, needs, bid);
    return {};
  }
  const lease = leases.get(ctx, bidKey(id)) ?? refuse(marketErrors.unknownLeaseForBid);
  checkMayLeave(ctx, lease);
  if (bid.state !== bidStates.active) refuse(marketErrors.bidNotActive);
  needs.pauseGroup(ctx, id);
  closeLease(ctx, lease, leaseStates.closed, msg.reason);
  closeBid(ctx, needs, bid);
  closeOrder(ctx, order);
  needs.escrow.closePayment(ctx, leasePaymentId(id));
  return {};
}

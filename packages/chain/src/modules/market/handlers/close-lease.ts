import { type LeaseId, leasePaymentId, validateLeaseId } from "@stoa/market";
import type { MsgCloseLease } from "@stoa/wire/akash.market.v1beta5";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { marketErrors } from "../errors.ts";
import { bidKey, bids, leases, orderKey, orders } from "../keys.ts";
import type { MarketNeeds } from "../needs.ts";
import { closeBid, closeLease, closeOrder, createOrder } from "../transitions.ts";
import { bidStates, closedReasons, leaseStates, orderStates } from "../types.ts";

const noId: LeaseId = { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };

export function checkCloseLease(msg: MsgCloseLease): void {
  refuseIf(validateLeaseId(msg.id ?? noId));
}

/** The tenant leaves a provider; if the group is still open, its next order opens at once (market-modules.md §5.3). */
export function applyCloseLease(ctx: Context, needs: MarketNeeds, msg: MsgCloseLease): Record<string, never> {
  const id = msg.id ?? noId;
  const order = orders.get(ctx, orderKey(id)) ?? refuse(marketErrors.orderNotFound);
  if (order.state !== orderStates.active) refuse(marketErrors.orderClosed);
  const bid = bids.get(ctx, bidKey(id)) ?? refuse(marketErrors.bidNotFound);
  if (bid.state !== bidStates.active) refuse(marketErrors.bidNotActive);
  const lease = leases.get(ctx, bidKey(id)) ?? refuse(marketErrors.leaseNotFound);
  if (lease.state !== leaseStates.active && lease.state !== leaseStates.reclaiming) refuse(marketErrors.orderClosed);
  closeLease(ctx, lease, leaseStates.closed, closedReasons.owner);
  closeBid(ctx, needs, bid);
  closeOrder(ctx, order);
  needs.escrow.closePayment(ctx, leasePaymentId(id));
  const group = needs.group(ctx, id) ?? refuse(marketErrors.groupNotFound);
  if (group.isOpen) {
    const spec = order.spec ?? refuse(marketErrors.internal, "an order without a group");
    createOrder(ctx, id, { spec, reclamation: order.reclamation });
  }
  return {};
}

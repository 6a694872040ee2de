import { type BidId, leasePaymentId, validateBidId } from "@stoa/market";
import { decCoinFromWire } from "@stoa/wire";
import { EventLeaseCreatedSchema, LeaseSchema } from "@stoa/wire/akash.market.v1";
import type { MsgCreateLease } from "@stoa/wire/akash.market.v1beta5";
import { create } from "../../../codec.ts";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { emitTyped } from "../../../typed-event.ts";
import { marketErrors } from "../errors.ts";
import { bidKey, bids, leases, orderKey, orders } from "../keys.ts";
import type { MarketNeeds } from "../needs.ts";
import { bidsOfOrder, loseBid, setBidState, setOrderState } from "../transitions.ts";
import { bidStates, leaseStates, orderStates } from "../types.ts";

const noId: BidId = { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };

export function checkCreateLease(msg: MsgCreateLease): void {
  refuseIf(validateBidId(msg.bidId ?? noId));
}

/** The tenant takes a bid: a payment starts, the lease runs, all other bids are lost (market-modules.md §5.3). */
export function applyCreateLease(ctx: Context, needs: MarketNeeds, msg: MsgCreateLease): Record<string, never> {
  const id = msg.bidId ?? noId;
  const bid = bids.get(ctx, bidKey(id)) ?? refuse(marketErrors.bidNotFound);
  if (bid.state !== bidStates.open) refuse(marketErrors.bidNotOpen);
  const order = orders.get(ctx, orderKey(id)) ?? refuse(marketErrors.orderNotFound);
  if (order.state !== orderStates.open) refuse(marketErrors.orderNotOpen);
  const group = needs.group(ctx, id) ?? refuse(marketErrors.groupNotFound);
  if (!group.isOpen) refuse(marketErrors.groupNotOpen);
  const price = bid.price ?? refuse(marketErrors.internal, "a bid without a price");
  const rate = decCoinFromWire(price) ?? refuse(marketErrors.internal, "a bid without a price");
  needs.escrow.createPayment(ctx, { id: leasePaymentId(id), owner: id.provider, rate });
  const lease = create(LeaseSchema, {
    id,
    state: leaseStates.active,
    price,
    createdAt: ctx.block.height,
    ...(bid.reclamationWindow === undefined ? {} : { reclamation: { window: bid.reclamationWindow } }),
  });
  leases.set(ctx, bidKey(id), lease);
  emitTyped(ctx, EventLeaseCreatedSchema, { id, price });
  setOrderState(ctx, order, orderStates.active);
  setBidState(ctx, bid, bidStates.active);
  for (const other of bidsOfOrder(ctx, order, bidStates.open)) loseBid(ctx, needs, other);
  return {};
}

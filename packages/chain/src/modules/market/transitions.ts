import { bidEscrowId, type GroupId, leasePaymentId, parseLeaseId } from "@stoa/market";
import {
  EventBidClosedSchema,
  EventLeaseClosedSchema,
  EventOrderClosedSchema,
  EventOrderCreatedSchema,
  type Lease,
} from "@stoa/wire/akash.market.v1";
import { type Bid, type Order, OrderSchema } from "@stoa/wire/akash.market.v1beta5";
import { create, type MessageInitShape } from "../../codec.ts";
import type { Context } from "../../context.ts";
import { refuse, refuseWith } from "../../errors.ts";
import { emitTyped } from "../../typed-event.ts";
import type { EscrowPayment } from "../escrow/types.ts";
import { escrowStates } from "../escrow/types.ts";
import { marketErrors } from "./errors.ts";
import {
  bidKey,
  bids,
  bidsByOrderAndState,
  groupState,
  idOf,
  leases,
  orderKey,
  orderState,
  orders,
  ordersByGroupAndState,
} from "./keys.ts";
import type { MarketNeeds } from "./needs.ts";
import { bidStates, closedReasons, leaseStates, orderStates } from "./types.ts";

/** What an order is made of. */
export interface OrderParts {
  readonly spec: NonNullable<MessageInitShape<typeof OrderSchema>["spec"]>;
  readonly reclamation: NonNullable<MessageInitShape<typeof OrderSchema>["reclamation"]> | undefined;
}

/** Opens a group's next order; it may have only one that is not closed. */
export function createOrder(ctx: Context, group: GroupId, parts: OrderParts): void {
  for (const state of [orderStates.active, orderStates.open]) {
    for (const _ of orders.scanIndex(ctx, ordersByGroupAndState, groupState(group, state))) {
      const { orderActive } = marketErrors;
      refuseWith(orderActive, `${orderActive.description}: create order: active order exists`);
    }
  }
  let oseq = 1;
  for (const _ of orders.scanIndex(ctx, ordersByGroupAndState, groupState(group, orderStates.closed))) oseq++;
  const id = { owner: group.owner, dseq: group.dseq, gseq: group.gseq, oseq };
  if (orders.has(ctx, orderKey(id))) refuse(marketErrors.orderExists);
  const order = create(OrderSchema, {
    id,
    state: orderStates.open,
    spec: parts.spec,
    createdAt: ctx.block.height,
    ...(parts.reclamation === undefined ? {} : { reclamation: parts.reclamation }),
  });
  orders.set(ctx, orderKey(id), order);
  emitTyped(ctx, EventOrderCreatedSchema, { id });
}

export function setOrderState(ctx: Context, order: Order, state: number): void {
  orders.set(ctx, orderKey(idOf(order)), { ...order, state });
}

export function setBidState(ctx: Context, bid: Bid, state: number): void {
  bids.set(ctx, bidKey(idOf(bid)), { ...bid, state });
}

export function closeOrder(ctx: Context, order: Order): void {
  if (order.state === orderStates.closed) return;
  setOrderState(ctx, order, orderStates.closed);
  emitTyped(ctx, EventOrderClosedSchema, { id: idOf(order) });
}

/** Returns a bid's deposit. */
function releaseDeposit(ctx: Context, needs: MarketNeeds, bid: Bid): void {
  const account = bidEscrowId(idOf(bid));
  if (needs.escrow.isAccountOpen(ctx, account)) needs.escrow.closeAccount(ctx, account);
}

/** Closes a bid that still stands and returns its deposit. */
export function closeBid(ctx: Context, needs: MarketNeeds, bid: Bid): void {
  if (bid.state === bidStates.closed || bid.state === bidStates.lost) return;
  setBidState(ctx, bid, bidStates.closed);
  releaseDeposit(ctx, needs, bid);
  emitTyped(ctx, EventBidClosedSchema, { id: idOf(bid) });
}

/** Another bid won: all that are still open are lost, and every deposit goes back (M-1, M-4). */
export function loseBid(ctx: Context, needs: MarketNeeds, bid: Bid): void {
  setBidState(ctx, bid, bidStates.lost);
  releaseDeposit(ctx, needs, bid);
}

/** Ends a lease that runs; its payment is the caller's. */
export function closeLease(ctx: Context, lease: Lease, state: number, reason: number): void {
  if (lease.state === leaseStates.closed || lease.state === leaseStates.insufficientFunds) return;
  leases.set(ctx, bidKey(idOf(lease)), { ...lease, state, closedOn: ctx.block.height, reason });
  emitTyped(ctx, EventLeaseClosedSchema, { id: idOf(lease), reason });
}

export function bidsOfOrder(ctx: Context, order: Order, state: number): Bid[] {
  return [...bids.scanIndex(ctx, bidsByOrderAndState, orderState(idOf(order), state))].map((row) => row.value);
}

/** Closes a payment that is not closed yet: its account may have closed it on the way here. */
export function endPayment(ctx: Context, needs: MarketNeeds, lease: Lease): void {
  const payment = leasePaymentId(idOf(lease));
  if (needs.escrow.isPaymentLive(ctx, payment)) needs.escrow.closePayment(ctx, payment);
}

/**
 * A group closed, paused, or its money ended: its orders, their bids and leases follow.
 *
 * @param dry true if the money ended
 */
export function closeGroupObjects(ctx: Context, needs: MarketNeeds, group: GroupId, dry: boolean): void {
  const leaseState = dry ? leaseStates.insufficientFunds : leaseStates.closed;
  const reason = dry ? closedReasons.insufficientFunds : closedReasons.owner;
  for (const state of [orderStates.active, orderStates.open]) {
    const rows = [...orders.scanIndex(ctx, ordersByGroupAndState, groupState(group, state))];
    for (const { value: order } of rows) {
      closeOrder(ctx, order);
      const standing = [...bidsOfOrder(ctx, order, bidStates.open), ...bidsOfOrder(ctx, order, bidStates.active)];
      for (const bid of standing) {
        closeBid(ctx, needs, bid);
        const lease = leases.get(ctx, bidKey(idOf(bid)));
        if (lease === undefined) continue;
        closeLease(ctx, lease, leaseState, reason);
        endPayment(ctx, needs, lease);
      }
    }
  }
}

/** A payment ended by itself: the lease that it paid for ends with it (market-modules.md §6.10). */
export function paymentClosed(ctx: Context, needs: MarketNeeds, payment: EscrowPayment): void {
  const id = parseLeaseId(`${payment.id.aid.xid}/${payment.id.xid}`);
  if (!id.ok) return;
  const bid = bids.get(ctx, bidKey(id.value));
  if (bid === undefined || bid.state !== bidStates.active) return;
  const order = orders.get(ctx, orderKey(id.value)) ?? refuse(marketErrors.orderNotFound);
  const lease = leases.get(ctx, bidKey(id.value)) ?? refuse(marketErrors.leaseNotFound);
  closeOrder(ctx, order);
  closeBid(ctx, needs, bid);
  const dry = payment.state === escrowStates.overdrawn;
  const state = dry ? leaseStates.insufficientFunds : leaseStates.closed;
  closeLease(ctx, lease, state, dry ? closedReasons.insufficientFunds : closedReasons.unspecified);
}

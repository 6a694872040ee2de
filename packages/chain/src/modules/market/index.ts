import type { GroupId } from "@stoa/market";
import { GenesisStateSchema, Msg, Query } from "@stoa/wire/akash.market.v1beta5";
import type { Context } from "../../context.ts";
import { fromGenesis, toGenesis } from "../../genesis-json.ts";
import { answer, handle, type Module } from "../../module.ts";
import type { EscrowPayment } from "../escrow/types.ts";
import { exportMarket, initMarket } from "./genesis.ts";
import { applyCloseBid, checkCloseBid } from "./handlers/close-bid.ts";
import { applyCloseLease, checkCloseLease } from "./handlers/close-lease.ts";
import { applyCreateBid, checkCreateBid } from "./handlers/create-bid.ts";
import { applyCreateLease, checkCreateLease } from "./handlers/create-lease.ts";
import { applyLeaseStartReclaim, checkLeaseStartReclaim } from "./handlers/lease-start-reclaim.ts";
import { applyWithdrawLease, checkWithdrawLease } from "./handlers/withdraw-lease.ts";
import { leasesArePaid } from "./invariants.ts";
import type { MarketNeeds } from "./needs.ts";
import { applyUpdateParams, checkUpdateParams, reclamationBounds, requireParams } from "./params.ts";
import { queryBid, queryBids, queryLease, queryLeases, queryOrder, queryOrders, queryParams } from "./queries.ts";
import { closeGroupObjects, createOrder, type OrderParts, paymentClosed } from "./transitions.ts";

export { marketErrors } from "./errors.ts";
export type { MarketNeeds } from "./needs.ts";

/** The market module and what others may ask of it. */
export function createMarket(needs: MarketNeeds) {
  const module: Module = {
    name: "market",
    storeName: "market",
    messages: [
      handle(Msg.method.createBid, { check: checkCreateBid, apply: (ctx, msg) => applyCreateBid(ctx, needs, msg) }),
      handle(Msg.method.closeBid, { check: checkCloseBid, apply: (ctx, msg) => applyCloseBid(ctx, needs, msg) }),
      handle(Msg.method.createLease, {
        check: checkCreateLease,
        apply: (ctx, msg) => applyCreateLease(ctx, needs, msg),
      }),
      handle(Msg.method.withdrawLease, {
        check: checkWithdrawLease,
        apply: (ctx, msg) => applyWithdrawLease(ctx, needs, msg),
      }),
      handle(Msg.method.closeLease, { check: checkCloseLease, apply: (ctx, msg) => applyCloseLease(ctx, needs, msg) }),
      handle(Msg.method.leaseStartReclaim, { check: checkLeaseStartReclaim, apply: applyLeaseStartReclaim }),
      handle(Msg.method.updateParams, { check: checkUpdateParams, apply: applyUpdateParams }),
    ],
    queries: [
      answer(Query.method.orders, queryOrders),
      answer(Query.method.order, queryOrder),
      answer(Query.method.bids, (ctx, request) => queryBids(ctx, needs, request)),
      answer(Query.method.bid, (ctx, request) => queryBid(ctx, needs, request)),
      answer(Query.method.leases, (ctx, request) => queryLeases(ctx, needs, request)),
      answer(Query.method.lease, (ctx, request) => queryLease(ctx, needs, request)),
      answer(Query.method.params, queryParams),
    ],
    initGenesis: (ctx, section) => initMarket(ctx, fromGenesis(GenesisStateSchema, section)),
    exportGenesis: (ctx) => toGenesis(GenesisStateSchema, exportMarket(ctx)),
    invariants: [leasesArePaid(needs)],
  };
  return {
    module,
    createOrder: (ctx: Context, group: GroupId, parts: OrderParts): void => createOrder(ctx, group, parts),
    /** A group closed or paused, or its money ended (`dry`): all that stands for it ends. */
    groupClosed: (ctx: Context, group: GroupId, dry: boolean): void => closeGroupObjects(ctx, needs, group, dry),
    paymentClosed: (ctx: Context, payment: EscrowPayment): void => paymentClosed(ctx, needs, payment),
    /** Least and greatest reclamation window, in nanoseconds. */
    reclamationBounds: (ctx: Context) => reclamationBounds(requireParams(ctx)),
  };
}

import type { GenesisState } from "@stoa/wire/akash.market.v1beta5";
import type { Context } from "../../context.ts";
import { bidKey, bids, idOf, leases, orderKey, orders, params } from "./keys.ts";
import { checkParams, requireParams } from "./params.ts";

/** Reads orders, bids and leases as they stand. */
export function initMarket(ctx: Context, section: GenesisState): void {
  params.set(ctx, checkParams(section.params));
  for (const order of section.orders) orders.set(ctx, orderKey(idOf(order)), order);
  for (const bid of section.bids) bids.set(ctx, bidKey(idOf(bid)), bid);
  for (const lease of section.leases) leases.set(ctx, bidKey(idOf(lease)), lease);
}

export function exportMarket(ctx: Context) {
  return {
    params: requireParams(ctx),
    orders: [...orders.scan(ctx)].map((row) => row.value),
    leases: [...leases.scan(ctx)].map((row) => row.value),
    bids: [...bids.scan(ctx)].map((row) => row.value),
  };
}

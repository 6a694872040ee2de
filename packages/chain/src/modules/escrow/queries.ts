import { startsWith, utf8 } from "@stoa/std";
import type { QueryAccountsRequest, QueryPaymentsRequest } from "@stoa/wire/akash.escrow.v1";
import type { Index, TypedMap } from "../../collections.ts";
import type { Context } from "../../context.ts";
import { refuseQuery } from "../../errors.ts";
import { type Page, type PageRequest, type PageRow, paginateStates } from "../../paging.ts";
import { accounts, accountsByState, payments, paymentsByState } from "./keys.ts";
import { accountToWire, paymentToWire } from "./records.ts";
import { escrowStates } from "./types.ts";

// Order of the states when none is asked for (market-modules.md §6.12).
const stateOrder = [escrowStates.open, escrowStates.closed, escrowStates.overdrawn];
const stateNames: ReadonlyMap<string, number> = new Map(Object.entries(escrowStates));

/** One list query: rows of the asked states whose key begins with the asked text. Offset and direction do not count. */
function listByState<V>(
  ctx: Context,
  map: TypedMap<string, V>,
  index: Index<number, string, V>,
  request: { readonly state: string; readonly xid: string; readonly pagination?: PageRequest | undefined },
): Page<V> {
  const asked = stateNames.get(request.state);
  if (request.state !== "" && asked === undefined) refuseQuery("InvalidArgument", "invalid state value");
  const prefix = utf8(request.xid);
  const { pagination } = request;
  const rows = function* (state: number, from: Uint8Array | undefined): IterableIterator<PageRow<V>> {
    // The prefix itself is the least key that can match, unless the page goes on behind it.
    for (const row of map.scanIndex(ctx, index, state, { from: from ?? prefix })) {
      if (!startsWith(row.raw, prefix)) return;
      yield row;
    }
  };
  return paginateStates({
    request: pagination === undefined ? undefined : { ...pagination, offset: 0n, reverse: false },
    states: asked === undefined ? stateOrder : [asked],
    filtered: asked !== undefined,
    scan: ({ state, from }) => rows(state, from),
    keep: (value) => value,
  });
}

export function queryAccounts(ctx: Context, request: QueryAccountsRequest) {
  const { rows, pagination } = listByState(ctx, accounts, accountsByState, request);
  return { accounts: rows.map(accountToWire), pagination };
}

export function queryPayments(ctx: Context, request: QueryPaymentsRequest) {
  const { rows, pagination } = listByState(ctx, payments, paymentsByState, request);
  return { payments: rows.map(paymentToWire), pagination };
}

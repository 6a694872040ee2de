import { equalBytes, utf8 } from "@stoa/std";
import { EventLeaseClosedSchema, type LeaseID, LeaseIDSchema } from "@stoa/wire/akash.market.v1";
import { Msg } from "@stoa/wire/akash.market.v1beta5";
import { encode } from "../codec.ts";
import { keyValue, noValue, TypedMap } from "../collections.ts";
import type { Context } from "../context.ts";
import { type RegisteredError, refuse } from "../errors.ts";
import { bytesKey } from "../key-codec.ts";
import { handle, type Module } from "../module.ts";
import { escrowErrors } from "../modules/escrow/errors.ts";
import { marketErrors } from "../modules/market/errors.ts";
import type { ChainModules } from "../modules.ts";
import { emitTyped } from "../typed-event.ts";

/*
 * A module in the market's place that closes a lease in end-block, as accounts that run dry do it: what such a block
 * tells, and what it tells those who read transactions only.
 */

const store = "closing";
const leases = new TypedMap<Uint8Array, Uint8Array>({
  store,
  prefix: Uint8Array.of(1),
  key: bytesKey,
  value: keyValue(bytesKey),
});
/** Leases whose closing only a block has told. */
const untold = new TypedMap<Uint8Array, true>({ store, prefix: Uint8Array.of(2), key: bytesKey, value: noValue });

const open = utf8("open");
const closed = utf8("closed");

function tellClosed(ctx: Context, id: LeaseID): void {
  emitTyped(ctx, EventLeaseClosedSchema, { id });
}

/** The module: its lease is open from genesis on, and closes at the end of the block `closesAt`. */
export function closingModule(id: LeaseID, closesAt: bigint): Module {
  const key = encode(LeaseIDSchema, id);
  return {
    name: "closing",
    storeName: store,
    initGenesis: (ctx) => leases.set(ctx, key, open),
    endBlock(ctx) {
      if (ctx.block.height !== closesAt || !equalBytes(leases.get(ctx, key) ?? closed, open)) return;
      leases.set(ctx, key, closed);
      untold.set(ctx, key, true);
      tellClosed(ctx, id);
    },
    messages: [
      handle(Msg.method.closeLease, {
        apply(ctx, msg) {
          if (touch(ctx, msg.id, marketErrors.orderClosed) === "told") return {};
          leases.set(ctx, key, closed);
          tellClosed(ctx, id);
          return {};
        },
      }),
      handle(Msg.method.withdrawLease, {
        apply(ctx, msg) {
          touch(ctx, msg.id, escrowErrors.paymentClosed);
          return {};
        },
      }),
    ],
  };
}

/**
 * What a message about the lease finds. Closed in end-block: the first that succeeds does nothing but makes transactions
 * tell it too; any later one is refused with the reference's code.
 */
function touch(ctx: Context, id: LeaseID | undefined, code: RegisteredError): "open" | "told" {
  const key = id === undefined ? new Uint8Array() : encode(LeaseIDSchema, id);
  const state = leases.get(ctx, key) ?? refuse(marketErrors.unknownLease);
  if (equalBytes(state, open)) return "open";
  if (id === undefined || untold.get(ctx, key) === undefined) return refuse(code);
  untold.delete(ctx, key);
  tellClosed(ctx, id);
  return "told";
}

/** The chain's modules with this one in the market's place. */
export function withClosing(modules: ChainModules, module: Module): ChainModules {
  const swap = (list: readonly Module[]): readonly Module[] => [
    ...list.filter(({ name }) => name !== "market"),
    module,
  ];
  const { all, beginBlock, endBlock, genesis } = modules;
  return {
    ...modules,
    all: swap(all),
    beginBlock: swap(beginBlock),
    endBlock: swap(endBlock),
    genesis: swap(genesis),
  };
}

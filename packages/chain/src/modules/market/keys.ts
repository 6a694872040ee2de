import type { BidId, GroupId, OrderId } from "@stoa/market";
import { assert } from "@stoa/std";
import { type Lease, LeaseSchema } from "@stoa/wire/akash.market.v1";
import { type Bid, BidSchema, type Order, OrderSchema, ParamsSchema } from "@stoa/wire/akash.market.v1beta5";
import { Index, Item, messageValue, TypedMap } from "../../collections.ts";
import { byteKey, textKey, tupleKey, uint32Key, uint64Key } from "../../key-codec.ts";

/** Every key of the store `market`. Orders sort by owner, dseq, gseq, oseq; bids and leases by order, then provider. */
const storeName = "market";

export type OrderKey = readonly [owner: string, dseq: bigint, gseq: number, oseq: number];
export type BidKey = readonly [owner: string, dseq: bigint, gseq: number, oseq: number, provider: string, bseq: number];
type GroupKey = readonly [owner: string, dseq: bigint, gseq: number];

export const orderKeyCodec = tupleKey<OrderKey>(textKey, uint64Key, uint32Key, uint32Key);
export const bidKeyCodec = tupleKey<BidKey>(textKey, uint64Key, uint32Key, uint32Key, textKey, uint32Key);

export function orderKey(id: OrderId): OrderKey {
  return [id.owner, id.dseq, id.gseq, id.oseq];
}

export function bidKey(id: BidId): BidKey {
  return [id.owner, id.dseq, id.gseq, id.oseq, id.provider, id.bseq];
}

/** The id of a stored object; it is always there. */
export function idOf<T>(stored: { readonly id?: T | undefined }): T {
  assert(stored.id !== undefined, "a stored market object has no id");
  return stored.id;
}

export const ordersByState = new Index<number, OrderKey, Order>({
  prefix: Uint8Array.of(0x11, 0x01),
  key: byteKey,
  of: (order) => order.state,
});

export const ordersByGroupAndState = new Index<readonly [GroupKey, number], OrderKey, Order>({
  prefix: Uint8Array.of(0x11, 0x02),
  key: tupleKey<readonly [GroupKey, number]>(tupleKey<GroupKey>(textKey, uint64Key, uint32Key), byteKey),
  of: (order, [owner, dseq, gseq]) => [[owner, dseq, gseq], order.state],
});

export const orders = new TypedMap<OrderKey, Order>({
  store: storeName,
  prefix: Uint8Array.of(0x11, 0x00),
  key: orderKeyCodec,
  value: messageValue(OrderSchema),
  indexes: [ordersByState, ordersByGroupAndState],
});

export const bidsByState = new Index<number, BidKey, Bid>({
  prefix: Uint8Array.of(0x12, 0x01),
  key: byteKey,
  of: (bid) => bid.state,
});

export const bidsByProvider = new Index<string, BidKey, Bid>({
  prefix: Uint8Array.of(0x12, 0x02),
  key: textKey,
  of: (_bid, key) => key[4],
});

export const bidsByOrderAndState = new Index<readonly [OrderKey, number], BidKey, Bid>({
  prefix: Uint8Array.of(0x12, 0x03),
  key: tupleKey<readonly [OrderKey, number]>(orderKeyCodec, byteKey),
  of: (bid, [owner, dseq, gseq, oseq]) => [[owner, dseq, gseq, oseq], bid.state],
});

export const bids = new TypedMap<BidKey, Bid>({
  store: storeName,
  prefix: Uint8Array.of(0x12, 0x00),
  key: bidKeyCodec,
  value: messageValue(BidSchema),
  indexes: [bidsByState, bidsByProvider, bidsByOrderAndState],
});

export const leasesByState = new Index<number, BidKey, Lease>({
  prefix: Uint8Array.of(0x13, 0x01),
  key: byteKey,
  of: (lease) => lease.state,
});

export const leasesByProvider = new Index<string, BidKey, Lease>({
  prefix: Uint8Array.of(0x13, 0x02),
  key: textKey,
  of: (_lease, key) => key[4],
});

export const leases = new TypedMap<BidKey, Lease>({
  store: storeName,
  prefix: Uint8Array.of(0x13, 0x00),
  key: bidKeyCodec,
  value: messageValue(LeaseSchema),
  indexes: [leasesByState, leasesByProvider],
});

export const params = new Item({ store: storeName, key: Uint8Array.of(0x00), value: messageValue(ParamsSchema) });

/** Index key of a group's orders in a state. */
export function groupState(id: GroupId, state: number): readonly [GroupKey, number] {
  return [[id.owner, id.dseq, id.gseq], state];
}

/** Index key of an order's bids in a state. */
export function orderState(id: OrderId, state: number): readonly [OrderKey, number] {
  return [orderKey(id), state];
}

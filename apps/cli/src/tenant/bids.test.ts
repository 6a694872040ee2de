import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { Dec } from "@stoa/std";
import { Bid_State, BidSchema } from "@stoa/wire/akash.market.v1beta5";
import { type BidChoice, type BidWait, waitForBids } from "./bids.ts";

const order = { owner: "akash1tenant", dseq: 7n, gseq: 1, oseq: 1 };

/** When each provider's bid is on the chain, and how much it asks. */
interface Coming {
  readonly provider: string;
  readonly height: bigint;
  readonly price: string;
}

function row({ provider, height, price }: Coming) {
  const bid = create(BidSchema, {
    id: { ...order, provider },
    state: Bid_State.open,
    price: { denom: "uact", amount: Dec.of(price).toWire() },
    createdAt: height,
  });
  return { bid };
}

/** A chain that makes a block at every look at its height; answers at which height the wait ended, and with whom. */
async function wait(coming: readonly Coming[], params: { bidders?: readonly string[]; choice?: BidChoice }) {
  let height = 10n;
  let now = 0;
  const client = {
    status: async () => ({ height: ++height }),
    queryAll: async () => coming.filter((each) => each.height <= height).map(row),
  };
  const bids = await waitForBids({
    client: client as unknown as BidWait["client"],
    order,
    choice: params.choice ?? { kind: "cheapest" },
    firstBidMs: 1_000,
    moreBlocks: 2n,
    bidders: params.bidders === undefined ? undefined : new Set(params.bidders),
    onBids: () => {},
    sleep: async (ms) => {
      now += ms;
    },
    nowMs: () => now,
  });
  return { height, from: bids.map(({ provider }) => provider) };
}

const three = [
  { provider: "a", height: 10n, price: "3" },
  { provider: "b", height: 11n, price: "2" },
  { provider: "c", height: 12n, price: "1" },
];

test("two blocks after the first bid the wait is over, and a bid of the second one counts", async () => {
  assert.deepEqual(await wait(three, {}), { height: 12n, from: ["c", "b", "a"] });
  assert.deepEqual(await wait(three, { bidders: ["a", "b", "c", "d"] }), { height: 12n, from: ["c", "b", "a"] });
  assert.deepEqual(await wait([...three, { provider: "d", height: 13n, price: "0.5" }], {}), {
    height: 12n,
    from: ["c", "b", "a"],
  });
});

test("when everybody who may bid has, nothing more can come", async () => {
  assert.deepEqual(await wait(three.slice(0, 1), { bidders: ["a"] }), { height: 11n, from: ["a"] });
  assert.deepEqual(await wait(three.slice(0, 2), { bidders: ["a", "b"] }), { height: 11n, from: ["b", "a"] });
});

test("without bids the wait ends with its time", async () => {
  assert.deepEqual((await wait([], { bidders: [] })).from, []);
});

test("the first bid, or the wanted provider's, ends the wait at once", async () => {
  assert.deepEqual(await wait(three, { choice: { kind: "first" } }), { height: 11n, from: ["b", "a"] });
  assert.deepEqual(await wait(three, { choice: { kind: "provider", address: "c" } }), {
    height: 12n,
    from: ["c", "b", "a"],
  });
});

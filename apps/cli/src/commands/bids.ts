import type { ChainClient } from "@stoa/client";
import { formatOrderId, type OrderId, readDecCoin } from "@stoa/market";
import { Dec } from "@stoa/std";
import { Bid_State, Query as MarketQuery, type Order, Order_State } from "@stoa/wire/akash.market.v1beta5";
import { type Command, exitCodes } from "../command.ts";
import { createOutput, type Output, table } from "../output.ts";
import { measureBlockInterval } from "../tenant/block-time.ts";
import { chainFailure, connect, connectionOptions } from "../tenant/connection.ts";
import type { DeclineReasons } from "../tenant/gateway.ts";
import { readDeployment } from "../tenant/holdings.ts";
import { costText } from "../tenant/money.ts";
import { gatewayOptions, ownAddress, ownGateway, parseDseq } from "../tenant/own.ts";

/** A bid in words, whatever became of it. */
interface BidFacts {
  readonly gseq: number;
  readonly oseq: number;
  readonly provider: string;
  readonly state: string;
  readonly price: Dec;
  readonly denom: string;
  readonly since: bigint;
}

async function readOrders(client: ChainClient, owner: string, dseq: bigint): Promise<Order[]> {
  return client.queryAll(
    MarketQuery.method.orders,
    (pagination) => ({ filters: { owner, dseq }, pagination }),
    (answer) => ({ rows: answer.orders, nextKey: answer.pagination?.nextKey }),
  );
}

async function readBids(client: ChainClient, owner: string, dseq: bigint): Promise<BidFacts[]> {
  const rows = await client.queryAll(
    MarketQuery.method.bids,
    (pagination) => ({ filters: { owner, dseq }, pagination }),
    (answer) => ({ rows: answer.bids, nextKey: answer.pagination?.nextKey }),
  );
  const bids = rows.flatMap(({ bid }) => {
    if (bid?.id === undefined) return [];
    const { gseq, oseq, provider } = bid.id;
    const price = bid.price === undefined ? undefined : readDecCoin(bid.price);
    const money = { price: price?.amount ?? Dec.zero, denom: price?.denom ?? "" };
    return [{ gseq, oseq, provider, state: Bid_State[bid.state] ?? "unknown", ...money, since: bid.createdAt }];
  });
  return bids.sort((a, b) => a.gseq - b.gseq || a.oseq - b.oseq || a.price.cmp(b.price));
}

function orderIdOf(order: Order): OrderId {
  const { owner = "", dseq = 0n, gseq = 0, oseq = 0 } = order.id ?? {};
  return { owner, dseq, gseq, oseq };
}

/** What people read for a bid's state. */
const stateWords: Readonly<Record<string, string>> = { active: "won" };

function printOrder(output: Output, order: Order, bids: readonly BidFacts[], intervalMs: bigint): void {
  const { gseq, oseq } = orderIdOf(order);
  output.line(`group ${gseq}, order ${oseq}: ${Order_State[order.state]}`);
  if (bids.length === 0) output.line("  no bids");
  else
    for (const row of table(
      ["PROVIDER", "BID", "SINCE", "COSTS"],
      bids.map(({ provider, state, since, price, denom }) => [
        provider,
        stateWords[state] ?? state,
        String(since),
        costText(price, denom, intervalMs),
      ]),
    ).split("\n"))
      output.line(`  ${row}`);
}

function printReasons(output: Output, reasons: readonly DeclineReasons[]): void {
  if (reasons.length === 0) output.line("  no provider is registered");
  for (const { provider, reasons: texts } of reasons) {
    output.line(`  ${provider}`);
    for (const text of texts.length === 0 ? ["no word"] : texts) output.line(`    ${text}`);
  }
}

export const bids: Command = {
  spec: {
    name: "bids",
    about: "Who bid what on a deployment; for an order without bids, why each provider did not.",
    operands: "DSEQ",
    minOperands: 1,
    maxOperands: 1,
    options: { ...gatewayOptions, ...connectionOptions },
    examples: ["stoa bids 1234"],
  },
  run: async (invocation) => {
    const connection = connect(invocation);
    const { client } = connection;
    const output = createOutput(invocation.flag("json"));
    const owner = ownAddress(connection, invocation);
    const dseq = parseDseq(invocation.operands[0] as string);
    try {
      await readDeployment(client, { owner, dseq });
      const [orders, found, intervalMs] = await Promise.all([
        readOrders(client, owner, dseq),
        readBids(client, owner, dseq),
        measureBlockInterval(client),
      ]);
      for (const order of orders) {
        const id = orderIdOf(order);
        const own = found.filter((bid) => bid.gseq === id.gseq && bid.oseq === id.oseq);
        const silent = own.length === 0 && order.state === Order_State.open;
        const declined = silent ? await ownGateway(connection, invocation).declineReasons(id) : [];
        output.event("bids", {
          order: formatOrderId(id),
          state: Order_State[order.state],
          bids: own.map((bid) => ({ ...bid, price: bid.price.toString() })),
          declined,
        });
        printOrder(output, order, own, intervalMs);
        if (silent) printReasons(output, declined);
      }
      return exitCodes.ok;
    } catch (error) {
      throw chainFailure("asking for the bids", error);
    }
  },
};

import type { BidId } from "@stoa/market";

import { Dec, type Hash, Prng, type Verifier } from "@stoa/std";
import { accountText, type Coin } from "@stoa/wire";
import {
  accountOf,
  closeDeployment,
  createBid,
  createDeployment,
  createLease,
  createProvider,
  depositTo,
  sendCoins,
  withdrawLease,
} from "./world/market-messages.ts";
import type { Person, SignedMessage } from "./world/market-world.ts";
import { type BlockTimes, TimedChain } from "./world/timed-chain.ts";

interface Context {
  readonly runs: number | undefined;
  readonly cpuMs: () => number;
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly progress: (text: string) => void;
}

const runsDefault = 3;
const seed = 20_261_121n;
const accounts = 100_000;
const senders = 1_000;
const sendsPerBlock = 5_000;
/** Senders who never sent, to addresses that nobody ever used: two new leaves and a key for each. */
const newcomersPerBlock = 1_000;
const addressBytes = 20;
const marketAccounts = 10_000;
const tenants = 200;
const providers = 20;
/** Messages of each kind in a block of 1,000 (the mix of performance.md §12). */
const mix = { create: 200, bid: 450, lease: 120, deposit: 80, withdraw: 100, close: 50 } as const;
const mixPerBlock = 1_000;
const mixWarmUps = 6;
/** The most bids that an order takes, by the reference's parameters. */
const bidsPerOrderMax = 20;
const crowdedOrders = 60;
const coin = (denom: string, amount: bigint): Coin => ({ denom, amount });
const deposit = { coin: coin("uact", 5_000_000n), sources: [1] };

interface Case {
  readonly perBlock: number;
  readonly blocks: readonly BlockTimes[];
}

function chainOf(context: Context, params: { readonly signers: number; readonly accounts: number }): TimedChain {
  const { hash, verifier, cpuMs } = context;
  return new TimedChain({ crypto: { hash, verifier }, nowMs: cpuMs, ...params, prng: new Prng(seed) });
}

function at<T>(list: readonly T[], index: number): T {
  return list[index % list.length] as T;
}

function sends(chain: TimedChain, runs: number): Case {
  const people = chain.people.slice(0, senders);
  const prng = new Prng(seed + 1n);
  const blocks: BlockTimes[] = [];
  for (let i = -1; i < runs; i++) {
    const txs = Array.from({ length: sendsPerBlock }, (_, n) =>
      chain.sign([sendCoins(at(people, n), at(chain.addresses, prng.below(accounts)), coin("uakt", 1n))]),
    );
    const times = chain.block(txs);
    if (i >= 0) blocks.push(times);
  }
  return { perBlock: sendsPerBlock, blocks };
}

function newcomers(chain: TimedChain, runs: number): Case {
  const people = chain.people.slice(senders);
  const prng = new Prng(seed + 2n);
  const blocks = Array.from({ length: runs }, (_, i) => {
    const some = people.slice(i * newcomersPerBlock, (i + 1) * newcomersPerBlock);
    return chain.block(
      some.map((person) => chain.sign([sendCoins(person, accountText(prng.bytes(addressBytes)), coin("uakt", 1n))])),
    );
  });
  return { perBlock: newcomersPerBlock, blocks };
}

/** What a market's people do next, each message possible when its block comes. */
class MarketLoad {
  readonly chain: TimedChain;
  private readonly tenants: readonly Person[];
  private readonly providers: readonly Person[];
  private readonly prng = new Prng(seed + 3n);
  private dseq = 0;
  /** Made in earlier blocks, in the order in which they are taken up. */
  private open: { readonly id: Omit<BidId, "provider">; readonly tenant: Person }[] = [];
  private bidOn: { readonly bid: BidId; readonly tenant: Person; readonly provider: Person }[] = [];
  private leases: { readonly id: BidId; readonly tenant: Person; readonly provider: Person }[] = [];

  constructor(context: Context) {
    this.chain = chainOf(context, { signers: tenants + providers, accounts: marketAccounts });
    this.tenants = this.chain.people.slice(0, tenants);
    this.providers = this.chain.people.slice(tenants);
    this.chain.block(this.providers.map((provider) => this.chain.sign([createProvider(provider)])));
  }

  get leaseCount(): number {
    return this.leases.length;
  }

  private create(): SignedMessage {
    const tenant = at(this.tenants, this.dseq++);
    const id = { owner: tenant.address, dseq: BigInt(this.dseq), gseq: 1, oseq: 1, bseq: 0 };
    this.open.push({ id, tenant });
    return createDeployment(tenant, { dseq: id.dseq, groups: 1, deposit });
  }

  private bids(order: (typeof this.open)[number], count: number): SignedMessage[] {
    const first = this.prng.below(providers);
    return Array.from({ length: count }, (_, i) => {
      const provider = at(this.providers, first + i);
      const bid = { ...order.id, provider: provider.address };
      if (i === 0) this.bidOn.push({ bid, tenant: order.tenant, provider });
      return createBid(provider, bid, { rate: Dec.of("1.5"), windowSeconds: undefined, deposit });
    });
  }

  private lease(): SignedMessage[] {
    const taken = this.bidOn.shift();
    if (taken === undefined) return [];
    this.leases.push({ id: taken.bid, tenant: taken.tenant, provider: taken.provider });
    return [createLease(taken.tenant, taken.bid)];
  }

  /** A block's messages in the mix; fewer while the market is young. Older objects come before those that need them. */
  mixed(): SignedMessage[] {
    const messages: SignedMessage[] = [];
    const old = this.leases.length;
    for (let i = 0; i < mix.deposit && old > 0; i++) {
      const { id, tenant } = at(this.leases, this.prng.below(old));
      messages.push(depositTo(tenant, accountOf(id), { coin: coin("uact", 1_000n), sources: [1] }));
    }
    for (let i = 0; i < mix.withdraw && old > 0; i++) {
      const { id, provider } = at(this.leases, this.prng.below(old));
      messages.push(withdrawLease(provider, id));
    }
    if (old > 4 * mix.close)
      for (const { id, tenant } of this.leases.splice(0, mix.close)) messages.push(closeDeployment(tenant, id));
    for (let i = 0; i < mix.lease; i++) messages.push(...this.lease());
    const orders = this.open.splice(0, mix.create);
    for (const [i, order] of orders.entries()) messages.push(...this.bids(order, i % 4 === 0 ? 3 : 2));
    for (let i = 0; i < mix.create; i++) messages.push(this.create());
    return messages;
  }

  block(messages: readonly SignedMessage[]): BlockTimes {
    return this.chain.block(messages.map((message) => this.chain.sign([message])));
  }

  /** Orders that hold as many bids as they may, and a block that takes one bid of each. */
  crowded(): BlockTimes {
    this.open = [];
    this.bidOn = [];
    this.block(Array.from({ length: crowdedOrders }, () => this.create()));
    this.block(this.open.flatMap((order) => this.bids(order, bidsPerOrderMax)));
    return this.block(Array.from({ length: crowdedOrders }, () => this.lease()).flat());
  }
}

function market(context: Context, runs: number): { readonly mixed: Case; readonly crowded: Case; leases: number } {
  const load = new MarketLoad(context);
  for (let i = 0; i < mixWarmUps; i++) load.block(load.mixed());
  const mixed: BlockTimes[] = [];
  for (let i = 0; i < runs; i++) {
    const messages = load.mixed();
    if (messages.length !== mixPerBlock) throw new Error(`${messages.length} messages in a block of the mix`);
    mixed.push(load.block(messages));
  }
  const leases = load.leaseCount;
  const crowded = Array.from({ length: runs }, () => load.crowded());
  return {
    mixed: { perBlock: mixPerBlock, blocks: mixed },
    crowded: { perBlock: crowdedOrders, blocks: crowded },
    leases,
  };
}

const phases = ["decode", "ante", "verify", "execute", "tree", "commit"] as const;

function seriesOf(name: string, { blocks }: Case) {
  const of = (phase: keyof BlockTimes) => blocks.map((times) => times[phase]);
  return {
    [name]: { unit: "CPU ms a block", samples: of("total") },
    ...Object.fromEntries(
      phases.map((phase) => [`${name}: ${phase}`, { unit: "CPU ms a block", samples: of(phase), partOf: name }]),
    ),
  };
}

/** Transactions a second of the median block. */
function rateOf({ blocks, perBlock }: Case) {
  const totals = blocks.map(({ total }) => total).sort((a, b) => a - b);
  const median = totals[totals.length >> 1] ?? Number.NaN;
  return { unit: "tx a CPU s", value: Math.round((perBlock / median) * 1000) };
}

async function run(context: Context) {
  const runs = context.runs ?? runsDefault;
  context.progress(`making ${accounts} accounts`);
  const chain = chainOf(context, { signers: senders + runs * newcomersPerBlock, accounts });
  context.progress("transfers");
  const plain = sends(chain, runs);
  const fresh = newcomers(chain, runs);
  context.progress("market");
  const { mixed, crowded, leases } = market(context, runs);
  const cases = {
    transfers: plain,
    "newcomers' transfers": fresh,
    "market mix": mixed,
    "leases of crowded orders": crowded,
  };
  return {
    conditions: {
      accounts,
      "transfers a block": sendsPerBlock,
      "newcomers a block": newcomersPerBlock,
      "market messages a block": mixPerBlock,
      "open leases": leases,
      "bids a crowded order": bidsPerOrderMax,
      backend: "memory",
      blocks: runs,
    },
    series: Object.assign({}, ...Object.entries(cases).map(([name, one]) => seriesOf(name, one))) as Record<
      string,
      { readonly unit: string; readonly samples: readonly number[]; readonly partOf?: string }
    >,
    figures: Object.fromEntries(Object.entries(cases).map(([name, one]) => [name, rateOf(one)])),
  };
}

export const bench = {
  about: "transactions a second of the state machine: transfers and a market mix, normal and worst case, by phase",
  run,
};

import { type BidId, bidEscrowId, type EscrowAccountId, formatEscrowAccountId } from "@stoa/market";
import { assert, Dec } from "@stoa/std";
import { accountText, moduleAddress } from "@stoa/wire";
import type { CryptoPorts } from "../context.ts";
import type { LedgerView, MarketId } from "./ledger-view.ts";
import {
  accountOf,
  ceilingUact,
  closeBid,
  closeDeployment,
  closeLease,
  createBid,
  createDeployment,
  createLease,
  depositTo,
  execute,
  grantDeposits,
  moveGroup,
  revokeDeposits,
  sendCoins,
  startReclaim,
  withdrawLease,
} from "./market-messages.ts";
import type { MarketWorld, Person } from "./market-world.ts";
import type { Move } from "./money-audit.ts";

/** Numbers that say what somebody tries; they choose among what there is when it is tried. */
export interface Attempt {
  readonly kind: number;
  readonly who: number;
  readonly which: number;
  readonly amount: number;
}

/** Kinds of attempts; those that keep a market going stand several times. */
// biome-ignore format: one list
export const kinds = [
  "deploy", "bid", "bid", "bid", "bid", "lease", "lease", "lease", "lease", "withdraw", "withdraw", "withdraw",
  "withdraw", "deposit", "deposit", "deposit", "depositFor", "depositFor", "closeBid", "closeLease", "closeLease", "closeDeployment", "closeGroup",
  "pauseGroup", "startGroup", "startGroup", "startReclaim", "send", "sendToEscrow", "stranger",
] as const;

const sourcesOf: readonly (readonly number[])[] = [[1], [2, 1], [1, 2], [2]];
/** Parts of rates: whole, below one, thirds, and the smallest that can be written. */
const rates = ["1", "0.333333333333333333", "7.5", "0.000000000000000001", "12.000000000000000007", "39.999"].map(
  (text) => Dec.of(text),
);

function pick<T>(list: readonly T[], index: number): T | undefined {
  return list[index % Math.max(1, list.length)];
}

/** Turns attempts into messages: most are possible, some are not. */
export class MarketMoves {
  private readonly world: MarketWorld;
  private readonly escrow: string;
  private readonly nextDseq = new Map<string, bigint>();
  private readonly tenants: readonly Person[];
  private readonly providers: readonly Person[];
  private readonly backers: readonly Person[];
  /** What this block's earlier messages will have made. */
  private orders: MarketId[] = [];
  private bids: MarketId[] = [];
  private leases: MarketId[] = [];
  private view: LedgerView;

  constructor(world: MarketWorld, crypto: CryptoPorts, view: LedgerView) {
    this.world = world;
    this.escrow = accountText(moduleAddress("escrow", crypto.hash));
    const named = (initial: string): Person[] => world.people.filter(({ name }) => name.startsWith(initial));
    this.tenants = named("t");
    this.providers = named("p");
    this.backers = named("b");
    this.view = view;
  }

  /** Starts a block: what stands, and the last of each kind, which may not. */
  newBlock(view: LedgerView): void {
    this.view = view;
    const standing = (states: readonly string[], rows: LedgerView["orders"]): MarketId[] => [
      ...rows.filter(({ state }) => states.includes(state)).map(({ id }) => id),
      ...rows.slice(-1).map(({ id }) => id),
    ];
    this.orders = standing(["open"], view.orders);
    this.bids = standing(["open"], view.bids);
    this.leases = standing(["active", "reclaiming"], view.leases);
  }

  private person(address: string): Person {
    const person = this.world.people.find((one) => one.address === address);
    assert(person !== undefined, "nobody has this address");
    return person;
  }

  /** The message of an attempt; undefined if there is nothing to try it on. */
  move(attempt: Attempt): Move | undefined {
    const kind = kinds[attempt.kind % kinds.length] ?? "send";
    const move = this.plain(kind, attempt);
    return move === undefined ? undefined : { ...move, what: `${kind} by ${move.signer.name}` };
  }

  private plain(kind: (typeof kinds)[number], attempt: Attempt): Omit<Move, "what"> | undefined {
    const { who, which } = attempt;
    switch (kind) {
      case "deploy":
        return this.deploy(attempt);
      case "bid":
        return this.bid(attempt);
      case "deposit":
        return this.deposit(attempt);
      case "depositFor":
        return this.depositFor(attempt);
      case "send":
        return this.send(attempt);
      case "sendToEscrow":
        return sendCoins(this.anyone(who), this.escrow, { denom: "uact", amount: 5n });
      case "lease": {
        const id = pick(this.bids, which);
        if (id === undefined) return undefined;
        this.leases.push(id);
        return createLease(this.person(id.owner), id);
      }
      case "withdraw": {
        const id = pick(this.leases, which);
        return id && withdrawLease(this.person(id.provider), id);
      }
      case "closeLease": {
        const id = pick(this.leases, which);
        return id && closeLease(this.person(id.owner), id);
      }
      case "closeBid": {
        const id = pick([...this.bids, ...this.leases], which);
        return id && closeBid(this.person(id.provider), id);
      }
      case "startReclaim": {
        const id = pick(this.leases, which);
        return id && startReclaim(this.person(id.provider), id);
      }
      case "stranger": {
        const id = pick(this.bids, which);
        return id && createLease(this.person(id.owner), { ...id, provider: this.anyone(who).address });
      }
      default:
        return this.deploymentMove(kind, which);
    }
  }

  private anyone(who: number): Person {
    return pick(this.world.people, who) as Person;
  }

  private deploymentMove(
    kind: "closeDeployment" | "closeGroup" | "pauseGroup" | "startGroup",
    which: number,
  ): Omit<Move, "what"> | undefined {
    if (kind === "closeDeployment") {
      const id = pick(this.view.deployments.slice(-4), which)?.id;
      return id && closeDeployment(this.person(id.owner), { owner: id.owner, dseq: id.dseq });
    }
    const id = pick(this.view.groups.slice(-6), which)?.id;
    const what = { closeGroup: "close", pauseGroup: "pause", startGroup: "start" } as const;
    return id && moveGroup(this.person(id.owner), what[kind], id);
  }

  private deploy({ who, which, amount }: Attempt): Omit<Move, "what"> {
    const tenant = pick(this.tenants, who) as Person;
    const dseq = (this.nextDseq.get(tenant.address) ?? 0n) + 1n;
    this.nextDseq.set(tenant.address, dseq);
    const groups = 1 + (which % 3);
    for (let gseq = 1; gseq <= groups; gseq++) {
      this.orders.push({ owner: tenant.address, dseq, gseq, oseq: 1, provider: "", bseq: 0 });
    }
    const deposit = {
      coin: { denom: "uact", amount: 100n + BigInt(amount % 400) },
      sources: pick(sourcesOf, which >> 2) ?? [1],
    };
    const reclaims = which % 5 === 0;
    const message = createDeployment(tenant, {
      dseq,
      groups,
      deposit,
      ...(reclaims ? { minWindowSeconds: 2n } : {}),
    });
    return { ...message, funds: formatEscrowAccountId(accountOf({ owner: tenant.address, dseq })) };
  }

  private bid({ who, which, amount }: Attempt): Omit<Move, "what"> | undefined {
    const order = pick(this.orders, which);
    const provider = pick(this.providers, who);
    if (order === undefined || provider === undefined) return undefined;
    const id: BidId = { ...order, provider: provider.address };
    this.bids.push(id);
    const rate = pick(rates, amount) as Dec;
    assert(!rate.gt(Dec.fromInt(ceilingUact)), "a rate above the ceiling");
    const sources = pick(sourcesOf, amount >> 3) ?? [1];
    const coin = { denom: which % 2 === 0 ? "uact" : "uakt", amount: 50n + BigInt(amount % 10) };
    const message = createBid(provider, id, {
      rate,
      windowSeconds: amount % 3 === 0 ? undefined : 5n,
      deposit: { coin, sources },
    });
    return { ...message, funds: formatEscrowAccountId(bidEscrowId(id)) };
  }

  private escrowAccount(which: number): EscrowAccountId | undefined {
    const accounts: EscrowAccountId[] = [
      ...this.leases.map(accountOf),
      ...this.view.deployments.slice(-4).map(({ id }) => accountOf(id)),
      ...this.bids.slice(-2).map(bidEscrowId),
    ];
    return pick(accounts, which);
  }

  /** A grantee spends its granter's coins by name: authz runs the granter's own deposit. */
  private depositFor({ who, which, amount }: Attempt): Omit<Move, "what"> | undefined {
    const id = this.escrowAccount(which);
    const granter = pick(this.backers, who) as Person;
    const held = [...this.view.grants.keys()].filter((key) => key.startsWith(granter.address));
    const [, address = "", denom = "uact"] = pick(held, which)?.split(" ") ?? [];
    const grantee = this.world.people.find((one) => one.address === address);
    if (id === undefined || grantee === undefined) return undefined;
    const inner = depositTo(granter, id, { coin: { denom, amount: 1n + BigInt(amount % 100) }, sources: [1] });
    return { ...execute(grantee, inner), funds: formatEscrowAccountId(id), pays: granter.address };
  }

  private deposit({ who, which, amount }: Attempt): Omit<Move, "what"> | undefined {
    const id = this.escrowAccount(which);
    if (id === undefined) return undefined;
    const signer = pick([...this.tenants, ...this.providers], who) as Person;
    const coin = { denom: amount % 4 === 0 ? "uakt" : "uact", amount: 1n + BigInt(amount % 300) };
    const sources = pick(sourcesOf, amount >> 2) ?? [1];
    return { ...depositTo(signer, id, { coin, sources }), funds: formatEscrowAccountId(id) };
  }

  private send({ who, which, amount }: Attempt): Omit<Move, "what"> {
    const to = pick(this.world.people, which) as Person;
    const coin = { denom: "uact", amount: BigInt(1 + (amount % 50)) };
    return { ...sendCoins(this.anyone(who), to.address, coin), sends: { to: to.address, ...coin } };
  }

  /** Makes, replaces or takes back a grant of a backer. */
  grant({ who, which, amount }: Attempt): Move {
    const backer = pick(this.backers, who) as Person;
    const grantee = pick([...this.tenants, ...this.providers], which) as Person;
    const denom = amount % 3 === 0 ? "uakt" : "uact";
    if (amount % 7 === 0) {
      const grants = { grantee: grantee.address, denom, limit: undefined };
      return { ...revokeDeposits(backer, grantee), what: "revoke", grants };
    }
    const limit = BigInt(1 + amount);
    const scopes = amount % 5 === 0 ? [1] : [1, 2];
    const grants = { grantee: grantee.address, denom, limit };
    return { ...grantDeposits(backer, grantee, { denom, amount: limit }, scopes), what: "grant", grants };
  }
}

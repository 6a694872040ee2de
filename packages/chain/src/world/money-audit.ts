import type { Dec } from "@stoa/std";
import { accountText, moduleAddress } from "@stoa/wire";
import type { FinalizeBlockResponse } from "../abci.ts";
import type { CryptoPorts } from "../context.ts";
import { type AccountRow, type DepositRow, type LedgerView, type MarketRow, readLedger } from "./ledger-view.ts";
import { feeDenom, type MarketWorld, type SignedMessage } from "./market-world.ts";

/** A message with what an auditor must know of it. */
export interface Move extends SignedMessage {
  readonly what: string;
  /** The escrow account that the message funds, as `scope/xid`. */
  readonly funds?: string;
  /** Who pays, where the signer makes another's deposit by authz. */
  readonly pays?: string;
  /** Coins that it sends between people. */
  readonly sends?: { readonly to: string; readonly denom: string; readonly amount: bigint };
  /** A deposit grant that it makes or takes back; stands alone in its block. */
  readonly grants?: { readonly grantee: string; readonly denom: string; readonly limit: bigint | undefined };
}

/** Money that came into an account, as the bank's events told. */
type Inflow = DepositRow;

type Sums = Map<string, bigint>;

function add(sums: Sums, key: string, amount: bigint): void {
  sums.set(key, (sums.get(key) ?? 0n) + amount);
}

function paidFor(rate: Dec, blocks: bigint): bigint {
  return rate.mulInt(blocks).truncateInt();
}

/** What remains of inflows after the oldest of them paid an amount. */
function remainder(inflows: readonly Inflow[], paid: ReadonlyMap<string, bigint>): Inflow[] {
  const left = new Map(paid);
  return inflows.flatMap((inflow) => {
    const due = left.get(inflow.denom) ?? 0n;
    const taken = inflow.amount < due ? inflow.amount : due;
    left.set(inflow.denom, due - taken);
    return inflow.amount === taken ? [] : [{ ...inflow, amount: inflow.amount - taken }];
  });
}

/**
 * Reckons all money anew from what came in and from three facts of each lease (price, block of its start, block of
 * its end), and compares. Shares no arithmetic with the modules that it watches.
 */
export class MoneyAudit {
  private readonly world: MarketWorld;
  private readonly escrow: string;
  private readonly inflows = new Map<string, Inflow[]>();
  /** By `address denom`: what people sent and got from each other, and their coins at genesis. */
  private readonly own: Sums = new Map();
  private readonly grants: Sums = new Map();
  private readonly refunded: Sums = new Map();
  private readonly supply: ReadonlyMap<string, bigint>;
  private readonly problems: string[] = [];
  view: LedgerView;

  constructor(world: MarketWorld, crypto: CryptoPorts) {
    this.world = world;
    this.escrow = accountText(moduleAddress("escrow", crypto.hash));
    this.view = readLedger(world.app);
    this.supply = this.view.supply;
    for (const [address, coins] of this.view.balances) {
      for (const [denom, amount] of coins) add(this.own, `${address} ${denom}`, amount);
    }
  }

  /** Takes in a block and returns what is wrong after it. */
  after(txs: readonly (readonly Move[])[], response: FinalizeBlockResponse): readonly string[] {
    this.problems.length = 0;
    this.view = readLedger(this.world.app);
    txs.forEach((moves, i) => {
      const result = response.txResults[i];
      if (result?.codespace === "undefined") this.problems.push(`${moves.map((m) => m.what)}: ${result.log}`);
      if (result?.code === 0) this.takeIn(moves, result.events);
    });
    this.checkSupply();
    this.checkLeases();
    this.checkStates();
    const refunds = this.checkAccounts();
    this.checkBalances(refunds);
    this.checkGrants();
    return this.problems;
  }

  private expect(holds: boolean, text: () => string): void {
    if (!holds) this.problems.push(`height ${this.world.height}: ${text()}`);
  }

  private takeIn(moves: readonly Move[], events: FinalizeBlockResponse["events"]): void {
    for (const { signer, sends, grants } of moves) {
      if (sends !== undefined) {
        add(this.own, `${signer.address} ${sends.denom}`, -sends.amount);
        add(this.own, `${sends.to} ${sends.denom}`, sends.amount);
      }
      if (grants === undefined) continue;
      const key = `${signer.address} ${grants.grantee} ${grants.denom}`;
      for (const other of this.keysOfGrant(signer.address, grants.grantee)) this.grants.delete(other);
      if (grants.limit !== undefined) this.grants.set(key, grants.limit);
    }
    for (const event of events) {
      const attribute = (key: string): string => event.attributes.find((one) => one.key === key)?.value ?? "";
      if (event.type !== "transfer" || attribute("recipient") !== this.escrow) continue;
      const move = moves[Number(attribute("msg_index"))];
      const [, amount = "", denom = ""] = /^(\d+)(\w+)$/.exec(attribute("amount")) ?? [];
      if (move?.funds === undefined || amount === "") {
        this.problems.push(`${move?.what} moved ${attribute("amount")} into escrow`);
        continue;
      }
      this.deposit(move, { owner: attribute("sender"), denom, amount: BigInt(amount) });
    }
  }

  private deposit(move: Move, paid: Pick<Inflow, "owner" | "denom" | "amount">): void {
    const signer = move.signer.address;
    const granted = paid.owner !== signer;
    const source = granted && move.pays === undefined ? "grant" : "balance";
    const account = move.funds ?? "";
    this.inflows.set(account, [...(this.inflows.get(account) ?? []), { ...paid, source }]);
    if (!granted) return;
    add(this.grants, `${paid.owner} ${signer} ${paid.denom}`, -paid.amount);
    // Escrow keeps a grant that is spent, for refunds; authz removes it.
    const keys = this.keysOfGrant(paid.owner, signer);
    if (move.pays !== undefined && keys.every((key) => this.grants.get(key) === 0n)) {
      for (const key of keys) this.grants.delete(key);
    }
  }

  private keysOfGrant(granter: string | undefined, grantee: string | undefined): string[] {
    return [...this.grants.keys()].filter((key) => key.startsWith(`${granter} ${grantee} `));
  }

  private checkSupply(): void {
    const total: Sums = new Map();
    for (const coins of this.view.balances.values()) for (const [denom, amount] of coins) add(total, denom, amount);
    for (const [denom, amount] of this.supply) {
      this.expect(total.get(denom) === amount, () => `${total.get(denom)} ${denom} exist, not ${amount}`);
      this.expect(this.view.supply.get(denom) === amount, () => `the supply of ${denom} moved`);
    }
    const held: Sums = new Map();
    for (const { deposits } of this.view.accounts) for (const row of deposits) add(held, row.denom, row.amount);
    for (const { denom, balance } of this.view.payments) add(held, denom, balance);
    const coins = this.view.balances.get(this.escrow) ?? new Map<string, bigint>();
    for (const denom of new Set([...held.keys(), ...coins.keys()])) {
      const [has, owes] = [coins.get(denom) ?? 0n, held.get(denom) ?? 0n];
      this.expect(has === owes, () => `escrow has ${has} ${denom} and owes ${owes}`);
    }
  }

  /** Provider's total = ⌊rate × blocks⌋, however often it was withdrawn; closed lease, closed payment. */
  private checkLeases(): void {
    const payments = new Map(this.view.payments.map((row) => [row.key, row]));
    const accounts = new Map(this.view.accounts.map((row) => [row.key, row]));
    this.expect(payments.size === this.view.leases.length, () => "not every lease has one payment");
    for (const lease of this.view.leases) {
      const { owner, dseq, gseq, oseq, provider } = lease.id;
      const name = `lease ${owner}/${dseq}/${gseq}/${oseq}/${provider}`;
      const payment = payments.get(`deployment/${owner}/${dseq}/${gseq}/${oseq}/${provider}`);
      if (payment === undefined) {
        this.problems.push(`${name} has no payment`);
        continue;
      }
      const runs = lease.state === "active" || lease.state === "reclaiming";
      const account = accounts.get(payment.account);
      this.expect(runs === (payment.state === "open"), () => `${name} is ${lease.state}, paid ${payment.state}`);
      this.expect(!runs || account?.state === "open", () => `${name} runs on an account that is ${account?.state}`);
      const until = runs ? (account?.settledAt ?? 0n) : lease.closedOn;
      const earned = paidFor(payment.rate, until > lease.createdAt ? until - lease.createdAt : 0n);
      const got = payment.withdrawn + payment.balance + payment.unsettled;
      this.expect(got === earned, () => `${name} (${lease.state}) earned ${earned} by ${until}, has ${got}`);
      this.expect(runs || payment.balance === 0n, () => `${name} ended, and ${payment.balance} was not paid out`);
      const dry = payment.state === "overdrawn";
      this.expect(dry || payment.unsettled === 0n, () => `${name} is ${payment.state} and lacks ${payment.unsettled}`);
    }
  }

  private checkStates(): void {
    const accounts = new Map(this.view.accounts.map((row) => [row.key, row.state]));
    const under = (rows: readonly MarketRow[], id: MarketRow["id"], withOrder: boolean): MarketRow | undefined =>
      rows.find(
        (row) =>
          row.id.owner === id.owner &&
          row.id.dseq === id.dseq &&
          row.id.gseq === id.gseq &&
          (!withOrder || row.id.oseq === id.oseq),
      );
    for (const { id, state } of this.view.deployments) {
      const account = accounts.get(`deployment/${id.owner}/${id.dseq}`);
      this.expect((state === "active") === (account === "open"), () => `deployment ${state}, account ${account}`);
    }
    for (const { id, state } of this.view.bids) {
      const { owner, dseq, gseq, oseq, provider } = id;
      const account = accounts.get(`bid/${owner}/${dseq}/${gseq}/${oseq}/${provider}`);
      const stands = state === "open" || state === "active";
      this.expect(stands === (account === "open"), () => `bid ${state}, its deposit ${account}`);
      const order = under(this.view.orders, id, true)?.state;
      this.expect(!stands || order === state, () => `bid ${state} on an order that is ${order}`);
    }
    for (const { id, state } of this.view.orders) {
      const group = under(this.view.groups, id, false)?.state;
      this.expect(state === "closed" || group === "open", () => `order ${state} of a group that is ${group}`);
    }
    for (const { id, state } of this.view.leases) {
      if (state !== "active" && state !== "reclaiming") continue;
      const order = under(this.view.orders, id, true)?.state;
      this.expect(order === "active", () => `lease ${state} on an order that is ${order}`);
    }
  }

  /** Deposits are spent oldest first and go back to whoever made them; returns all refunds by `address denom`. */
  private checkAccounts(): Sums {
    const paid = new Map<string, Sums>();
    for (const { account, denom, withdrawn, balance } of this.view.payments) {
      const sums = paid.get(account) ?? new Map<string, bigint>();
      add(sums, denom, withdrawn + balance);
      paid.set(account, sums);
    }
    const refunds: Sums = new Map();
    for (const account of this.view.accounts) {
      const left = remainder(this.inflows.get(account.key) ?? [], paid.get(account.key) ?? new Map());
      if (account.state === "open") this.checkDeposits(account, left);
      else {
        this.expect(account.deposits.length === 0, () => `${account.key} is ${account.state} and holds deposits`);
        this.refund(account, left, refunds);
      }
    }
    return refunds;
  }

  private checkDeposits(account: AccountRow, left: readonly Inflow[]): void {
    const text = (rows: readonly DepositRow[]): string =>
      rows.map(({ owner, source, amount, denom }) => `${owner} ${source} ${amount}${denom}`).join(", ");
    const [has, must] = [text(account.deposits), text(left)];
    this.expect(has === must, () => `${account.key} holds [${has}], must hold [${must}]`);
  }

  private refund(account: AccountRow, left: readonly Inflow[], refunds: Sums): void {
    for (const { owner, denom, amount, source } of left) {
      add(refunds, `${owner} ${denom}`, amount);
      if (source === "grant") this.restore(account, `${owner} ${account.owner} ${denom}`, left);
    }
  }

  /**
   * A refund of granted money refills the account owner's grant of the same granter, if that still lives. Where
   * another grantee paid, it is the owner's all the same, as in the reference (market-modules.md §6.9).
   */
  private restore(account: AccountRow, grant: string, left: readonly Inflow[]): void {
    const total = left
      .filter((row) => row.source === "grant" && `${row.owner} ${account.owner} ${row.denom}` === grant)
      .reduce((sum, row) => sum + row.amount, 0n);
    const mark = `${account.key} ${grant}`;
    const news = total - (this.refunded.get(mark) ?? 0n);
    if (news === 0n) return;
    this.refunded.set(mark, total);
    const [granter, grantee] = grant.split(" ");
    if (this.keysOfGrant(granter, grantee).length > 0) add(this.grants, grant, news);
  }

  /** Everybody has what they had, less what they deposited, plus what they earned and what came back. */
  private checkBalances(refunds: Sums): void {
    const expected: Sums = new Map(this.own);
    for (const inflows of this.inflows.values()) {
      for (const { owner, denom, amount } of inflows) add(expected, `${owner} ${denom}`, -amount);
    }
    for (const { owner, denom, withdrawn } of this.view.payments) add(expected, `${owner} ${denom}`, withdrawn);
    for (const [key, amount] of refunds) add(expected, key, amount);
    for (const { address, name } of this.world.people) {
      const coins = this.view.balances.get(address);
      for (const denom of this.supply.keys()) {
        if (denom === feeDenom) continue;
        const [has, must] = [coins?.get(denom) ?? 0n, expected.get(`${address} ${denom}`) ?? 0n];
        this.expect(has === must, () => `${name} has ${has} ${denom}, must have ${must}`);
      }
    }
  }

  private checkGrants(): void {
    for (const key of new Set([...this.grants.keys(), ...this.view.grants.keys()])) {
      const [has, must] = [this.view.grants.get(key) ?? 0n, this.grants.get(key) ?? 0n];
      this.expect(has === must, () => `the grant ${key} has ${has} left, must have ${must}`);
    }
  }
}

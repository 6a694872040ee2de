import type { OwnState } from "@stoa/chain";
import { fields, items } from "./deviations-codes.ts";
import { decimalOf, type Json, numberOf, one, textOf } from "./deviations-json.ts";

/** A lease with what it must have been paid, of our own state. */
interface LeaseFacts {
  readonly createdAt: bigint;
  readonly closedOn: bigint;
  readonly active: boolean;
  /** True if the lease ended because the money did. */
  readonly insufficient: boolean;
}

/** Our own state at one height, read once. */
export class OwnBook {
  private readonly own: OwnState;
  private readonly leases = new Map<string, LeaseFacts>();
  private readonly accounts = new Map<string, Json>();
  private readonly payments = new Map<string, Json[]>();

  constructor(own: OwnState, height: bigint) {
    this.own = own;
    const all = { limit: "10000" };
    const leases = own.query("/akash.market.v1beta5.Query/Leases", { pagination: all }, height);
    for (const row of items(fields(leases).leases)) {
      const { id, state, created_at, closed_on } = fields(fields(row).lease);
      const { owner, dseq, gseq, oseq, provider } = fields(id);
      const key = [owner, dseq, gseq, oseq, provider].map(String).join("/");
      const active = state === "active" || state === "reclaiming";
      this.leases.set(key, {
        createdAt: numberOf(created_at),
        closedOn: numberOf(closed_on),
        active,
        insufficient: state === "insufficient_funds",
      });
    }
    const accounts = own.query("/akash.escrow.v1.Query/Accounts", { pagination: all }, height);
    for (const row of items(fields(accounts).accounts)) {
      const { scope, xid } = fields(fields(row).id);
      this.accounts.set(`${textOf(scope)} ${textOf(xid)}`, row);
    }
    const payments = own.query("/akash.escrow.v1.Query/Payments", { pagination: all }, height);
    for (const row of items(fields(payments).payments)) {
      const xid = textOf(fields(fields(fields(row).id).aid).xid);
      this.payments.set(xid, [...(this.payments.get(xid) ?? []), row]);
    }
  }

  bidState(id: Json | undefined): string {
    const { owner, dseq, gseq, oseq, provider } = fields(id);
    const request = {
      owner: owner ?? "",
      dseq: dseq ?? "0",
      gseq: gseq ?? 0,
      oseq: oseq ?? 0,
      provider: provider ?? "",
    };
    return textOf(fields(fields(this.own.query("/akash.market.v1beta5.Query/Bid", { id: request })).bid).state);
  }

  private deposits(state: Readonly<Record<string, Json | undefined>>, denom: string): bigint {
    const balances = items(state.deposits).map((entry) => fields(fields(entry).balance));
    return balances.filter((coin) => coin.denom === denom).reduce((sum, coin) => sum + decimalOf(coin.amount), 0n);
  }

  /** True if the account's amounts follow from its deposits and payments. */
  accountHolds(row: Json | undefined): boolean {
    const { id, state } = fields(row);
    const { xid, scope } = fields(id);
    const account = fields(state);
    const closed = account.state === "closed";
    const payments = scope === "deployment" ? (this.payments.get(textOf(xid)) ?? []) : [];
    const paid = (denom: string): bigint =>
      payments
        .map(paymentAmounts)
        .filter((one) => one.denom === denom)
        .reduce((sum, one) => sum + one.paid, 0n);
    const owed = (denom: string): bigint =>
      payments
        .map(paymentAmounts)
        .filter((one) => one.denom === denom)
        .reduce((sum, one) => sum + one.unsettled, 0n);
    const transferred = items(account.transferred).map(fields);
    if (!transferred.every((coin) => decimalOf(coin.amount) === paid(textOf(coin.denom)))) return false;
    if (closed && items(account.deposits).length > 0) return false;
    return items(account.funds)
      .map(fields)
      .every((coin) => {
        const denom = textOf(coin.denom);
        return decimalOf(coin.amount) === this.deposits(account, denom) - owed(denom);
      });
  }

  /** True if the payment was credited exactly ⌊rate × blocks⌋, whoever withdrew how often. */
  paymentHolds(row: Json | undefined): boolean {
    const { id, state } = fields(row);
    const { aid, xid } = fields(id);
    const account = textOf(fields(aid).xid);
    const payment = fields(state);
    const lease = this.leases.get(`${account}/${textOf(xid)}`);
    const settledAt = numberOf(fields(fields(this.accounts.get(`deployment ${account}`)).state).settled_at);
    if (lease === undefined) return false;
    const rate = decimalOf(fields(payment.rate).amount);
    const { paid, unsettled } = paymentAmounts(row as Json);
    const earned = (end: bigint): bigint => ((rate * (end - lease.createdAt)) / one) * one;
    if (payment.state === "open") return lease.active && unsettled === 0n && paid === earned(settledAt);
    if (payment.state === "overdrawn") return !lease.active && paid + unsettled === earned(settledAt);
    return !lease.active && unsettled === 0n && (paid === earned(lease.closedOn) || paid === earned(settledAt));
  }

  /** True if a payment of the deployment has a price with a fraction. */
  hasFractionalRate(key: string): boolean {
    const rates = (this.payments.get(key) ?? []).map((row) => fields(fields(fields(row).state).rate).amount);
    return rates.some((rate) => decimalOf(rate) % one !== 0n);
  }

  /** True if the deployment's money ended before its time: the account is overdrawn, or was when it closed. */
  ranDry(key: string): boolean {
    const dry = (row: Json | undefined): boolean => fields(fields(row).state).state === "overdrawn";
    const owing = (this.payments.get(key) ?? []).some((row) => dry(row) || this.endedByDebt(row));
    return dry(this.accounts.get(`deployment ${key}`)) || owing;
  }

  /** True for a closed payment whose time stood still before its lease closed, or at its close. */
  private endedByDebt(row: Json): boolean {
    const { id, state } = fields(row);
    const account = textOf(fields(fields(id).aid).xid);
    const lease = this.leases.get(`${account}/${textOf(fields(id).xid)}`);
    return fields(state).state === "closed" && lease?.insufficient === true;
  }

  /**
   * True if what was credited since an earlier book was shared pro rata by what was due, to within the unit that
   * rounding leaves. Where all dues were paid, each payment got its own.
   */
  sharedProRata(before: OwnBook, key: string): boolean {
    const earlier = new Map(
      (before.payments.get(key) ?? []).map((row) => [paymentName(row), paymentAmounts(row).paid]),
    );
    const credits = (this.payments.get(key) ?? []).map((row) => {
      const { denom, paid, unsettled } = paymentAmounts(row);
      const had = earlier.get(paymentName(row)) ?? 0n;
      return { denom, share: (paid - had) / one, due: (paid + unsettled - had) / one };
    });
    return credits.every(({ denom, share, due }) => {
      const same = credits.filter((other) => other.denom === denom);
      const [shares, dues] = [
        same.reduce((sum, { share }) => sum + share, 0n),
        same.reduce((sum, { due }) => sum + due, 0n),
      ];
      const error = share * dues - due * shares;
      return share <= due && (dues === 0n || (error < dues && -error < dues));
    });
  }

  leaseCount(key: string): number {
    return (this.payments.get(key) ?? []).length;
  }

  /** True if a deployment's account and all its payments hold. */
  deploymentHolds(key: string): boolean {
    const payments = this.payments.get(key) ?? [];
    return this.accountHolds(this.accounts.get(`deployment ${key}`)) && payments.every((row) => this.paymentHolds(row));
  }
}

function paymentName(row: Json): string {
  return textOf(fields(fields(row).id).xid);
}

function paymentAmounts(row: Json): { denom: string; paid: bigint; unsettled: bigint } {
  const state = fields(fields(row).state);
  const withdrawn = fields(state.withdrawn);
  return {
    denom: textOf(withdrawn.denom),
    paid: numberOf(withdrawn.amount) * one + decimalOf(fields(state.balance).amount),
    unsettled: decimalOf(fields(state.unsettled).amount),
  };
}

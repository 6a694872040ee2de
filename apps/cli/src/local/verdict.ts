import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { ChainClient } from "@stoa/client";
import { fromBase64, toHex } from "@stoa/std";
import { QueryAllBalancesRequestSchema, QueryAllBalancesResponseSchema } from "@stoa/wire/cosmos.bank.v1beta1";

/*
 * The judge of `up --check`. It knows nothing of how the chain settles: from the bid's price, the block of the lease and
 * the block of its close it computes what is owed, adds the fees that the blocks show, and compares every balance.
 */

/** A person or module whose money is compared. */
export interface Holder {
  readonly name: string;
  readonly address: string;
}

/** Amounts by address, then denomination. */
export type Balances = ReadonlyMap<string, ReadonlyMap<string, bigint>>;

/** The three facts of a lease, and who is who. */
export interface LeaseFacts {
  readonly tenant: string;
  readonly provider: string;
  readonly denom: string;
  /** Price per block as decimal text with 18 places. */
  readonly price: string;
  readonly leasedAt: bigint;
  readonly closedAt: bigint;
}

/** One balance that is not what it should be. */
export interface Mismatch {
  readonly holder: string;
  readonly denom: string;
  readonly expected: bigint;
  readonly actual: bigint;
}

export interface Verdict {
  readonly ok: boolean;
  readonly owed: bigint;
  readonly blocks: bigint;
  readonly mismatches: readonly Mismatch[];
}

/** What a lease owes: whole units of price × blocks. */
export function owedFor(facts: Pick<LeaseFacts, "price" | "leasedAt" | "closedAt">): bigint {
  const [whole = "0", fraction = ""] = facts.price.split(".");
  const scaled = BigInt(whole) * 10n ** 18n + BigInt(fraction.padEnd(18, "0"));
  return (scaled * (facts.closedAt - facts.leasedAt)) / 10n ** 18n;
}

/** Compares balances before and after with what leases and fees explain. Pure. */
export function judge(params: {
  readonly holders: readonly Holder[];
  readonly leases: readonly LeaseFacts[];
  /** Fees paid in between, by payer, then denomination. */
  readonly fees: Balances;
  readonly feeCollector: string;
  readonly before: Balances;
  readonly after: Balances;
}): Verdict {
  const expected = new Map<string, Map<string, bigint>>();
  const add = (address: string, denom: string, amount: bigint): void => {
    const held = expected.get(address) ?? new Map<string, bigint>();
    held.set(denom, (held.get(denom) ?? 0n) + amount);
    expected.set(address, held);
  };
  for (const [address, coins] of params.before) for (const [denom, amount] of coins) add(address, denom, amount);
  let owed = 0n;
  let blocks = 0n;
  for (const lease of params.leases) {
    const due = owedFor(lease);
    owed += due;
    blocks += lease.closedAt - lease.leasedAt;
    add(lease.tenant, lease.denom, -due);
    add(lease.provider, lease.denom, due);
  }
  for (const [payer, coins] of params.fees)
    for (const [denom, amount] of coins) {
      add(payer, denom, -amount);
      add(params.feeCollector, denom, amount);
    }
  const mismatches: Mismatch[] = [];
  for (const { name, address } of params.holders) {
    const wanted = expected.get(address) ?? new Map<string, bigint>();
    const actual = params.after.get(address) ?? new Map<string, bigint>();
    for (const denom of new Set([...wanted.keys(), ...actual.keys()])) {
      const [want, have] = [wanted.get(denom) ?? 0n, actual.get(denom) ?? 0n];
      if (want !== have) mismatches.push({ holder: name, denom, expected: want, actual: have });
    }
  }
  return { ok: mismatches.length === 0, owed, blocks, mismatches };
}

/** Balances of all holders at one height, so that they belong together. */
export async function balancesAt(client: ChainClient, holders: readonly Holder[], height: bigint): Promise<Balances> {
  const all = new Map<string, ReadonlyMap<string, bigint>>();
  for (const { address } of holders) {
    const data = toHex(toBinary(QueryAllBalancesRequestSchema, create(QueryAllBalancesRequestSchema, { address })));
    const path = "/cosmos.bank.v1beta1.Query/AllBalances";
    const answer = await client.rpc.call("abci_query", { path, data, height: String(height), prove: false });
    const { code, log, value } = answer.response as { code?: number; log?: string; value?: string | null };
    if ((code ?? 0) !== 0) throw new Error(`balances of ${address} at ${height}: ${log}`);
    const { balances } = fromBinary(QueryAllBalancesResponseSchema, fromBase64(value ?? "") ?? new Uint8Array());
    all.set(address, new Map(balances.map(({ denom, amount }) => [denom, BigInt(amount)])));
  }
  return all;
}

/** Fees that the transactions of the blocks `from`+1 to `to` paid, failed ones too. */
export async function feesBetween(client: ChainClient, from: bigint, to: bigint): Promise<Balances> {
  const fees = new Map<string, Map<string, bigint>>();
  for (let height = from + 1n; height <= to; height++) {
    const { transactions } = await client.blockResults(height);
    for (const { events } of transactions) {
      for (const { type, attributes } of events) {
        const value = (key: string): string => attributes.find((one) => one.key === key)?.value ?? "";
        if (type !== "tx" || value("fee") === "") continue;
        const payer = value("fee_payer");
        const paid = fees.get(payer) ?? new Map<string, bigint>();
        for (const coin of value("fee").split(",")) {
          const match = /^(\d+)(.+)$/.exec(coin);
          if (match === null) continue;
          const [amount, denom] = [BigInt(match[1] as string), match[2] as string];
          paid.set(denom, (paid.get(denom) ?? 0n) + amount);
        }
        fees.set(payer, paid);
      }
    }
  }
  return fees;
}

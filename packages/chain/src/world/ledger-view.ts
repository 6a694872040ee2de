import { Dec } from "@stoa/std";
import type { Application } from "../application.ts";

/** The exported state as far as money is concerned, read as any outsider would read it. */

export interface DepositRow {
  readonly owner: string;
  readonly source: string;
  readonly denom: string;
  readonly amount: bigint;
}

export interface AccountRow {
  readonly key: string;
  readonly owner: string;
  readonly state: string;
  readonly settledAt: bigint;
  readonly deposits: readonly DepositRow[];
}

export interface PaymentRow {
  readonly key: string;
  readonly account: string;
  readonly owner: string;
  readonly state: string;
  readonly denom: string;
  readonly rate: Dec;
  readonly balance: bigint;
  readonly unsettled: bigint;
  readonly withdrawn: bigint;
}

/** Ids of market objects: as much of them as an object has. */
export interface MarketId {
  readonly owner: string;
  readonly dseq: bigint;
  readonly gseq: number;
  readonly oseq: number;
  readonly provider: string;
  readonly bseq: number;
}

export interface MarketRow {
  readonly id: MarketId;
  readonly state: string;
  readonly createdAt: bigint;
  readonly closedOn: bigint;
}

export interface LedgerView {
  /** By address, then denomination. */
  readonly balances: ReadonlyMap<string, ReadonlyMap<string, bigint>>;
  readonly supply: ReadonlyMap<string, bigint>;
  readonly accounts: readonly AccountRow[];
  readonly payments: readonly PaymentRow[];
  readonly deployments: readonly MarketRow[];
  readonly groups: readonly MarketRow[];
  readonly orders: readonly MarketRow[];
  readonly bids: readonly MarketRow[];
  readonly leases: readonly MarketRow[];
  /** Limits of deposit grants, by `granter grantee denom`. */
  readonly grants: ReadonlyMap<string, bigint>;
}

interface CoinJson {
  readonly denom: string;
  readonly amount: string;
}

interface IdJson {
  readonly owner: string;
  readonly dseq: string;
  readonly gseq?: number;
  readonly oseq?: number;
  readonly provider?: string;
  readonly bseq?: number;
}

interface ObjectJson {
  readonly id: IdJson;
  readonly state: string;
  readonly created_at: string;
  readonly closed_on?: string;
}

interface AccountIdJson {
  readonly scope: string;
  readonly xid: string;
}

interface GenesisJson {
  readonly bank: {
    readonly balances: readonly { readonly address: string; readonly coins: readonly CoinJson[] }[];
    readonly supply: readonly CoinJson[];
  };
  readonly authz: {
    readonly authorization: readonly {
      readonly granter: string;
      readonly grantee: string;
      readonly authorization: { readonly spend_limits?: readonly CoinJson[] };
    }[];
  };
  readonly deployment: {
    readonly deployments: readonly { readonly deployment: ObjectJson; readonly groups: readonly ObjectJson[] }[];
  };
  readonly market: {
    readonly orders: readonly ObjectJson[];
    readonly bids: readonly ObjectJson[];
    readonly leases: readonly ObjectJson[];
  };
  readonly escrow: {
    readonly accounts: readonly {
      readonly id: AccountIdJson;
      readonly state: {
        readonly owner: string;
        readonly state: string;
        readonly settled_at: string;
        readonly deposits: readonly { readonly owner: string; readonly source: string; readonly balance: CoinJson }[];
      };
    }[];
    readonly payments: readonly {
      readonly id: { readonly aid: AccountIdJson; readonly xid: string };
      readonly state: {
        readonly owner: string;
        readonly state: string;
        readonly rate: CoinJson;
        readonly balance: CoinJson;
        readonly unsettled: CoinJson;
        readonly withdrawn: CoinJson;
      };
    }[];
  };
}

/** Whole units of a decimal amount; a fraction would be money that nobody can own. */
function units(text: string): bigint {
  const amount = Dec.of(text);
  const whole = amount.truncateInt();
  if (!amount.equals(Dec.fromInt(whole))) throw new Error(`${text} is no whole number of units`);
  return whole;
}

function market(json: ObjectJson): MarketRow {
  const { owner, dseq, gseq = 0, oseq = 0, provider = "", bseq = 0 } = json.id;
  return {
    id: { owner, dseq: BigInt(dseq), gseq, oseq, provider, bseq },
    state: json.state,
    createdAt: BigInt(json.created_at),
    closedOn: BigInt(json.closed_on ?? "0"),
  };
}

function coinMap(coins: readonly CoinJson[]): ReadonlyMap<string, bigint> {
  return new Map(coins.map(({ denom, amount }) => [denom, BigInt(amount)]));
}

function accountRows({ escrow }: GenesisJson): AccountRow[] {
  return escrow.accounts.map(({ id, state }) => ({
    key: `${id.scope}/${id.xid}`,
    owner: state.owner,
    state: state.state,
    settledAt: BigInt(state.settled_at),
    deposits: state.deposits.map(({ owner, source, balance }) => ({
      owner,
      source,
      denom: balance.denom,
      amount: units(balance.amount),
    })),
  }));
}

function paymentRows({ escrow }: GenesisJson): PaymentRow[] {
  return escrow.payments.map(({ id, state }) => ({
    key: `${id.aid.scope}/${id.aid.xid}/${id.xid}`,
    account: `${id.aid.scope}/${id.aid.xid}`,
    owner: state.owner,
    state: state.state,
    denom: state.rate.denom,
    rate: Dec.of(state.rate.amount),
    balance: units(state.balance.amount),
    unsettled: units(state.unsettled.amount),
    withdrawn: BigInt(state.withdrawn.amount),
  }));
}

/** Reads the last committed state. */
export function readLedger(app: Application): LedgerView {
  // The export is protobuf JSON whose form the modules' own tests hold.
  const json = app.exportGenesis() as unknown as GenesisJson;
  const grants = json.authz.authorization.flatMap(({ granter, grantee, authorization }) =>
    (authorization.spend_limits ?? []).map(
      ({ denom, amount }) => [`${granter} ${grantee} ${denom}`, BigInt(amount)] as const,
    ),
  );
  return {
    balances: new Map(json.bank.balances.map(({ address, coins }) => [address, coinMap(coins)])),
    supply: coinMap(json.bank.supply),
    accounts: accountRows(json),
    payments: paymentRows(json),
    deployments: json.deployment.deployments.map(({ deployment }) => market(deployment)),
    groups: json.deployment.deployments.flatMap(({ groups }) => groups.map(market)),
    orders: json.market.orders.map(market),
    bids: json.market.bids.map(market),
    leases: json.market.leases.map(market),
    grants: new Map(grants),
  };
}

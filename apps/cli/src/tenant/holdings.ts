/** What a tenant has on the chain: deployments, their leases and the money that is left for them. */
import { type ChainClient, isNotFound } from "@stoa/client";
import { blocksAfforded, type DeploymentId, type LeaseId, readDecCoin } from "@stoa/market";
import { Dec } from "@stoa/std";
import { Deployment_State } from "@stoa/wire/akash.deployment.v1";
import {
  Query as DeploymentQuery,
  type GroupSpec,
  type QueryDeploymentResponse,
} from "@stoa/wire/akash.deployment.v1beta4";
import { State as EscrowState } from "@stoa/wire/akash.escrow.types.v1";
import { type Lease, Lease_State, LeaseClosedReason } from "@stoa/wire/akash.market.v1";
import { Query as MarketQuery } from "@stoa/wire/akash.market.v1beta5";
import { CliError } from "../command.ts";

/** A lease in words. */
export interface LeaseFacts {
  readonly id: LeaseId;
  readonly state: string;
  /** True while it is paid for. */
  readonly live: boolean;
  readonly price: Dec;
  readonly denom: string;
  readonly since: bigint;
  readonly closedOn: bigint;
  readonly reason: string;
}

/** A deployment with everything that hangs on it. */
export interface DeploymentFacts {
  readonly id: DeploymentId;
  readonly state: string;
  readonly active: boolean;
  readonly since: bigint;
  readonly hash: Uint8Array;
  readonly groups: readonly GroupSpec[];
  readonly leases: readonly LeaseFacts[];
  readonly escrow: EscrowFacts;
}

export interface EscrowFacts {
  readonly state: string;
  readonly denom: string;
  /** What the chain's books say, at `settledAt`; what has been used since then is not yet taken off. */
  readonly funds: Dec;
  readonly settledAt: bigint;
}

/** How long an escrow account lasts. */
export interface Runway {
  /** What is left at this height. */
  readonly left: Dec;
  readonly perBlock: Dec;
  /** Blocks until it is empty; undefined while nothing draws on it. */
  readonly blocks: bigint | undefined;
}

/** Why a lease ended, in words; "" while it runs. */
function reasonText(reason: LeaseClosedReason): string {
  if (reason === LeaseClosedReason.lease_closed_invalid) return "";
  return (LeaseClosedReason[reason] ?? "").replace(/^lease_closed_(reason_)?/, "").replaceAll("_", " ");
}

function leaseFacts(lease: Lease): LeaseFacts {
  const { owner = "", dseq = 0n, gseq = 0, oseq = 0, provider = "", bseq = 0 } = lease.id ?? {};
  const price = lease.price === undefined ? undefined : readDecCoin(lease.price);
  return {
    id: { owner, dseq, gseq, oseq, provider, bseq },
    state: Lease_State[lease.state] ?? "unknown",
    live: lease.state === Lease_State.active || lease.state === Lease_State.reclaiming,
    price: price?.amount ?? Dec.zero,
    denom: price?.denom ?? "",
    since: lease.createdAt,
    closedOn: lease.closedOn,
    reason: reasonText(lease.reason),
  };
}

/** The leases of an owner, of one deployment or of all. */
export async function readLeases(client: ChainClient, owner: string, dseq = 0n): Promise<LeaseFacts[]> {
  const rows = await client.queryAll(
    MarketQuery.method.leases,
    (pagination) => ({ filters: { owner, dseq }, pagination }),
    (answer) => ({ rows: answer.leases, nextKey: answer.pagination?.nextKey }),
  );
  return rows.flatMap(({ lease }) => (lease === undefined ? [] : [leaseFacts(lease)]));
}

function escrowFacts(account: QueryDeploymentResponse["escrowAccount"]): EscrowFacts {
  const state = account?.state;
  const funds = state?.funds[0];
  const coin = funds === undefined ? undefined : readDecCoin(funds);
  return {
    state: EscrowState[state?.state ?? 0] ?? "unknown",
    denom: coin?.denom ?? "uact",
    funds: coin?.amount ?? Dec.zero,
    settledAt: state?.settledAt ?? 0n,
  };
}

function deploymentFacts(row: QueryDeploymentResponse, leases: readonly LeaseFacts[]): DeploymentFacts | undefined {
  const { deployment, groups, escrowAccount } = row;
  const id = deployment?.id;
  if (deployment === undefined || id === undefined) return undefined;
  return {
    id: { owner: id.owner, dseq: id.dseq },
    state: Deployment_State[deployment.state] ?? "unknown",
    active: deployment.state === Deployment_State.active,
    since: deployment.createdAt,
    hash: deployment.hash,
    groups: groups.flatMap(({ groupSpec }) => (groupSpec === undefined ? [] : [groupSpec])),
    leases: leases.filter((lease) => lease.id.dseq === id.dseq),
    escrow: escrowFacts(escrowAccount),
  };
}

/** One deployment. Throws {@link CliError} when the owner has none of this number. */
export async function readDeployment(client: ChainClient, id: DeploymentId): Promise<DeploymentFacts> {
  try {
    const row = await client.query(DeploymentQuery.method.deployment, { id });
    const facts = deploymentFacts(row, await readLeases(client, id.owner, id.dseq));
    if (facts !== undefined) return facts;
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  throw new CliError("no_such_deployment", `${id.owner} has no deployment ${id.dseq}`, {
    hint: "stoa status lists your deployments",
  });
}

/** An owner's deployments, active ones only or all. */
export async function readDeployments(client: ChainClient, owner: string, all: boolean): Promise<DeploymentFacts[]> {
  const filters = { owner, state: all ? "" : "active" };
  const [rows, leases] = await Promise.all([
    client.queryAll(
      DeploymentQuery.method.deployments,
      (pagination) => ({ filters, pagination }),
      (answer) => ({ rows: answer.deployments, nextKey: answer.pagination?.nextKey }),
    ),
    readLeases(client, owner),
  ]);
  return rows.flatMap((row) => deploymentFacts(row, leases) ?? []);
}

/** What is left in a deployment's escrow at a height, and for how many blocks. */
export function runwayOf({ escrow, leases }: DeploymentFacts, height: bigint): Runway {
  const live = leases.filter((lease) => lease.live && lease.denom === escrow.denom);
  let left = escrow.funds;
  let perBlock = Dec.zero;
  for (const { price, since } of live) {
    const from = since > escrow.settledAt ? since : escrow.settledAt;
    if (height > from) left = left.sub(price.mulInt(height - from));
    perBlock = perBlock.add(price);
  }
  if (left.isNegative()) left = Dec.zero;
  return { left, perBlock, blocks: blocksAfforded(left, perBlock) };
}

import type { ChainClient } from "@stoa/client";
import type { DeploymentId, LeaseId } from "@stoa/market";
import type { CompiledSdl } from "@stoa/sdl";
import { Dec, toHex } from "@stoa/std";
import { Query as DeploymentQuery } from "@stoa/wire/akash.deployment.v1beta4";
import { Bid_State, Query as MarketQuery } from "@stoa/wire/akash.market.v1beta5";
import type { BidRow } from "./bids.ts";

/** A deployment whose groups all have a lease. */
export interface RunningDeployment {
  readonly id: DeploymentId;
  readonly leases: readonly { readonly id: LeaseId; readonly bid: BidRow; readonly height: bigint }[];
}

/** The bids of a deployment that became leases, in order of groups. */
async function leasedBids(client: ChainClient, id: DeploymentId): Promise<RunningDeployment["leases"]> {
  const filters = { ...id, gseq: 0, oseq: 0, provider: "", bseq: 0, state: "active" };
  const rows = await client.queryAll(
    MarketQuery.method.bids,
    (pagination) => ({ filters, pagination }),
    (answer) => ({ rows: answer.bids, nextKey: answer.pagination?.nextKey }),
  );
  return rows.flatMap(({ bid }) => {
    const price = bid?.price === undefined ? undefined : Dec.fromWire(bid.price.amount);
    if (bid?.id === undefined || bid.price === undefined || price === undefined) return [];
    if (bid.state !== Bid_State.active) return [];
    const { owner, dseq, gseq, oseq, provider, bseq } = bid.id;
    const row = { provider, denom: bid.price.denom, price, bid };
    return [{ id: { owner, dseq, gseq, oseq, provider, bseq }, bid: row, height: bid.createdAt }];
  });
}

/** The owner's newest active deployment of this very SDL, if every group of it has its lease. */
export async function findRunning(
  client: ChainClient,
  owner: string,
  compiled: CompiledSdl,
): Promise<RunningDeployment | undefined> {
  const filters = { owner, dseq: 0n, state: "active" };
  const active = await client.queryAll(
    DeploymentQuery.method.deployments,
    (pagination) => ({ filters, pagination }),
    (answer) => ({ rows: answer.deployments, nextKey: answer.pagination?.nextKey }),
  );
  const same = active.filter(({ deployment }) => toHex(deployment?.hash ?? new Uint8Array()) === compiled.versionHash);
  const id = same.at(-1)?.deployment?.id;
  if (id === undefined) return undefined;
  const leases = await leasedBids(client, { owner: id.owner, dseq: id.dseq });
  return leases.length === (compiled.groups ?? []).length
    ? { id: { owner: id.owner, dseq: id.dseq }, leases }
    : undefined;
}

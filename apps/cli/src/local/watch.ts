import { setTimeout as sleep } from "node:timers/promises";
import type { ChainClient } from "@stoa/client";
import type { DeploymentId } from "@stoa/market";
import { blocksAfforded } from "@stoa/market";
import { Dec } from "@stoa/std";
import { Query as DeploymentQuery } from "@stoa/wire/akash.deployment.v1beta4";
import type { Output } from "../output.ts";
import { humanAmount, humanDuration } from "../tenant/money.ts";

const pollMs = 500;

/** Money of a running deployment at a height. */
export interface EscrowView {
  readonly open: boolean;
  readonly denom: string;
  /** Left after what has been earned since the last settlement. */
  readonly left: Dec;
  readonly blocksLeft: bigint;
  readonly height: bigint;
}

/**
 * What is left in escrow now: the chain settles only when somebody touches the account, so what the leases have earned
 * since is taken off here.
 */
export async function readEscrow(
  client: ChainClient,
  id: DeploymentId,
  ratePerBlock: Dec,
): Promise<EscrowView | undefined> {
  const [{ height }, answer] = await Promise.all([
    client.status(),
    client.query(DeploymentQuery.method.deployment, { id }),
  ]);
  const state = answer.escrowAccount?.state;
  const funds = state?.funds[0];
  const amount = funds === undefined ? undefined : Dec.fromWire(funds.amount);
  if (state === undefined || funds === undefined || amount === undefined) return undefined;
  const since = height > state.settledAt ? height - state.settledAt : 0n;
  const due = ratePerBlock.mulInt(since);
  const left = amount.gt(due) ? amount.sub(due) : Dec.zero;
  return {
    open: Number(state.state) === 1,
    denom: funds.denom,
    left,
    blocksLeft: blocksAfforded(left, ratePerBlock) ?? 0n,
    height,
  };
}

/** Shows the escrow running down, block by block, until told to stop or the money ends. Answers whether it ended. */
export async function watchEscrow(params: {
  readonly client: ChainClient;
  readonly id: DeploymentId;
  readonly rate: Dec;
  readonly intervalMs: bigint;
  readonly output: Output;
  readonly stopping: AbortSignal;
}): Promise<boolean> {
  const { client, id, rate, intervalMs, output, stopping } = params;
  let seen = 0n;
  while (!stopping.aborted) {
    const view = await readEscrow(client, id, rate).catch(() => undefined);
    if (view !== undefined && view.height !== seen) {
      seen = view.height;
      if (!view.open) {
        output.settle();
        output.line("the deployment's money has ended, or it was closed");
        output.event("closed", { dseq: id.dseq.toString(), height: view.height.toString() });
        return true;
      }
      const time = humanDuration(view.blocksLeft * intervalMs);
      output.progress(`block ${view.height}: ${humanAmount(view.left, view.denom)} left in escrow, ${time}`);
      output.event("escrow", {
        dseq: id.dseq.toString(),
        height: view.height.toString(),
        left: view.left.toString(),
        denom: view.denom,
        blocksLeft: view.blocksLeft.toString(),
      });
    }
    // Rejects when told to stop; the loop's condition sees it.
    await sleep(pollMs, undefined, { signal: stopping }).catch(() => undefined);
  }
  output.settle();
  return false;
}

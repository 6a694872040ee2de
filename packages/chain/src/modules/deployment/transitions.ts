import { escrowScopes, type GroupId, parseDeploymentId } from "@stoa/market";
import {
  EventDeploymentClosedSchema,
  EventGroupClosedSchema,
  EventGroupPausedSchema,
  EventGroupStartedSchema,
} from "@stoa/wire/akash.deployment.v1";
import type { Group } from "@stoa/wire/akash.deployment.v1beta4";
import type { Context } from "../../context.ts";
import { refuse } from "../../errors.ts";
import { emitTyped } from "../../typed-event.ts";
import { type EscrowAccount, escrowStates } from "../escrow/types.ts";
import { deploymentErrors } from "./errors.ts";
import { type DeploymentKey, deploymentKey, deployments, groupKey, groupKeyCodec, groups, idOf } from "./keys.ts";
import type { DeploymentNeeds } from "./needs.ts";
import { deploymentStates, groupStates } from "./types.ts";

export function requireGroup(ctx: Context, id: GroupId): Group {
  return groups.get(ctx, groupKey(id)) ?? refuse(deploymentErrors.groupNotFound);
}

/** The groups of a deployment in order of gseq. */
export function groupsOf(ctx: Context, [owner, dseq]: DeploymentKey): Group[] {
  return [...groups.scan(ctx, { under: groupKeyCodec.partial(owner, dseq) })].map((row) => row.value);
}

function setState(ctx: Context, group: Group, state: number): void {
  groups.set(ctx, groupKey(idOf(group)), { ...group, state });
}

/** Also announces groups whose money ended: the event has no word for that (M-18). */
export function closeGroup(ctx: Context, group: Group, state: number): void {
  setState(ctx, group, state);
  emitTyped(ctx, EventGroupClosedSchema, { id: idOf(group) });
}

export function pauseGroup(ctx: Context, group: Group): void {
  setState(ctx, group, groupStates.paused);
  emitTyped(ctx, EventGroupPausedSchema, { id: idOf(group) });
}

export function startGroup(ctx: Context, group: Group): void {
  setState(ctx, group, groupStates.open);
  emitTyped(ctx, EventGroupStartedSchema, { id: idOf(group) });
}

/** The escrow account of a deployment ended: deployment, groups and market objects follow (market-modules.md §6.10). */
export function accountClosed(ctx: Context, needs: DeploymentNeeds, account: EscrowAccount): void {
  // A bid's account ends with its bid; nothing else hangs on it (E-10).
  if (account.id.scope !== escrowScopes.deployment) return;
  const id = parseDeploymentId(account.id.xid);
  if (!id.ok) return;
  const key = deploymentKey(id.value);
  const deployment = deployments.get(ctx, key);
  if (deployment === undefined || deployment.state !== deploymentStates.active) return;
  deployments.set(ctx, key, { ...deployment, state: deploymentStates.closed });
  emitTyped(ctx, EventDeploymentClosedSchema, { id: idOf(deployment) });
  const dry = account.state === escrowStates.overdrawn;
  for (const group of groupsOf(ctx, key)) {
    if (group.state === groupStates.closed) continue;
    closeGroup(ctx, group, dry ? groupStates.insufficientFunds : groupStates.closed);
    needs.groupClosed(ctx, idOf(group), dry);
  }
}

import { type GroupId, validateGroupId } from "@stoa/market";
import type { MsgCloseGroup, MsgPauseGroup, MsgStartGroup } from "@stoa/wire/akash.deployment.v1beta4";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { deploymentErrors } from "../errors.ts";
import { deploymentKey, deployments } from "../keys.ts";
import type { DeploymentNeeds } from "../needs.ts";
import { closeGroup, pauseGroup, requireGroup, startGroup } from "../transitions.ts";
import { groupStates } from "../types.ts";

/** MsgCloseGroup, MsgPauseGroup and MsgStartGroup: three moves of one small state machine (market-modules.md §4.1). */

const noId: GroupId = { owner: "", dseq: 0n, gseq: 0 };

type GroupMessage = MsgCloseGroup | MsgPauseGroup | MsgStartGroup;

export function checkGroupMessage(msg: GroupMessage): void {
  refuseIf(validateGroupId(msg.id ?? noId));
}

export function applyCloseGroup(ctx: Context, needs: DeploymentNeeds, msg: MsgCloseGroup): Record<string, never> {
  const id = msg.id ?? noId;
  const group = requireGroup(ctx, id);
  if (group.state === groupStates.closed) refuse(deploymentErrors.groupClosed);
  closeGroup(ctx, group, groupStates.closed);
  needs.groupClosed(ctx, id, false);
  return {};
}

export function applyPauseGroup(ctx: Context, needs: DeploymentNeeds, msg: MsgPauseGroup): Record<string, never> {
  const id = msg.id ?? noId;
  const group = requireGroup(ctx, id);
  if (group.state === groupStates.closed) refuse(deploymentErrors.groupClosed);
  if (group.state === groupStates.paused) refuse(deploymentErrors.groupPaused);
  pauseGroup(ctx, group);
  needs.groupClosed(ctx, id, false);
  return {};
}

export function applyStartGroup(ctx: Context, needs: DeploymentNeeds, msg: MsgStartGroup): Record<string, never> {
  const id = msg.id ?? noId;
  const group = requireGroup(ctx, id);
  if (group.state === groupStates.closed) refuse(deploymentErrors.groupClosed);
  if (group.state === groupStates.open) refuse(deploymentErrors.groupOpen);
  startGroup(ctx, group);
  const deployment = deployments.get(ctx, deploymentKey(id)) ?? refuse(deploymentErrors.deploymentNotFound);
  const spec = group.groupSpec ?? refuse(deploymentErrors.internal, "a group without a spec");
  needs.createOrder(ctx, id, { spec, reclamation: deployment.reclamation });
  return {};
}

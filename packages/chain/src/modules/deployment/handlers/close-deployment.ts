import { deploymentEscrowId, validateDeploymentId } from "@stoa/market";
import type { MsgCloseDeployment } from "@stoa/wire/akash.deployment.v1beta4";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { deploymentErrors } from "../errors.ts";
import { deploymentKey, deployments } from "../keys.ts";
import type { DeploymentNeeds } from "../needs.ts";
import { deploymentStates } from "../types.ts";

const noId = { owner: "", dseq: 0n } as const;

export function checkCloseDeployment(msg: MsgCloseDeployment): void {
  refuseIf(validateDeploymentId(msg.id ?? noId));
}

/** Closes the escrow account; deployment, groups, orders, bids and leases follow from that. */
export function applyCloseDeployment(
  ctx: Context,
  needs: DeploymentNeeds,
  msg: MsgCloseDeployment,
): Record<string, never> {
  const id = msg.id ?? noId;
  const deployment = deployments.get(ctx, deploymentKey(id)) ?? refuse(deploymentErrors.deploymentNotFound);
  if (deployment.state !== deploymentStates.active) refuse(deploymentErrors.deploymentClosed);
  needs.closeAccount(ctx, deploymentEscrowId(id));
  return {};
}

import { validateDeploymentId, validateHash } from "@stoa/market";
import { equalBytes } from "@stoa/std";
import { EventDeploymentUpdatedSchema } from "@stoa/wire/akash.deployment.v1";
import type { MsgUpdateDeployment } from "@stoa/wire/akash.deployment.v1beta4";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { emitTyped } from "../../../typed-event.ts";
import { deploymentErrors } from "../errors.ts";
import { deploymentKey, deployments } from "../keys.ts";
import { deploymentStates } from "../types.ts";

const noId = { owner: "", dseq: 0n } as const;

export function checkUpdateDeployment(msg: MsgUpdateDeployment): void {
  refuseIf(validateDeploymentId(msg.id ?? noId));
  refuseIf(validateHash(msg.hash));
}

/** A new manifest for the same groups: only the hash is on chain. */
export function applyUpdateDeployment(ctx: Context, msg: MsgUpdateDeployment): Record<string, never> {
  const id = msg.id ?? noId;
  const deployment = deployments.get(ctx, deploymentKey(id)) ?? refuse(deploymentErrors.deploymentNotFound);
  if (deployment.state !== deploymentStates.active) refuse(deploymentErrors.deploymentClosed);
  if (equalBytes(msg.hash, deployment.hash)) refuse(deploymentErrors.invalidHash);
  deployments.set(ctx, deploymentKey(id), { ...deployment, hash: msg.hash });
  emitTyped(ctx, EventDeploymentUpdatedSchema, { id, hash: msg.hash });
  return {};
}

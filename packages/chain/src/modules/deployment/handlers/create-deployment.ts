import {
  type DeploymentId,
  deploymentEscrowId,
  groupPrice,
  validateCreateDeployment,
  validateGroupSpecs,
} from "@stoa/market";
import { type Coin, coinFromWire } from "@stoa/wire";
import { DeploymentSchema, EventDeploymentCreatedSchema } from "@stoa/wire/akash.deployment.v1";
import { GroupSchema, type MsgCreateDeployment } from "@stoa/wire/akash.deployment.v1beta4";
import { create } from "../../../codec.ts";
import type { Context } from "../../../context.ts";
import { refuse } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { durationNs } from "../../../time.ts";
import { emitTyped } from "../../../typed-event.ts";
import { deploymentErrors } from "../errors.ts";
import { deploymentKey, deployments, groupKey, groups } from "../keys.ts";
import type { DeploymentNeeds } from "../needs.ts";
import { checkMinDeposit, creditDenom, requireParams, tokenDenom } from "../params.ts";
import { deploymentStates, groupStates } from "../types.ts";

const noId: DeploymentId = { owner: "", dseq: 0n };
// `akash.escrow.v1.DepositAuthorization.Scope`: deployment.
const deploymentScope = 1;

/** Stateless checks (market-modules.md §4.2). */
export function checkCreateDeployment(msg: MsgCreateDeployment): void {
  refuseIf(validateCreateDeployment(msg));
}

function requireDeposit(ctx: Context, msg: MsgCreateDeployment): Coin {
  const coin = msg.deposit?.amount === undefined ? undefined : coinFromWire(msg.deposit.amount);
  if (coin === undefined) refuse(deploymentErrors.invalidDeposit);
  checkMinDeposit(requireParams(ctx), coin);
  // The token may only be added later, by MsgAccountDeposit.
  if (coin.denom === tokenDenom) refuse(deploymentErrors.invalidDeposit);
  return coin;
}

function checkReclamation(ctx: Context, needs: DeploymentNeeds, msg: MsgCreateDeployment): void {
  if (msg.reclamation === undefined) return;
  const window = durationNs(msg.reclamation.minWindow ?? { seconds: 0n, nanos: 0 });
  const [min, max] = needs.reclamationBounds(ctx);
  if (window < min) refuse(deploymentErrors.invalidReclamation, "min_window below governance minimum");
  if (window > max) refuse(deploymentErrors.invalidReclamation, "min_window above governance maximum");
}

function storeGroups(ctx: Context, needs: DeploymentNeeds, id: DeploymentId, msg: MsgCreateDeployment): void {
  const ids = msg.groups.map((_, i) => ({ ...id, gseq: i + 1 }));
  for (const [i, groupSpec] of msg.groups.entries()) {
    const group = ids[i];
    if (group === undefined) continue;
    const parts = { id: group, state: groupStates.open, groupSpec, createdAt: ctx.block.height };
    groups.set(ctx, groupKey(group), create(GroupSchema, parts));
  }
  emitTyped(ctx, EventDeploymentCreatedSchema, { id, hash: msg.hash });
  for (const [i, spec] of msg.groups.entries()) {
    const group = ids[i];
    if (group !== undefined) needs.createOrder(ctx, group, { spec, reclamation: msg.reclamation });
  }
}

/** A tenant asks for groups of containers: one order a group opens (market-modules.md §4.2, in its order of checks). */
export function applyCreateDeployment(
  ctx: Context,
  needs: DeploymentNeeds,
  msg: MsgCreateDeployment,
): Record<string, never> {
  const id: DeploymentId = { owner: msg.id?.owner ?? noId.owner, dseq: msg.id?.dseq ?? noId.dseq };
  if (deployments.has(ctx, deploymentKey(id))) refuse(deploymentErrors.deploymentExists);
  const amount = requireDeposit(ctx, msg);
  checkReclamation(ctx, needs, msg);
  const problem = validateGroupSpecs(msg.groups);
  // Whatever is wrong with the set of groups answers 7, the reason in its text.
  if (problem !== undefined) refuse(deploymentErrors.invalidGroups, problem.message);
  const [first] = msg.groups;
  const denom = first === undefined ? "" : (groupPrice(first)?.denom ?? "");
  if (denom !== creditDenom) refuse(deploymentErrors.invalidPrice, `unsupported denomination ${denom}`);
  const sources = msg.deposit?.sources ?? [];
  const deposits = needs.authorizeDeposits(ctx, { signer: id.owner, amount, sources, scope: deploymentScope });
  const deployment = create(DeploymentSchema, {
    id,
    state: deploymentStates.active,
    hash: msg.hash,
    createdAt: ctx.block.height,
    ...(msg.reclamation === undefined ? {} : { reclamation: msg.reclamation }),
  });
  deployments.set(ctx, deploymentKey(id), deployment);
  storeGroups(ctx, needs, id, msg);
  needs.createAccount(ctx, { id: deploymentEscrowId(id), owner: id.owner, deposits });
  return {};
}

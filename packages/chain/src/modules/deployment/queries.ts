import { deploymentEscrowId } from "@stoa/market";
import { parseAccount } from "@stoa/wire";
import type { Deployment } from "@stoa/wire/akash.deployment.v1";
import type {
  QueryDeploymentRequest,
  QueryDeploymentsRequest,
  QueryGroupRequest,
} from "@stoa/wire/akash.deployment.v1beta4";
import type { Context } from "../../context.ts";
import { refuse, refuseQuery } from "../../errors.ts";
import { listByState } from "../../state-list.ts";
import { deploymentErrors } from "./errors.ts";
import {
  type DeploymentKey,
  deploymentKey,
  deploymentKeyCodec,
  deployments,
  deploymentsByState,
  idOf,
} from "./keys.ts";
import type { DeploymentNeeds } from "./needs.ts";
import { requireParams } from "./params.ts";
import { groupsOf, requireGroup } from "./transitions.ts";
import { deploymentStates } from "./types.ts";

const stateNames: ReadonlyMap<string, number> = new Map(Object.entries(deploymentStates));
const ownerPath = 1;

function row(ctx: Context, needs: DeploymentNeeds, deployment: Deployment) {
  const id = idOf(deployment);
  const escrowAccount = needs.account(ctx, deploymentEscrowId(id));
  const groups = groupsOf(ctx, deploymentKey(id));
  return { deployment, groups, ...(escrowAccount === undefined ? {} : { escrowAccount }) };
}

export function queryDeployments(ctx: Context, needs: DeploymentNeeds, request: QueryDeploymentsRequest) {
  const { owner, dseq, state } = request.filters ?? { owner: "", dseq: 0n, state: "" };
  const { rows, pagination } = listByState<DeploymentKey, Deployment>(ctx, {
    map: deployments,
    byState: deploymentsByState,
    states: stateNames,
    stateOf: (deployment) => deployment.state,
    paths: [
      {
        flag: ownerPath,
        asked: owner,
        ofKey: ([first]) => first,
        scan: (at, text, options) => deployments.scan(at, { under: deploymentKeyCodec.partial(text), ...options }),
      },
    ],
    accepts: (deployment) =>
      (owner === "" || idOf(deployment).owner === owner) && (dseq === 0n || idOf(deployment).dseq === dseq),
    state,
    request: request.pagination,
  });
  return { deployments: rows.map((deployment) => row(ctx, needs, deployment)), pagination };
}

function requireOwner(owner: string): void {
  if (!parseAccount(owner).ok) refuseQuery("InvalidArgument", "invalid owner address");
}

export function queryDeployment(ctx: Context, needs: DeploymentNeeds, request: QueryDeploymentRequest) {
  const id = request.id ?? { owner: "", dseq: 0n };
  requireOwner(id.owner);
  return row(ctx, needs, deployments.get(ctx, deploymentKey(id)) ?? refuse(deploymentErrors.deploymentNotFound));
}

export function queryGroup(ctx: Context, request: QueryGroupRequest) {
  const id = request.id ?? { owner: "", dseq: 0n, gseq: 0 };
  requireOwner(id.owner);
  return { group: requireGroup(ctx, id) };
}

export function queryParams(ctx: Context) {
  return { params: requireParams(ctx) };
}

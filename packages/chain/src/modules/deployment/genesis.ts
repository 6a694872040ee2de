import type { GenesisState } from "@stoa/wire/akash.deployment.v1beta4";
import type { Context } from "../../context.ts";
import { GenesisError } from "../../genesis-json.ts";
import { deploymentKey, deployments, groupKey, groups, idOf, params } from "./keys.ts";
import { checkParams, requireParams } from "./params.ts";
import { groupsOf } from "./transitions.ts";

/** Reads deployments with their groups as they stand. */
export function initDeployment(ctx: Context, section: GenesisState): void {
  params.set(ctx, checkParams(section.params));
  for (const { deployment, groups: members } of section.deployments) {
    if (deployment === undefined) throw new GenesisError("deployment: an entry without a deployment");
    deployments.set(ctx, deploymentKey(idOf(deployment)), deployment);
    for (const group of members) groups.set(ctx, groupKey(idOf(group)), group);
  }
}

export function exportDeployment(ctx: Context) {
  return {
    deployments: [...deployments.scan(ctx)].map(({ key, value }) => ({
      deployment: value,
      groups: groupsOf(ctx, key),
    })),
    params: requireParams(ctx),
  };
}

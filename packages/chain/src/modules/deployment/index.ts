import type { GroupId } from "@stoa/market";
import { GenesisStateSchema, Msg, Query } from "@stoa/wire/akash.deployment.v1beta4";
import type { Context } from "../../context.ts";
import { fromGenesis, toGenesis } from "../../genesis-json.ts";
import { answer, handle, type Module } from "../../module.ts";
import type { EscrowAccount } from "../escrow/types.ts";
import { exportDeployment, initDeployment } from "./genesis.ts";
import { applyCloseDeployment, checkCloseDeployment } from "./handlers/close-deployment.ts";
import { applyCreateDeployment, checkCreateDeployment } from "./handlers/create-deployment.ts";
import { applyCloseGroup, applyPauseGroup, applyStartGroup, checkGroupMessage } from "./handlers/group.ts";
import { applyUpdateDeployment, checkUpdateDeployment } from "./handlers/update-deployment.ts";
import { groupKey, groups } from "./keys.ts";
import type { DeploymentNeeds } from "./needs.ts";
import { applyUpdateParams, checkUpdateParams } from "./params.ts";
import { queryDeployment, queryDeployments, queryGroup, queryParams } from "./queries.ts";
import { accountClosed, pauseGroup, requireGroup } from "./transitions.ts";
import { groupStates } from "./types.ts";

export type { DeploymentNeeds } from "./needs.ts";

/** The deployment module and what others may ask of it. */
export function createDeployment(needs: DeploymentNeeds) {
  const module: Module = {
    name: "deployment",
    storeName: "deployment",
    messages: [
      handle(Msg.method.createDeployment, {
        check: checkCreateDeployment,
        apply: (ctx, msg) => applyCreateDeployment(ctx, needs, msg),
      }),
      handle(Msg.method.updateDeployment, { check: checkUpdateDeployment, apply: applyUpdateDeployment }),
      handle(Msg.method.closeDeployment, {
        check: checkCloseDeployment,
        apply: (ctx, msg) => applyCloseDeployment(ctx, needs, msg),
      }),
      handle(Msg.method.closeGroup, {
        check: checkGroupMessage,
        apply: (ctx, msg) => applyCloseGroup(ctx, needs, msg),
      }),
      handle(Msg.method.pauseGroup, {
        check: checkGroupMessage,
        apply: (ctx, msg) => applyPauseGroup(ctx, needs, msg),
      }),
      handle(Msg.method.startGroup, {
        check: checkGroupMessage,
        apply: (ctx, msg) => applyStartGroup(ctx, needs, msg),
      }),
      handle(Msg.method.updateParams, { check: checkUpdateParams, apply: applyUpdateParams }),
    ],
    queries: [
      answer(Query.method.deployments, (ctx, request) => queryDeployments(ctx, needs, request)),
      answer(Query.method.deployment, (ctx, request) => queryDeployment(ctx, needs, request)),
      answer(Query.method.group, queryGroup),
      answer(Query.method.params, queryParams),
    ],
    initGenesis: (ctx, section) => initDeployment(ctx, fromGenesis(GenesisStateSchema, section)),
    exportGenesis: (ctx) => toGenesis(GenesisStateSchema, exportDeployment(ctx)),
  };
  return {
    module,
    /** A group as far as leases depend on it. */
    group(ctx: Context, id: GroupId) {
      const group = groups.get(ctx, groupKey(id));
      if (group?.groupSpec === undefined) return undefined;
      return { isOpen: group.state === groupStates.open, spec: group.groupSpec };
    },
    pauseGroup: (ctx: Context, id: GroupId): void => pauseGroup(ctx, requireGroup(ctx, id)),
    accountClosed: (ctx: Context, account: EscrowAccount): void => accountClosed(ctx, needs, account),
  };
}

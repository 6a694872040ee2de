import type { MsgPruneAllowances } from "@stoa/wire/cosmos.feegrant.v1beta1";
import type { Context } from "../../../context.ts";
import { pruneAllowances } from "../grants.ts";

/** Expired allowances that one message removes at most, as in the reference. */
const prunedPerMessage = 75;

/** Removes expired allowances; anyone may ask. */
export const prune = {
  apply(ctx: Context, msg: MsgPruneAllowances): Record<string, never> {
    pruneAllowances(ctx, prunedPerMessage);
    ctx.events.emit("prune_feegrant", [["pruner", msg.pruner]]);
    return {};
  },
};

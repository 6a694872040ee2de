import { type Params, ParamsSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { create } from "../../codec.ts";
import type { Context } from "../../context.ts";
import { params, sendEnabled } from "./keys.ts";

export function getParams(ctx: Context): Params {
  return params.get(ctx) ?? create(ParamsSchema, { defaultSendEnabled: true });
}

/** Stores parameters; entries of the retired list go where such entries stand today. */
export function setParams(ctx: Context, next: Params): void {
  for (const { denom, enabled } of next.sendEnabled) sendEnabled.set(ctx, denom, enabled);
  params.set(ctx, create(ParamsSchema, { defaultSendEnabled: next.defaultSendEnabled }));
}

import { type Params, ParamsSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import { create } from "../../codec.ts";
import type { Context } from "../../context.ts";
import { params } from "./keys.ts";

/** The reference's defaults, used where genesis has none. */
const defaults = create(ParamsSchema, {
  maxMemoCharacters: 256n,
  txSigLimit: 7n,
  txSizeCostPerByte: 10n,
  sigVerifyCostEd25519: 590n,
  sigVerifyCostSecp256k1: 1000n,
});

export function getParams(ctx: Context): Params {
  return params.get(ctx) ?? defaults;
}

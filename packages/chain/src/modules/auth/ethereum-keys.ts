import { GenesisStateSchema } from "@stoa/wire/stoa.eip191.v1";
import type { Context } from "../../context.ts";
import { fromGenesis, toGenesis } from "../../genesis-json.ts";
import type { Module } from "../../module.ts";
import { ethereumKeys } from "./keys.ts";

/** True on a chain whose genesis lets accounts have Ethereum keys (docs/decisions/eip-191.md). Costs no gas. */
export function ethereumKeysEnabled(ctx: Context): boolean {
  const free = (name: string) => ctx.unmetered(name);
  return ethereumKeys.get({ store: free, unmetered: free }) === true;
}

/**
 * The genesis section `eip191`. Nothing is stored where it is absent or switched off, so that such a chain's app hash is
 * the one of a chain that knows nothing of it.
 */
export const ethereumKeysModule: Module = {
  name: "eip191",
  initGenesis(ctx, section) {
    if (fromGenesis(GenesisStateSchema, section).params?.enabled === true) ethereumKeys.set(ctx, true);
  },
  exportGenesis: (ctx) =>
    ethereumKeysEnabled(ctx) ? toGenesis(GenesisStateSchema, { params: { enabled: true } }) : undefined,
};

import { parseAccount } from "@stoa/wire";
import { GenesisStateSchema } from "@stoa/wire/cosmos.feegrant.v1beta1";
import type { Context } from "../../context.ts";
import { fromGenesis, GenesisError, toGenesis } from "../../genesis-json.ts";
import { saveAllowance } from "./grants.ts";
import { allowances } from "./keys.ts";

function addressOf(text: string): Uint8Array {
  const parsed = parseAccount(text);
  if (!parsed.ok) throw new GenesisError(`address ${text}: ${parsed.error}`);
  return parsed.value;
}

export function initGenesis(ctx: Context, section: unknown): void {
  for (const { granter, grantee, allowance } of fromGenesis(GenesisStateSchema, section).allowances) {
    if (allowance === undefined) throw new GenesisError(`the grant of ${granter} holds no allowance`);
    saveAllowance(ctx, { granter: addressOf(granter), grantee: addressOf(grantee) }, allowance);
  }
}

export function exportGenesis(ctx: Context): unknown {
  return toGenesis(GenesisStateSchema, { allowances: [...allowances.scan(ctx)].map(({ value }) => value) });
}

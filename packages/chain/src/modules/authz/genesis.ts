import { accountText, parseAccount } from "@stoa/wire";
import { GenesisStateSchema } from "@stoa/wire/cosmos.authz.v1beta1";
import type { Context } from "../../context.ts";
import { fromGenesis, GenesisError, toGenesis } from "../../genesis-json.ts";
import { timeNs } from "../../time.ts";
import { openAuthorization, saveGrant } from "./grants.ts";
import { grants } from "./keys.ts";
import type { AuthzNeeds } from "./needs.ts";

function addressOf(text: string): Uint8Array {
  const parsed = parseAccount(text);
  if (!parsed.ok) throw new GenesisError(`address ${text}: ${parsed.error}`);
  return parsed.value;
}

/** Reads grants; expired ones are left out, as in the reference. */
export function initGenesis(needs: AuthzNeeds, ctx: Context, section: unknown): void {
  for (const entry of fromGenesis(GenesisStateSchema, section).authorization) {
    const { expiration } = entry;
    if (expiration !== undefined && timeNs(expiration) <= timeNs(ctx.block.time)) continue;
    const { kind, authorization } = openAuthorization(needs.kinds, entry.authorization);
    if (entry.authorization === undefined) throw new GenesisError("a grant without authorization");
    const id = {
      granter: addressOf(entry.granter),
      grantee: addressOf(entry.grantee),
      msgTypeUrl: kind.msgTypeUrl(authorization),
    };
    saveGrant(ctx, id, entry.authorization, expiration);
  }
}

export function exportGenesis(ctx: Context): unknown {
  return toGenesis(GenesisStateSchema, {
    authorization: [...grants.scan(ctx)].map(({ key, value }) => ({
      granter: accountText(key[0]),
      grantee: accountText(key[1]),
      ...(value.authorization === undefined ? {} : { authorization: value.authorization }),
      ...(value.expiration === undefined ? {} : { expiration: value.expiration }),
    })),
  });
}

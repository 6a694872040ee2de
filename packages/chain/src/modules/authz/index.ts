import type { Any } from "@bufbuild/protobuf/wkt";
import { type Grant, Msg } from "@stoa/wire/cosmos.authz.v1beta1";
import type { Context } from "../../context.ts";
import { handle, type Module } from "../../module.ts";
import { exportGenesis, initGenesis } from "./genesis.ts";
import { type GrantId, getGrant, nextExpiration, pruneGrants, saveGrant } from "./grants.ts";
import { createExec } from "./handlers/exec.ts";
import { createGrant } from "./handlers/grant.ts";
import { revoke } from "./handlers/revoke.ts";
import { grants, grantsByGrantee } from "./keys.ts";
import type { AuthzNeeds } from "./needs.ts";
import { queries } from "./queries.ts";

/** A grant that somebody holds. */
export interface HeldGrant {
  readonly granter: Uint8Array;
  readonly grant: Grant;
}

/** What others may do with grants. */
export interface Authz {
  readonly module: Module;
  readonly grant: (ctx: Context, id: GrantId) => Grant | undefined;
  /** Stores a grant, over an older one for the same type, and says so in an event. */
  readonly save: (ctx: Context, id: GrantId, authorization: Any, expiration: Grant["expiration"]) => void;
  /** The grants that a grantee holds for one message type, in order of granters. */
  readonly heldFor: (ctx: Context, grantee: Uint8Array, msgTypeUrl: string) => readonly HeldGrant[];
}

export function createAuthz(needs: AuthzNeeds): Authz {
  const module: Module = {
    name: "authz",
    storeName: "authz",
    messages: [
      handle(Msg.method.grant, createGrant(needs)),
      handle(Msg.method.exec, createExec(needs)),
      handle(Msg.method.revoke, revoke),
    ],
    queries,
    beginBlock: pruneGrants,
    dueTime: nextExpiration,
    initGenesis: (ctx, section) => initGenesis(needs, ctx, section),
    exportGenesis,
  };
  return {
    module,
    grant: getGrant,
    save: saveGrant,
    heldFor(ctx, grantee, msgTypeUrl) {
      const held: HeldGrant[] = [];
      for (const { key, value } of grants.scanIndex(ctx, grantsByGrantee, grantee)) {
        if (key[2] === msgTypeUrl) held.push({ granter: key[0], grant: value });
      }
      return held;
    },
  };
}

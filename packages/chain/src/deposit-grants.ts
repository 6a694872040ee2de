import { AnySchema } from "@bufbuild/protobuf/wkt";
import { accountText, coinFromWire, parseAccount } from "@stoa/wire";
import {
  type DepositAuthorization,
  DepositAuthorizationSchema,
  type MsgAccountDeposit,
} from "@stoa/wire/akash.escrow.v1";
import { create, decode, encode } from "./codec.ts";
import type { Context } from "./context.ts";
import { refuse, sdkErrors } from "./errors.ts";
import type { Authz } from "./modules/authz/index.ts";
import type { AuthorizationKind } from "./modules/authz/types.ts";
import { checkAuthorization, type DepositGrant, escrowErrors, spendAuthorization } from "./modules/escrow/index.ts";

/*
 * Where escrow's deposit grants meet authz: escrow knows what a deposit authorization means, authz keeps the grants
 * (market-modules.md §6.3).
 */

/** The message type that deposit grants stand for. */
const depositMsgTypeUrl = "/akash.escrow.v1.MsgAccountDeposit";

/** Deposit authorizations as authz sees them, for messages that a grantee executes with one. */
export const depositAuthorization: AuthorizationKind = {
  schema: DepositAuthorizationSchema,
  msgTypeUrl: () => depositMsgTypeUrl,
  check: (authorization) => checkAuthorization(authorization as DepositAuthorization),
  accept(_ctx, any, message) {
    const authorization = any as DepositAuthorization;
    const { id, deposit } = message as MsgAccountDeposit;
    const amount = deposit?.amount === undefined ? undefined : coinFromWire(deposit.amount);
    if (id === undefined || amount === undefined) refuse(sdkErrors.invalidRequest, "the deposit names no account");
    const granted = authorization.scopes.some((scope) => Number(scope) === Number(id.scope));
    if (!granted) refuse(escrowErrors.unauthorizedDepositScope);
    const use = spendAuthorization(authorization, id.scope, amount, false);
    if (use === undefined) return { accept: false, delete: false, updated: undefined };
    return { accept: true, delete: use.next.spendLimits.length === 0, updated: use.next };
  },
};

function addressOf(text: string): Uint8Array {
  const parsed = parseAccount(text);
  return parsed.ok ? parsed.value : refuse(sdkErrors.invalidAddress, parsed.error);
}

function idOf(granter: string, grantee: string) {
  return { granter: addressOf(granter), grantee: addressOf(grantee), msgTypeUrl: depositMsgTypeUrl };
}

/** The deposit grants that a grantee holds, in order of granters; generic grants for deposits pay for nothing. */
export function depositGrants(authz: Authz, ctx: Context, grantee: string): readonly DepositGrant[] {
  return authz.heldFor(ctx, addressOf(grantee), depositMsgTypeUrl).flatMap(({ granter, grant }) => {
    const any = grant.authorization;
    if (any?.typeUrl !== `/${DepositAuthorizationSchema.typeName}`) return [];
    return [{ granter: accountText(granter), authorization: decode(DepositAuthorizationSchema, any.value) }];
  });
}

export function depositGrant(
  authz: Authz,
  ctx: Context,
  granter: string,
  grantee: string,
): DepositAuthorization | undefined {
  const any = authz.grant(ctx, idOf(granter, grantee))?.authorization;
  if (any?.typeUrl !== `/${DepositAuthorizationSchema.typeName}`) return undefined;
  return decode(DepositAuthorizationSchema, any.value);
}

/** Replaces a live grant's authorization; its expiration stays, and an event tells of it as of a new grant. */
export function saveDepositGrant(
  authz: Authz,
  ctx: Context,
  granter: string,
  grantee: string,
  next: DepositAuthorization,
): void {
  const id = idOf(granter, grantee);
  const value = encode(DepositAuthorizationSchema, next);
  const authorization = create(AnySchema, { typeUrl: `/${DepositAuthorizationSchema.typeName}`, value });
  authz.save(ctx, id, authorization, authz.grant(ctx, id)?.expiration);
}

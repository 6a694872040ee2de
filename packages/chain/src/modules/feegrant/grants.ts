import type { Any } from "@bufbuild/protobuf/wkt";
import { accountText } from "@stoa/wire";
import { GrantSchema } from "@stoa/wire/cosmos.feegrant.v1beta1";
import { create } from "../../codec.ts";
import type { Context } from "../../context.ts";
import { refuse, sdkErrors } from "../../errors.ts";
import { timeNs } from "../../time.ts";
import { expirationOf, type Payment, useAllowance } from "./allowance.ts";
import { allowances, expirations } from "./keys.ts";

/** Expired allowances that one block removes at most (base-chain.md §4.8). */
export const prunedPerBlock = 200;

/** Whose coins, and who may spend them on fees. */
export interface Parties {
  readonly granter: Uint8Array;
  readonly grantee: Uint8Array;
}

function emit(ctx: Context, type: string, { granter, grantee }: Parties): void {
  ctx.events.emit(type, [
    ["granter", accountText(granter)],
    ["grantee", accountText(grantee)],
  ]);
}

function store(ctx: Context, { granter, grantee }: Parties, allowance: Any): void {
  const grant = create(GrantSchema, { granter: accountText(granter), grantee: accountText(grantee), allowance });
  allowances.set(ctx, [grantee, granter], grant);
}

export function saveAllowance(ctx: Context, parties: Parties, allowance: Any): void {
  const expiration = expirationOf(allowance);
  if (expiration !== undefined) expirations.set(ctx, [timeNs(expiration), parties.grantee, parties.granter], true);
  store(ctx, parties, allowance);
  emit(ctx, "set_feegrant", parties);
}

function requireGrant(ctx: Context, { granter, grantee }: Parties): Any | undefined {
  const grant = allowances.get(ctx, [grantee, granter]);
  return grant === undefined ? refuse(sdkErrors.notFound, "fee-grant not found") : grant.allowance;
}

/** Takes an allowance back; sdk 38 where there is none. */
export function revokeAllowance(ctx: Context, parties: Parties): void {
  const expiration = expirationOf(requireGrant(ctx, parties));
  allowances.delete(ctx, [parties.grantee, parties.granter]);
  if (expiration !== undefined) expirations.delete(ctx, [timeNs(expiration), parties.grantee, parties.granter]);
  emit(ctx, "revoke_feegrant", parties);
}

/** Pays a fee from an allowance and stores what is left; an exhausted one goes. */
export function useGrantedFees(ctx: Context, parties: Parties, payment: Payment): void {
  const { left } = useAllowance(ctx, requireGrant(ctx, parties), payment);
  if (left === undefined) {
    revokeAllowance(ctx, parties);
    emit(ctx, "use_feegrant", parties);
    return;
  }
  emit(ctx, "use_feegrant", parties);
  store(ctx, parties, left);
  emit(ctx, "update_feegrant", parties);
}

/** Removes what has expired, at most `limit` of it. */
export function pruneAllowances(ctx: Context, limit: number): void {
  const now = timeNs(ctx.block.time);
  const passed = [];
  for (const { key } of expirations.scan(ctx)) {
    if (key[0] > now || passed.length === limit) break;
    passed.push(key);
  }
  for (const key of passed) {
    expirations.delete(ctx, key);
    allowances.delete(ctx, [key[1], key[2]]);
  }
}

/** When the next allowance expires, in nanoseconds since the epoch. */
export function nextExpiration(ctx: Context): bigint | undefined {
  for (const { key } of expirations.scan(ctx)) return key[0];
  return undefined;
}

import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { assert } from "@stoa/std";
import { accountText } from "@stoa/wire";
import {
  EventGrantSchema,
  EventRevokeSchema,
  type Grant,
  GrantQueueItemSchema,
  GrantSchema,
} from "@stoa/wire/cosmos.authz.v1beta1";
import { create, decode, encode, type Message } from "../../codec.ts";
import type { Context } from "../../context.ts";
import { refuse, sdkErrors } from "../../errors.ts";
import { timeNs, timeText } from "../../time.ts";
import { emitTyped } from "../../typed-event.ts";
import { authzErrors } from "./errors.ts";
import { expirations, grants } from "./keys.ts";
import type { AuthorizationKind } from "./types.ts";

/** Expired grants that one block removes at most, as in the reference. */
export const prunedPerBlock = 200;

/** A grant's parties and message type. */
export interface GrantId {
  readonly granter: Uint8Array;
  readonly grantee: Uint8Array;
  readonly msgTypeUrl: string;
}

/** An authorization with its kind. */
export interface OpenAuthorization {
  readonly kind: AuthorizationKind;
  readonly authorization: Message;
}

/** Reads an authorization of a known kind; refuses others with sdk 29. */
export function openAuthorization(kinds: readonly AuthorizationKind[], any: Any | undefined): OpenAuthorization {
  if (any === undefined) refuse(sdkErrors.packAny, "cannot unpack an absent authorization");
  const kind = kinds.find(({ schema }) => `/${schema.typeName}` === any.typeUrl);
  if (kind === undefined) refuse(sdkErrors.invalidType, `expected an authorization, got ${any.typeUrl}`);
  return { kind, authorization: decode(kind.schema, any.value) };
}

export function packAuthorization(
  authorization: Message,
  kind: AuthorizationKind,
): { typeUrl: string; value: Uint8Array } {
  return { typeUrl: `/${kind.schema.typeName}`, value: encode(kind.schema, authorization) };
}

function keyOf(id: GrantId): readonly [Uint8Array, Uint8Array, string] {
  return [id.granter, id.grantee, id.msgTypeUrl];
}

export function getGrant(ctx: Context, id: GrantId): Grant | undefined {
  return grants.get(ctx, keyOf(id));
}

/** A grant as events name it. */
function eventFields(id: GrantId): { granter: string; grantee: string; msgTypeUrl: string } {
  return { granter: accountText(id.granter), grantee: accountText(id.grantee), msgTypeUrl: id.msgTypeUrl };
}

function queue(ctx: Context, id: GrantId, expiresNs: bigint): void {
  const key = [expiresNs, id.granter, id.grantee] as const;
  const item = expirations.get(ctx, key) ?? { msgTypeUrls: [] };
  expirations.set(ctx, key, create(GrantQueueItemSchema, { msgTypeUrls: [...item.msgTypeUrls, id.msgTypeUrl] }));
}

function unqueue(ctx: Context, id: GrantId, expiresNs: bigint): void {
  const key = [expiresNs, id.granter, id.grantee] as const;
  const left = (expirations.get(ctx, key)?.msgTypeUrls ?? []).filter((url) => url !== id.msgTypeUrl);
  if (left.length === 0) expirations.delete(ctx, key);
  else expirations.set(ctx, key, create(GrantQueueItemSchema, { msgTypeUrls: left }));
}

/** Stores a grant, over an older one for the same type; the expiration must lie ahead (authz 3). */
export function saveGrant(ctx: Context, id: GrantId, authorization: Any, expiration: Grant["expiration"]): void {
  const expiresNs = expiration === undefined ? undefined : timeNs(expiration);
  const now = timeNs(ctx.block.time);
  if (expiresNs !== undefined && expiresNs <= now) {
    const text = `expiration must be after the current block time (${timeText(ctx.block.time)}), got ${timeText({ seconds: expiration?.seconds ?? 0n, nanos: expiration?.nanos ?? 0 })}`;
    refuse(authzErrors.invalidExpirationTime, text);
  }
  const old = getGrant(ctx, id)?.expiration;
  const oldNs = old === undefined ? undefined : timeNs(old);
  if (oldNs !== expiresNs) {
    if (oldNs !== undefined) unqueue(ctx, id, oldNs);
    if (expiresNs !== undefined) queue(ctx, id, expiresNs);
  }
  grants.set(
    ctx,
    keyOf(id),
    create(GrantSchema, expiration === undefined ? { authorization } : { authorization, expiration }),
  );
  emitTyped(ctx, EventGrantSchema, eventFields(id));
}

/** Replaces the authorization of a grant that is there; its expiration stays. */
export function updateGrant(ctx: Context, id: GrantId, authorization: { typeUrl: string; value: Uint8Array }): void {
  const grant = getGrant(ctx, id);
  assert(grant !== undefined, "a grant vanished while it was used");
  grants.set(ctx, keyOf(id), create(GrantSchema, { ...grant, authorization: create(AnySchema, authorization) }));
}

/** Removes a grant and says so; refuses with authz 2 where there is none. */
export function deleteGrant(ctx: Context, id: GrantId): void {
  const grant = getGrant(ctx, id);
  if (grant === undefined) {
    refuse(
      authzErrors.noAuthorizationFound,
      `failed to delete grant of ${accountText(id.granter)} for ${id.msgTypeUrl}`,
    );
  }
  if (grant.expiration !== undefined) unqueue(ctx, id, timeNs(grant.expiration));
  grants.delete(ctx, keyOf(id));
  emitTyped(ctx, EventRevokeSchema, eventFields(id));
}

/** Removes what has expired, a bounded number a block. The reference does so without events. */
export function pruneGrants(ctx: Context): void {
  const now = timeNs(ctx.block.time);
  const passed = [];
  for (const row of expirations.scan(ctx)) {
    if (row.key[0] > now || passed.length === prunedPerBlock) break;
    passed.push(row);
  }
  for (const { key, value } of passed) {
    expirations.delete(ctx, key);
    for (const msgTypeUrl of value.msgTypeUrls) grants.delete(ctx, [key[1], key[2], msgTypeUrl]);
  }
}

/** When the next grant expires, in nanoseconds since the epoch. */
export function nextExpiration(ctx: Context): bigint | undefined {
  for (const { key } of expirations.scan(ctx)) return key[0];
  return undefined;
}

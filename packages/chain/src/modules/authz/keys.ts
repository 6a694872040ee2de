import { type Grant, GrantQueueItemSchema, GrantSchema } from "@stoa/wire/cosmos.authz.v1beta1";
import { Index, messageValue, TypedMap } from "../../collections.ts";
import { bytesKey, textKey, tupleKey, uint64Key } from "../../key-codec.ts";

const store = "authz";

/** Who gave, to whom, for which message type. */
export const grantKey = tupleKey<readonly [granter: Uint8Array, grantee: Uint8Array, msgTypeUrl: string]>(
  bytesKey,
  bytesKey,
  textKey,
);

/** Grants by grantee; ours, so that a grantee's own list needs no walk over everybody's. */
export const grantsByGrantee = new Index<Uint8Array, readonly [Uint8Array, Uint8Array, string], Grant>({
  prefix: Uint8Array.of(0x03),
  key: bytesKey,
  of: (_grant, key) => key[1],
});

export const grants = new TypedMap({
  store,
  prefix: Uint8Array.of(0x01),
  key: grantKey,
  value: messageValue(GrantSchema),
  indexes: [grantsByGrantee],
});

/** Grants by the moment at which they expire (nanoseconds), granter and grantee. */
export const expirations = new TypedMap({
  store,
  prefix: Uint8Array.of(0x02),
  key: tupleKey<readonly [expiresNs: bigint, granter: Uint8Array, grantee: Uint8Array]>(uint64Key, bytesKey, bytesKey),
  value: messageValue(GrantQueueItemSchema),
});

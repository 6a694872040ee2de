import { type Grant, GrantSchema } from "@stoa/wire/cosmos.feegrant.v1beta1";
import { Index, messageValue, noValue, TypedMap } from "../../collections.ts";
import { bytesKey, prefixedBytesKey, tupleKey, uint64Key } from "../../key-codec.ts";

const store = "feegrant";

/** Who may spend, whose coins. */
export const allowanceKey = tupleKey<readonly [grantee: Uint8Array, granter: Uint8Array]>(bytesKey, prefixedBytesKey);

/** Allowances by granter; ours, so that a granter's own list needs no walk over everybody's. */
export const allowancesByGranter = new Index<Uint8Array, readonly [Uint8Array, Uint8Array], Grant>({
  prefix: Uint8Array.of(0x02),
  key: bytesKey,
  of: (_grant, key) => key[1],
});

export const allowances = new TypedMap({
  store,
  prefix: Uint8Array.of(0x00),
  key: allowanceKey,
  value: messageValue(GrantSchema),
  indexes: [allowancesByGranter],
});

/** Allowances by the moment at which they expire (nanoseconds). */
export const expirations = new TypedMap({
  store,
  prefix: Uint8Array.of(0x01),
  key: tupleKey<readonly [expiresNs: bigint, grantee: Uint8Array, granter: Uint8Array]>(uint64Key, bytesKey, bytesKey),
  value: noValue,
});

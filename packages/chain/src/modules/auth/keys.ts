import { AnySchema } from "@bufbuild/protobuf/wkt";
import { utf8 } from "@stoa/std";
import { ParamsSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import { Item, keyValue, messageValue, noValue, remembered, TypedMap } from "../../collections.ts";
import { bytesKey, tupleKey, uint64Key } from "../../key-codec.ts";

// Prefixes as the reference lays them out (base-chain.md §3.7).
const store = "acc";

export const params = new Item({ store, key: Uint8Array.of(0x00), value: remembered(messageValue(ParamsSchema)) });

/** Accounts by address, each an Any of its concrete type. */
export const accounts = new TypedMap({
  store,
  prefix: Uint8Array.of(0x01),
  key: bytesKey,
  value: remembered(messageValue(AnySchema)),
});

/** The number that the next account gets. */
export const nextNumber = new Item({ store, key: Uint8Array.of(0x02), value: keyValue(uint64Key) });

/** Addresses by account number. */
export const addressByNumber = new TypedMap({
  store,
  prefix: utf8("accountNumber"),
  key: uint64Key,
  value: keyValue(bytesKey),
});

/** Present where accounts may have Ethereum keys: an extension of ours, under a key of our own. */
export const ethereumKeys = new Item({ store, key: utf8("stoa/eip191"), value: noValue });

/** Used nonces of unordered transactions: when they time out (nanoseconds), and who signed. */
export const unorderedNonceKey = tupleKey(uint64Key, bytesKey);
export const unorderedNonces = new TypedMap({
  store,
  prefix: Uint8Array.of(0x5a),
  key: unorderedNonceKey,
  value: noValue,
});

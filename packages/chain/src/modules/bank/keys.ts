import { fromUtf8Lossy, utf8 } from "@stoa/std";
import { type Metadata, MetadataSchema, ParamsSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { Index, Item, messageValue, TypedMap, type ValueCodec } from "../../collections.ts";
import { bytesKey, textKey, tupleKey } from "../../key-codec.ts";

// Prefixes as the reference lays them out (base-chain.md §3.7).
const store = "bank";

/** Amounts are stored as decimal text. */
const amountValue: ValueCodec<bigint> = {
  encode: (amount) => utf8(amount.toString()),
  decode: (bytes) => BigInt(fromUtf8Lossy(bytes)),
};

const flagValue: ValueCodec<boolean> = {
  encode: (flag) => Uint8Array.of(flag ? 1 : 0),
  decode: (bytes) => bytes[0] === 1,
};

/** Total of every denomination. */
export const supply = new TypedMap({ store, prefix: Uint8Array.of(0x00), key: textKey, value: amountValue });

export const metadata = new TypedMap<string, Metadata>({
  store,
  prefix: Uint8Array.of(0x01),
  key: textKey,
  value: messageValue(MetadataSchema),
});

/** First byte of a balance's key, for the supply invariant. */
export const balancePrefix = Uint8Array.of(0x02);
export const balanceKey = tupleKey<readonly [address: Uint8Array, denom: string]>(bytesKey, textKey);

/** Holders by denomination. */
export const holdersByDenom = new Index<string, readonly [Uint8Array, string], bigint>({
  prefix: Uint8Array.of(0x03),
  key: textKey,
  of: (_amount, key) => key[1],
  byKeyOnly: true,
});

/** What an account holds of a denomination; never zero. */
export const balances = new TypedMap({
  store,
  prefix: balancePrefix,
  key: balanceKey,
  value: amountValue,
  indexes: [holdersByDenom],
});

export const sendEnabled = new TypedMap({ store, prefix: Uint8Array.of(0x04), key: textKey, value: flagValue });

export const params = new Item({ store, key: Uint8Array.of(0x05), value: messageValue(ParamsSchema) });

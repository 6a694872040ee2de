import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { fromHex, toHex } from "@stoa/std";
import { ResourcesMetricSchema } from "@stoa/wire/akash.provider.v1";
import { CoinSchema, DecCoinSchema } from "@stoa/wire/cosmos.base.v1beta1";
import { ValidatorSchema } from "@stoa/wire/cosmos.staking.v1beta1";
import { ModeInfoSchema, TxBodySchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { decode, decodeVerbatim, encode, maxMessageDepth, tryDecode } from "./codec.ts";
import { WireError } from "./wire-error.ts";

const bytesOf = (hex: string): Uint8Array => fromHex(hex) ?? assert.fail(hex);

test("what the reference holds as plain values is written even when it is empty", () => {
  assert.equal(toHex(encode(CoinSchema, create(CoinSchema))), "120130");
  assert.equal(toHex(encode(DecCoinSchema, create(DecCoinSchema, { denom: "uakt" }))), "0a0475616b74120130");
  const validator = decode(ValidatorSchema, encode(ValidatorSchema, create(ValidatorSchema)));
  assert.equal(validator.tokens, "0");
  assert.equal(validator.unbondingTime?.seconds, -62_135_596_800n);
  assert.equal(validator.commission?.updateTime?.seconds, -62_135_596_800n);
});

test("number texts are normalised, or kept where sign bytes need them", () => {
  const hex = bytesOf("120430783130");
  assert.equal(decode(CoinSchema, hex).amount, "16");
  assert.equal(decodeVerbatim(CoinSchema, hex).amount, "0x10");
  const tooLarge = encode(CoinSchema, create(CoinSchema, { amount: (1n << 256n).toString() }));
  assert.throws(() => decode(CoinSchema, tooLarge), WireError);
});

test("nesting is bounded", () => {
  const nested = (depth: number): Uint8Array => {
    let bytes: Uint8Array = new Uint8Array(0);
    for (let i = 0; i < depth; i++) {
      // ModeInfo.multi (2) holds mode_infos (2): two messages a round.
      const body = create(ModeInfoSchema, { sum: { case: "multi", value: {} } });
      const inner = i === 0 ? encode(ModeInfoSchema, body) : bytes;
      bytes = lengthDelimited(2, lengthDelimited(2, inner));
    }
    return bytes;
  };
  assert.ok(tryDecode(ModeInfoSchema, nested(10)).ok);
  const refused = tryDecode(ModeInfoSchema, nested(maxMessageDepth));
  assert.equal(refused.ok, false);
  assert.match(refused.ok ? "" : refused.error.message, /nested too deeply/);
});

function lengthDelimited(number: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([(number << 3) | 2, ...length, rest, ...bytes]);
}

test("a map is written by key, and a key named like a prototype is a key", () => {
  const storage = JSON.parse('{"beta":{"string":"2"},"__proto__":{"string":"1"}}') as Record<
    string,
    { string: string }
  >;
  const message = create(ResourcesMetricSchema);
  for (const [key, value] of Object.entries(storage)) {
    Object.defineProperty(message.storage, key, { value: quantity(value.string), enumerable: true });
  }
  const bytes = encode(ResourcesMetricSchema, message);
  const again = decode(ResourcesMetricSchema, bytes);
  assert.deepEqual(Object.keys(again.storage), ["__proto__", "beta"]);
  assert.equal(Object.getPrototypeOf(again.storage), Object.prototype);
  assert.equal(toHex(encode(ResourcesMetricSchema, again)), toHex(bytes));
});

function quantity(text: string): unknown {
  return create(ResourcesMetricSchema, { cpu: { string: text } }).cpu;
}

test("times and durations out of range are refused", () => {
  assert.throws(() => decode(TxBodySchema, bytesOf("2a07088083d1ffaf07")), /timestamp out of range/);
  assert.throws(() => decode(TxBodySchema, bytesOf("2a0b10ffffffffffffffffff01")), /nanos/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex, toHex, utf8 } from "@stoa/std";
import { pureVerifier } from "@stoa/std/crypto";
import fc from "fast-check";
import { ethereumAddress, personalMessage, verifyPersonalSignature as verifyWith } from "./ethereum.ts";
import { publicKeyOf, secp256k1PrivateKey } from "./keys.ts";

const verifyPersonalSignature = (key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean =>
  verifyWith(key, message, signature, pureVerifier);

const bytes = (hex: string): Uint8Array => fromHex(hex) as Uint8Array;

function keyOf(secret: string): Uint8Array {
  const key = secp256k1PrivateKey(bytes(secret));
  assert.ok(key.ok);
  return publicKeyOf(key.value).key;
}

// EIP-155's example, and the one of web3.js' manual.
const examples = [
  ["46".repeat(32), "9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"],
  ["4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318", "2c7536e3605d9c16a7a3d7b1898e529396a65c23"],
] as const;
const signed = {
  text: "Some data",
  signature:
    "b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd" +
    "6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c",
};

test("a key has the address that Ethereum wallets show", () => {
  for (const [secret, address] of examples) {
    const own = ethereumAddress(keyOf(secret));
    assert.ok(own !== undefined);
    assert.equal(toHex(own), address);
  }
  assert.equal(ethereumAddress(new Uint8Array(33)), undefined, "no point of the curve");
  assert.equal(ethereumAddress(keyOf(examples[0][0]).subarray(1)), undefined);
});

test("a personal signature of others verifies, and no other text, key or byte does", () => {
  const [, [secret]] = examples;
  const key = keyOf(secret);
  const message = personalMessage(utf8(signed.text));
  const signature = bytes(signed.signature);
  assert.ok(verifyPersonalSignature(key, message, signature));
  assert.equal(verifyPersonalSignature(key, utf8(signed.text), signature), false);
  assert.equal(verifyPersonalSignature(key, personalMessage(utf8("Some date")), signature), false);
  assert.equal(verifyPersonalSignature(keyOf(examples[0][0]), message, signature), false);
  for (let i = 0; i < signature.length; i++) {
    const changed = signature.slice();
    changed[i] = (changed[i] ?? 0) ^ 1;
    assert.equal(verifyPersonalSignature(key, message, changed), false, `byte ${i}`);
  }
});

test("nothing makes the check throw", () => {
  const any = fc.uint8Array({ maxLength: 70 });
  fc.assert(
    fc.property(any, any, any, (key, message, signature) => {
      assert.equal(verifyPersonalSignature(key, message, signature), false);
      ethereumAddress(key);
    }),
    { numRuns: 2_000 },
  );
  const shaped = fc.uint8Array({ minLength: 64, maxLength: 64 });
  const key = keyOf(examples[0][0]);
  fc.assert(
    fc.property(shaped, fc.integer({ min: 26, max: 29 }), (half, v) => {
      assert.equal(verifyPersonalSignature(key, utf8("x"), Uint8Array.of(...half, v)), false);
    }),
    { numRuns: 200 },
  );
});

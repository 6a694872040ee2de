import assert from "node:assert/strict";
import { test } from "node:test";
import type { Verifier } from "@stoa/std";
import { rememberVerified } from "./verified-signatures.ts";

const bytes = (...list: number[]): Uint8Array => Uint8Array.from(list);

/** Signatures are good when they equal the key, and asking is counted. */
function counting(): Verifier & { asked: number } {
  return {
    asked: 0,
    verify(_scheme, publicKey, _digest, signature) {
      this.asked += 1;
      return publicKey[0] === signature[0];
    },
  };
}

test("a good signature is verified once, a bad one each time, and nothing stands for anything else", () => {
  const inner = counting();
  const verifier = rememberVerified(inner, 10);
  const good = () => verifier.verify("secp256k1", bytes(1), bytes(2), bytes(1));
  assert.ok(good() && good() && good());
  assert.equal(inner.asked, 1);
  assert.equal(verifier.verify("secp256k1", bytes(9), bytes(2), bytes(1)), false, "another key");
  assert.equal(verifier.verify("secp256k1", bytes(9), bytes(2), bytes(1)), false);
  assert.equal(inner.asked, 3);
  assert.ok(verifier.verify("secp256k1", bytes(1), bytes(3), bytes(1)));
  assert.ok(verifier.verify("ed25519", bytes(1), bytes(3), bytes(1)));
  assert.equal(inner.asked, 5, "other bytes and another scheme are asked for");
});

test("what is remembered is a copy, and the oldest leaves first", () => {
  const inner = counting();
  const verifier = rememberVerified(inner, 2);
  const key = bytes(1, 1);
  assert.ok(verifier.verify("secp256k1", key, bytes(2), bytes(1)));
  key[1] = 7;
  assert.ok(verifier.verify("secp256k1", bytes(1, 1), bytes(2), bytes(1)));
  assert.equal(inner.asked, 1);
  for (const n of [2, 3]) assert.ok(verifier.verify("secp256k1", bytes(n), bytes(0), bytes(n)));
  assert.ok(verifier.verify("secp256k1", bytes(1, 1), bytes(2), bytes(1)));
  assert.equal(inner.asked, 4);
});

test("long messages are not kept", () => {
  const inner = counting();
  const verifier = rememberVerified(inner, 10);
  const message = new Uint8Array(1_000_000);
  const good = () => verifier.verify("ed25519", bytes(1), message, bytes(1));
  assert.ok(good() && good());
  assert.equal(inner.asked, 2);
});

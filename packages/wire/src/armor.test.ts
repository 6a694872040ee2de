import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@stoa/std";
import { armorPrivateKey, decodeArmor, encodeArmor, unarmorPrivateKey } from "./armor.ts";
import { bcryptKey } from "./armor-bcrypt.ts";
import { privateKeyToAmino, secp256k1PrivateKey } from "./keys.ts";

const secret = new Uint8Array(32).fill(7);

/** An export in the old form, of our own making: the key 0707…07 under "old passphrase". */
const oldExport = [
  "-----BEGIN TENDERMINT PRIVATE KEY-----",
  "kdf: bcrypt",
  "salt: 00112233445566778899AABBCCDDEEFF",
  "",
  "yMfGxcTDwsHAv769vLu6ubi3trW0s7Kx/Hrq03TIj0k5nPMjiJzy6bZ7n6CcGry9",
  "rAnviRkANrzM3jOn/4PeM8REft5WJyS5y5S1uEE=",
  "=LvIA",
  "-----END TENDERMINT PRIVATE KEY-----",
].join("\n");

test("an old export opens with bcrypt at hand, and says what it lacks without", () => {
  const key = unarmorPrivateKey(oldExport, "old passphrase", bcryptKey);
  assert.ok(key.ok);
  assert.equal(toHex(key.value.secret), toHex(secret));
  assert.deepEqual(unarmorPrivateKey(oldExport, "other", bcryptKey), { ok: false, error: "invalid account password" });
  assert.deepEqual(unarmorPrivateKey(oldExport, "old passphrase"), {
    ok: false,
    error: "unrecognized KDF type: bcrypt",
  });
});

test("what is no armor is refused, with a reason", () => {
  const good = encodeArmor({ type: "X", headers: { a: "b" }, data: new Uint8Array(100) });
  assert.equal(decodeArmor(good).ok, true);
  assert.equal(decodeArmor(`text before\r\n${good.replaceAll("\n", "\r\n")}\r\n`).ok, true);
  const bad: readonly (readonly [string, RegExp])[] = [
    ["", /no armored block/],
    [good.replace("END X", "END Y"), /has no end/],
    [good.replace("a: b\n\n", "a: b\n"), /no blank line/],
    [good.replace("a: b", "ab"), /not a header line/],
    [good.replace("AAAA", "A!AA"), /not base64/],
    [good.replace("AAAA", "BAAA"), /checksum is wrong/],
    [`${good}${" ".repeat(70_000)}`, /too long/],
  ];
  for (const [text, reason] of bad) {
    const answer = decodeArmor(text);
    assert.ok(!answer.ok);
    assert.match(answer.error, reason);
  }
});

test("equal keys and passphrases under other salts give other armor", () => {
  const key = secp256k1PrivateKey(secret);
  assert.ok(key.ok);
  const one = armorPrivateKey(key.value, "pass", new Uint8Array(16));
  const two = armorPrivateKey(key.value, "pass", new Uint8Array(16).fill(1));
  assert.notEqual(one, two);
  assert.ok(!one.includes(toHex(privateKeyToAmino(key.value))));
  assert.throws(() => armorPrivateKey(key.value, "pass", new Uint8Array(8)), /16 bytes/);
});

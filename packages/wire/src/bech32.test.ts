import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBech32 as theirFromBech32, toBech32 as theirToBech32 } from "@cosmjs/encoding";
import fc from "fast-check";
import { accountText, parseAccount } from "./address.ts";
import { decodeBech32, toBech32 } from "./bech32.ts";

test("any bytes round-trip and read the same to another implementation", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.constantFrom("akash", "a", "x1y"),
      (bytes, prefix) => {
        const text = toBech32(prefix, bytes);
        assert.equal(text, theirToBech32(prefix, bytes));
        assert.deepEqual(decodeBech32(text), { ok: true, value: { prefix, bytes } });
        assert.deepEqual(theirFromBech32(text, 1023).data, bytes);
      },
    ),
  );
});

test("one changed character never passes", () => {
  const text = accountText(Uint8Array.from({ length: 20 }, (_, i) => i));
  for (let i = 0; i < text.length; i++) {
    const changed = `${text.slice(0, i)}${text[i] === "q" ? "p" : "q"}${text.slice(i + 1)}`;
    assert.equal(parseAccount(changed).ok, false, changed);
  }
});

test("overlong text is refused before any work", () => {
  assert.deepEqual(decodeBech32("a".repeat(5000)), { ok: false, error: "invalid bech32 string length 5000" });
});

import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { type LogFields, silentLog } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import fc from "fast-check";
import { nativeHash } from "./native-hash.ts";
import { createNativeVerifier } from "./native-verifier.ts";

test("native hashes equal pure ones, and are plain byte arrays", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (data) => {
      for (const name of ["sha256", "sha512", "ripemd160"] as const) {
        const native = nativeHash[name](data);
        assert.equal(Object.getPrototypeOf(native), Uint8Array.prototype);
        assert.deepEqual(native, pureHash[name](data));
      }
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 10 }), (parts) => {
      const offsets = Uint32Array.from([
        0,
        ...parts.map((_, i) => parts.slice(0, i + 1).flatMap((p) => [...p]).length),
      ]);
      const data = Uint8Array.from(parts.flatMap((part) => [...part]));
      assert.deepEqual(nativeHash.sha256Batch(data, offsets), pureHash.sha256Batch(data, offsets));
    }),
  );
  assert.equal(nativeHash.sha256Batch(new Uint8Array(0), new Uint32Array(0)).length, 0);
});

const half = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

function lowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
  if (s <= half) return signature;
  const low = (order - s).toString(16).padStart(64, "0");
  return new Uint8Array([...signature.subarray(0, 32), ...Buffer.from(low, "hex")]);
}

/** Keys and signatures made by OpenSSL, which neither verifier is. */
function signed(scheme: "secp256k1" | "ed25519", message: Uint8Array) {
  if (scheme === "ed25519") {
    const pair = generateKeyPairSync("ed25519");
    const key = new Uint8Array(pair.publicKey.export({ format: "der", type: "spki" }).subarray(-32));
    return { key, input: message, signature: new Uint8Array(sign(null, message, pair.privateKey)) };
  }
  const pair = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  const jwk = createPrivateKey(pair.privateKey.export({ format: "pem", type: "pkcs8" })).export({ format: "jwk" });
  const x = Buffer.from(String(jwk.x), "base64url");
  const y = Buffer.from(String(jwk.y), "base64url");
  const key = new Uint8Array([2 + ((y.at(-1) ?? 0) & 1), ...x]);
  const signature = sign("sha256", message, { key: pair.privateKey, dsaEncoding: "ieee-p1363" });
  return { key, input: pureHash.sha256(message), signature: lowS(new Uint8Array(signature)) };
}

test("native and pure verifier agree on good signatures and on damaged ones", () => {
  const native = createNativeVerifier({ log: silentLog });
  const damage = fc.record({
    part: fc.constantFrom("key", "input", "signature"),
    at: fc.nat(),
    bit: fc.nat(7),
    cut: fc.nat(3),
  });
  const schemes = fc.constantFrom("secp256k1" as const, "ed25519" as const);
  fc.assert(
    fc.property(schemes, fc.uint8Array({ maxLength: 50 }), fc.option(damage), (scheme, message, hurt) => {
      const good = signed(scheme, message);
      assert.ok(native.verify(scheme, good.key, good.input, good.signature));
      assert.ok(pureVerifier.verify(scheme, good.key, good.input, good.signature));
      if (hurt === null) return;
      const bad = { ...good };
      const part = hurt.part as keyof typeof bad;
      let bytes = bad[part].slice();
      if (bytes.length > 0) bytes[hurt.at % bytes.length] = (bytes[hurt.at % bytes.length] ?? 0) ^ (1 << hurt.bit);
      if (hurt.cut > 1) bytes = bytes.slice(0, -1);
      bad[part] = bytes;
      assert.equal(
        native.verify(scheme, bad.key, bad.input, bad.signature),
        pureVerifier.verify(scheme, bad.key, bad.input, bad.signature),
      );
    }),
    { numRuns: 150 },
  );
});

test("the native secp256k1 library is there on this platform: nothing is said in the log", (t) => {
  if (process.platform !== "linux" || process.arch !== "x64") return t.skip("no prebuilt binding is expected here");
  const warnings: [string, LogFields | undefined][] = [];
  createNativeVerifier({ log: { ...silentLog, warn: (message, fields) => warnings.push([message, fields]) } });
  assert.deepEqual(warnings, []);
});

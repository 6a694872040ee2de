import assert from "node:assert/strict";
import { createHash, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { test } from "node:test";
import { type LogFields, silentLog, utf8, type Verifier } from "@stoa/std";
import { createNativeVerifier } from "./native-verifier.ts";
import { type SignatureToCheck, SignatureWorkers } from "./signature-workers.ts";
import { rememberVerified } from "./verified-signatures.ts";

const native = createNativeVerifier({ log: silentLog });

/** A good signature, made by OpenSSL: one with low s, which is every second. */
function goodSignature(): SignatureToCheck {
  const pair = generateKeyPairSync("ec", { namedCurve: "secp256k1" });
  const { x, y } = createPrivateKey(pair.privateKey.export({ format: "pem", type: "pkcs8" })).export({ format: "jwk" });
  const isOdd = ((Buffer.from(String(y), "base64url").at(-1) ?? 0) & 1) === 1;
  const publicKey = Uint8Array.of(isOdd ? 3 : 2, ...Buffer.from(String(x), "base64url"));
  const message = utf8("a transaction");
  const digestOrMessage = new Uint8Array(createHash("sha256").update(message).digest());
  for (;;) {
    const signature = new Uint8Array(sign("sha256", message, { key: pair.privateKey, dsaEncoding: "ieee-p1363" }));
    const made = { scheme: "secp256k1", publicKey, digestOrMessage, signature } as const;
    if (isGood(native, made)) return made;
  }
}

function isGood(verifier: Verifier, { scheme, publicKey, digestOrMessage, signature }: SignatureToCheck): boolean {
  return verifier.verify(scheme, publicKey, digestOrMessage, signature);
}

/** The native verifier, remembering, with how often it was asked in place. */
function counting() {
  const counts = { inPlace: 0 };
  const inner: Verifier = {
    verify(...parts) {
      counts.inPlace += 1;
      return native.verify(...parts);
    },
  };
  return { counts, verifier: rememberVerified(inner, 100) };
}

function damaged(good: SignatureToCheck): SignatureToCheck {
  const signature = good.signature.slice();
  signature[9] = (signature[9] ?? 0) ^ 1;
  return { ...good, signature };
}

test("good signatures are known afterwards, bad and odd ones are verified where they are asked for", async () => {
  const { counts, verifier } = counting();
  const workers = new SignatureWorkers({ verifier, log: silentLog, count: 2 });
  const good = Array.from({ length: 5 }, goodSignature);
  const bad = good.map(damaged);
  const odd = good.slice(0, 1).map((one) => ({ ...one, publicKey: one.publicKey.slice(1) }));
  await Promise.all([workers.check([...good, ...bad, ...odd]), workers.check(bad)]);
  assert.ok(good.every((one) => isGood(verifier, one)));
  assert.equal(counts.inPlace, 0);
  assert.ok(![...bad, ...odd].some((one) => isGood(verifier, one)));
  assert.equal(counts.inPlace, bad.length + odd.length);
  await workers.close();
  await workers.check(bad);
});

test("a few start no thread", async () => {
  const { counts, verifier } = counting();
  const workers = new SignatureWorkers({
    verifier,
    log: silentLog,
    count: 1,
    script: new URL("data:text/javascript,"),
  });
  const few = Array.from({ length: 3 }, goodSignature);
  await workers.check(few);
  assert.ok(few.every((one) => isGood(verifier, one)));
  assert.equal(counts.inPlace, few.length);
  assert.ok(!new SignatureWorkers({ verifier, log: silentLog, count: 0 }).isUseful);
});

test("a thread that fails is given up with a warning, and nobody waits for it", async () => {
  const { counts, verifier } = counting();
  const warnings: (LogFields | undefined)[] = [];
  const log = { ...silentLog, warn: (_message: string, fields?: LogFields) => void warnings.push(fields) };
  const script = new URL(`data:text/javascript,${encodeURIComponent('throw new Error("no memory")')}`);
  const workers = new SignatureWorkers({ verifier, log, count: 1, script });
  const good = Array.from({ length: 4 }, goodSignature);
  await workers.check(good);
  assert.deepEqual(warnings, [{ reason: "no memory" }]);
  await workers.check(good);
  assert.ok(good.every((one) => isGood(verifier, one)));
  assert.equal(counts.inPlace, good.length);
  assert.equal(warnings.length, 1);
});

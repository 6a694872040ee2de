import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { silentLog, type Verifier } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { haveVectors, vectorsDir } from "@stoa/test";
import { nativeHash } from "./native-hash.ts";
import { createNativeVerifier } from "./native-verifier.ts";

interface Signed {
  pubKey: string;
  msg: string;
  signature: string;
  verify: boolean;
  negative?: Partial<Signed>[];
}

interface KeysFile {
  secp256k1: Signed[];
  ed25519: Signed[];
  zip215: Signed[];
  secp256r1: { pubKey: string; msg: string; lowS: string; highS: string; verifyLowS: boolean; verifyHighS: boolean }[];
}

const verifiers: readonly (readonly [string, Verifier])[] = [
  ["pure", pureVerifier],
  ["native", createNativeVerifier({ log: silentLog })],
];

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}

const skip = haveVectors() ? false : "no vectors folder beside the checkout";

for (const [name, verifier] of verifiers) {
  test(`the ${name} verifier agrees with lib/keys.json`, { skip }, () => {
    const file = JSON.parse(readFileSync(join(vectorsDir, "lib/keys.json"), "utf8")) as KeysFile;
    let cases = 0;
    const check = (scheme: "secp256k1" | "ed25519", signed: Signed): void => {
      for (const each of [signed, ...(signed.negative ?? []).map((negative) => ({ ...signed, ...negative }))]) {
        const message = hex(each.msg);
        const input = scheme === "secp256k1" ? pureHash.sha256(message) : message;
        const verdict = verifier.verify(scheme, hex(each.pubKey), input, hex(each.signature));
        assert.equal(verdict, each.verify, `${scheme} ${JSON.stringify(each).slice(0, 300)}`);
        cases++;
      }
    };
    for (const signed of file.secp256k1) check("secp256k1", signed);
    for (const signed of [...file.ed25519, ...file.zip215]) check("ed25519", signed);
    for (const signed of file.secp256r1) {
      const digest = nativeHash.sha256(hex(signed.msg));
      const key = hex(signed.pubKey);
      assert.equal(verifier.verify("secp256r1", key, digest, hex(signed.lowS)), signed.verifyLowS);
      assert.equal(verifier.verify("secp256r1", key, digest, hex(signed.highS)), signed.verifyHighS);
      cases += 2;
    }
    assert.ok(cases > 300, `only ${cases} cases`);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import fc from "fast-check";
import { accountAddress } from "./address.ts";
import { createJwt, type JwtAlgorithm, parseJwt, verifyJwt } from "./jwt.ts";
import { jwtAllows, jwtServices } from "./jwt-access.ts";
import type { JwtClaims, JwtLeases } from "./jwt-claims.ts";
import { type JsonNode, parseJsonText } from "./jwt-json.ts";
import { publicKeyOf, secp256k1PrivateKey, signMessage } from "./keys.ts";

const key = secp256k1PrivateKey(pureHash.sha256(utf8("tenant")));
assert.ok(key.ok);
const privateKey = key.value;
const owner = accountAddress(publicKeyOf(privateKey), pureHash);
assert.ok(owner.ok);
const iss = owner.value;
const provider = "akash18gkz2ftmx06amxt4e2av4edyadcl8mgj3n5jj2";

function claimsOf(leases: JwtLeases, changes: Partial<JwtClaims> = {}): JwtClaims {
  return { iss, iat: 100n, nbf: 100n, exp: 200n, jti: "", aud: [], version: "v1", leases, ...changes };
}

const full: JwtLeases = { access: "full", scope: undefined, permissions: undefined };

function granular(...deployments: { dseq: bigint; gseq?: number; scope: string[]; services: string[] }[]): JwtLeases {
  const entries = deployments.map((entry) => ({ gseq: 0, oseq: 0, ...entry }));
  const permission = { provider, access: "granular", scope: undefined, deployments: entries };
  return { access: "granular", scope: undefined, permissions: [permission] };
}

function verdict(token: string, nowSeconds: bigint): string {
  const parsed = parseJwt(token);
  if (!parsed.ok) return parsed.error.kind;
  const check = { publicKey: publicKeyOf(privateKey).key, nowSeconds, hash: pureHash, verifier: pureVerifier };
  const verified = verifyJwt(parsed.value, check);
  return verified.ok ? "ok" : verified.error.kind;
}

test("a made token verifies in its time, in both algorithms, with every claim in it", () => {
  const leases = granular({ dseq: 18_446_744_073_709_551_615n, gseq: 1, scope: ["logs"], services: ["web"] });
  for (const algorithm of ["ES256K", "ES256KADR36"] satisfies JwtAlgorithm[]) {
    const claims = claimsOf(leases, { jti: "one", aud: [provider] });
    const token = createJwt(algorithm, claims, (bytes) => signMessage(privateKey, bytes));
    assert.deepEqual(
      [99n, 100n, 199n, 200n].map((now) => verdict(token, now)),
      ["claims", "ok", "ok", "claims"],
    );
    const parsed = parseJwt(token);
    assert.deepEqual(parsed.ok && parsed.value.claims, claims);
  }
});

test("no changed character passes", () => {
  const token = createJwt("ES256K", claimsOf(full), (bytes) => signMessage(privateKey, bytes));
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  // The last character carries four bits that no byte holds.
  const places = token.length - 2;
  fc.assert(
    fc.property(fc.nat(places), fc.nat(63), (at, digit) => {
      const changed = token.slice(0, at) + alphabet[digit] + token.slice(at + 1);
      return changed === token || verdict(changed, 150n) !== "ok";
    }),
    { numRuns: 200 },
  );
});

test("a permission covers its scopes, sequence numbers and services only", () => {
  const claims = claimsOf(
    granular(
      { dseq: 5n, gseq: 1, scope: ["logs"], services: ["web"] },
      { dseq: 5n, scope: ["status"], services: ["web", "db"] },
    ),
  );
  const target = { owner: iss, provider, dseq: 5n, gseq: 1, oseq: 1 };
  assert.equal(jwtAllows(claims, target, "logs"), true);
  assert.equal(jwtAllows(claims, { ...target, gseq: 2 }, "logs"), false);
  assert.equal(jwtAllows(claims, { ...target, gseq: 2 }, "status"), true);
  assert.equal(jwtAllows(claims, { ...target, services: ["db"] }, "logs"), false);
  assert.equal(jwtAllows(claims, { ...target, services: ["db"] }, "status"), true);
  assert.equal(jwtAllows(claims, target, "shell"), false);
  assert.equal(jwtAllows(claims, { ...target, owner: provider }, "logs"), false);
  assert.deepEqual(jwtServices(claims, target, "logs"), ["web"]);
  assert.equal(jwtServices(claimsOf(full), target, "logs"), undefined);
});

/** The value that JSON.parse gives. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "number":
      return Number(node.text);
    case "array":
      return node.items.map(plain);
    case "object":
      return Object.fromEntries(node.entries.map(([name, value]) => [name, plain(value)]));
    default:
      return node.value;
  }
}

test("JSON is read as JSON.parse reads it, and refused where that refuses", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5, noUnicodeString: false }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      const parsed = parseJsonText(text, "document");
      assert.ok(parsed.ok);
      assert.equal(JSON.stringify(plain(parsed.value)), JSON.stringify(JSON.parse(text)));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'[]{},:"\\0123456789-+.eE truefalsn/u\n\t') }), (text) => {
      let expected = true;
      try {
        JSON.parse(text);
      } catch {
        expected = false;
      }
      return parseJsonText(text, "document").ok === expected;
    }),
    { numRuns: 2000 },
  );
});

test("JSON deeper than anything we read is refused", () => {
  assert.deepEqual(parseJsonText("[".repeat(100), "document"), { ok: false, error: "exceeded max depth" });
});

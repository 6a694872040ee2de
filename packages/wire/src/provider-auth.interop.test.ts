import assert from "node:assert/strict";
import { test } from "node:test";
import { certificateManager, JwtTokenManager } from "@akashnetwork/chain-sdk";
import { Secp256k1HdWallet } from "@cosmjs/amino";
import { utf8 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { createJwt, parseJwt, verifyJwt } from "./jwt.ts";
import type { JwtLeases } from "./jwt-claims.ts";
import { parseJsonText } from "./jwt-json.ts";
import { jwtSchemaValid } from "./jwt-schema.ts";
import { keyFromMnemonic, publicKeyOf, signMessage } from "./wallet.ts";
import { checkAccountCertificate, readPeerIdentity, verifyPeerCertificate } from "./x509-account.ts";

/* What the published TypeScript client makes, we take; what we make, it takes. */

const mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const crypto = { hash: pureHash, verifier: pureVerifier };
// The published client compares with the machine's clock.
const now = Math.floor(Date.now() / 1000) - 1;
const full: JwtLeases = { access: "full", scope: undefined, permissions: undefined };

async function wallet() {
  const theirs = await Secp256k1HdWallet.fromMnemonic(mnemonic, { prefix: "akash" });
  const [account] = await theirs.getAccounts();
  assert.ok(account);
  const key = keyFromMnemonic(mnemonic);
  assert.ok(key.ok);
  // The same wallet, as another release of the library declares it.
  const signer = theirs as unknown as ConstructorParameters<typeof JwtTokenManager>[0];
  return { signer, address: account.address, key: key.value };
}

test("a token of the published client verifies here", async () => {
  const { signer, address, key } = await wallet();
  const token = await new JwtTokenManager(signer).generateToken({
    version: "v1",
    iss: address,
    iat: now,
    nbf: now,
    exp: now + 3600,
    leases: { access: "scoped", scope: ["logs", "status"] },
  });
  const parsed = parseJwt(token);
  assert.ok(parsed.ok);
  const check = { publicKey: publicKeyOf(key).key, nowSeconds: BigInt(now) + 1n, ...crypto };
  const verified = verifyJwt(parsed.value, check);
  assert.ok(verified.ok, verified.ok ? "" : verified.error.message);
  assert.equal(verified.value.iss, address);
  assert.deepEqual(verified.value.leases.scope, ["logs", "status"]);
});

test("the published client reads our token and finds its claims in order", async () => {
  const { signer, address, key } = await wallet();
  const times = { iat: BigInt(now), nbf: BigInt(now), exp: BigInt(now) + 3600n };
  const claims = { iss: address, ...times, jti: "one", aud: [], version: "v1", leases: full };
  const token = createJwt("ES256K", claims, (bytes) => signMessage(key, bytes));
  const manager = new JwtTokenManager(signer);
  const decoded = manager.decodeToken(token);
  const node = parseJsonText(JSON.stringify(decoded), "document");
  assert.ok(node.ok && jwtSchemaValid(node.value));
  assert.deepEqual(manager.validatePayload(decoded), { isValid: true, errors: undefined });
});

test("a certificate of the published client is one that the chain and our gateway take", async () => {
  const { address } = await wallet();
  const pem = await certificateManager.generatePEM(address);
  const certificate = checkAccountCertificate(
    address,
    { certificate: utf8(pem.cert), publicKey: utf8(pem.publicKey) },
    crypto,
  );
  assert.ok(certificate.ok, certificate.ok ? "" : certificate.error.message);
  const peer = readPeerIdentity([certificate.value]);
  assert.equal(peer.ok && peer.value.owner, address);
  const { publicKey, notBefore } = certificate.value;
  assert.ok(publicKey);
  const onChain = { certificate: certificate.value, publicKey };
  const at = { nowSeconds: notBefore + 60n, ...crypto };
  assert.deepEqual(verifyPeerCertificate(certificate.value, onChain, "clientAuth", at), { ok: true, value: null });
});

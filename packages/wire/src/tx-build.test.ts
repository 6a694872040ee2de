import assert from "node:assert/strict";
import { test } from "node:test";
import { DirectSecp256k1Wallet, makeSignDoc } from "@cosmjs/proto-signing";
import { concatBytes, equalBytes, toHex, utf8 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { SignMode } from "@stoa/wire/cosmos.tx.signing.v1beta1";
import { MsgSendSchema } from "../gen/cosmos.bank.v1beta1.js";
import { accountAddress, accountText } from "./address.ts";
import { keyFromMnemonic } from "./hd.ts";
import { type PrivateKey, publicKeyOf, secp256k1PrivateKey, signMessage } from "./keys.ts";
import { multisigModeInfo, multisigSignature } from "./multisig.ts";
import { multisigKey, type PublicKey, publicKeyFromAny } from "./public-key.ts";
import { registry } from "./registry.ts";
import { directSignBytes, signBytesOf } from "./sign-docs.ts";
import { decodeTx } from "./tx.ts";
import { assembleTx, buildTx, newMessage, txHash } from "./tx-build.ts";
import { signSingle } from "./tx-sign.ts";
import { txSigners } from "./tx-signers.ts";
import { txTypesOf } from "./tx-types.ts";
import { verifyTxSignature } from "./tx-verify.ts";

const types = txTypesOf(registry);
const mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
const chainId = "stoa-1";

function keyOf(seed: number): PrivateKey {
  const key = secp256k1PrivateKey(pureHash.sha256(Uint8Array.of(seed)));
  assert.ok(key.ok);
  return key.value;
}

function textOf(key: PublicKey): string {
  const address = accountAddress(key, pureHash);
  assert.ok(address.ok);
  return address.value;
}

function send(from: string) {
  const to = accountText(new Uint8Array(20));
  return newMessage(MsgSendSchema, { fromAddress: from, toAddress: to, amount: [{ denom: "uakt", amount: "7" }] });
}

const fee = { amount: [{ denom: "uakt", amount: 5000n }], gasLimit: 200_000n };

test("a transaction of one signer decodes, names its signer and verifies", () => {
  const key = keyFromMnemonic(mnemonic);
  assert.ok(key.ok);
  const from = textOf(publicKeyOf(key.value));
  const signer = { privateKey: key.value, chainId, accountNumber: 3n, sequence: 9n };
  const bytes = signSingle({ messages: [send(from)], memo: "hi", fee }, signer);
  const tx = decodeTx(bytes, types);
  assert.ok(tx.ok);
  const signers = txSigners(tx.value);
  assert.ok(signers.ok);
  assert.deepEqual(signers.value.texts, [from]);
  assert.equal(signers.value.feePayer, from);
  assert.equal(txHash(bytes, pureHash), toHex(pureHash.sha256(bytes)).toUpperCase());
  const info = tx.value.authInfo.signerInfos[0];
  assert.equal(info?.sequence, 9n);
  const signBytes = (accountNumber: bigint) => (mode: SignMode) => {
    const data = { chainId, accountNumber, sequence: 9n, address: from };
    const answer = signBytesOf(mode, tx.value, data, from, types);
    return answer.ok ? answer.value : undefined;
  };
  const check = {
    publicKey: publicKeyOf(key.value),
    modeInfo: info?.modeInfo,
    signature: tx.value.signatures[0] as Uint8Array,
    verifier: pureVerifier,
    hash: pureHash,
  };
  assert.equal(verifyTxSignature({ ...check, signBytes: signBytes(3n) }), true);
  assert.equal(verifyTxSignature({ ...check, signBytes: signBytes(4n) }), false);
});

test("DIRECT signatures are those of CosmJS", async () => {
  const key = keyOf(1);
  const wallet = await DirectSecp256k1Wallet.fromKey(key.secret, "akash");
  const [account] = await wallet.getAccounts();
  assert.equal(account?.address, textOf(publicKeyOf(key)));
  const tx = buildTx({
    messages: [send(account.address)],
    fee,
    signers: [{ publicKey: publicKeyOf(key), sequence: 1n }],
  });
  const doc = makeSignDoc(tx.bodyBytes, tx.authInfoBytes, chainId, 12);
  const theirs = await wallet.signDirect(account.address, doc);
  const ours = signMessage(key, directSignBytes({ ...tx, chainId, accountNumber: 12n }));
  assert.equal(Buffer.from(ours).toString("base64"), theirs.signature.signature);
});

test("a multisig needs its threshold, right members and a bit array of its size", () => {
  const keys = [keyOf(1), keyOf(2), keyOf(3)];
  const publicKey = multisigKey(2, keys.map(publicKeyOf));
  const bytes = utf8("sign me");
  const mode = SignMode.LEGACY_AMINO_JSON;
  const member = (index: number, by: number = index) => ({
    index,
    mode,
    signature: signMessage(keys[by] as PrivateKey, bytes),
  });
  const verdict = (members: ReturnType<typeof member>[], key = publicKey): boolean =>
    verifyTxSignature({
      publicKey: key,
      modeInfo: multisigModeInfo(publicKey, members),
      signature: multisigSignature(members),
      signBytes: () => bytes,
      verifier: pureVerifier,
      hash: pureHash,
    });
  assert.equal(verdict([member(2), member(0)]), true);
  assert.equal(verdict([member(0), member(1), member(2)]), true);
  assert.equal(verdict([member(1)]), false);
  assert.equal(verdict([member(0), member(1, 2)]), false);
  assert.equal(verdict([member(0), member(1)], multisigKey(2, [...publicKey.keys, publicKeyOf(keyOf(4))])), false);
  const members = [member(0), member(1)];
  const trailing = concatBytes(multisigSignature(members), Uint8Array.of(0x18, 1));
  assert.equal(
    verifyTxSignature({
      publicKey,
      modeInfo: multisigModeInfo(publicKey, members),
      signature: trailing,
      signBytes: () => bytes,
      verifier: pureVerifier,
      hash: pureHash,
    }),
    false,
  );
});

test("a message that nobody can sign and a missing fee have no signers", () => {
  const tx = decodeTx(assembleTx({ bodyBytes: new Uint8Array(), authInfoBytes: new Uint8Array() }, []), types);
  assert.ok(tx.ok);
  assert.equal(txSigners(tx.value).ok, false);
});

test("keys survive the way through Any", () => {
  const key = publicKeyOf(keyOf(5));
  const tx = buildTx({ messages: [], fee, signers: [{ publicKey: key, sequence: 0n }] });
  const any = tx.authInfo.signerInfos[0]?.publicKey;
  assert.ok(any !== undefined);
  const back = publicKeyFromAny(any);
  assert.ok(back.ok && back.value.type === "secp256k1" && equalBytes(back.value.key, key.key));
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import fc from "fast-check";
import { MsgExecSchema } from "../gen/cosmos.authz.v1beta1.js";
import { MsgSendSchema } from "../gen/cosmos.bank.v1beta1.js";
import { SignMode } from "../gen/cosmos.tx.signing.v1beta1.js";
import { accountText } from "./address.ts";
import { multisigModeInfo, multisigSignature } from "./multisig.ts";
import { multisigKey, publicKeyFromAny, secp256k1Key } from "./public-key.ts";
import { registry } from "./registry.ts";
import { decodeTx } from "./tx.ts";
import { assembleTx, buildTx, newMessage } from "./tx-build.ts";
import { txSigners } from "./tx-signers.ts";
import { txTypesOf } from "./tx-types.ts";
import { signBytesByMode, verifyTxSignature } from "./tx-verify.ts";

const types = txTypesOf(registry);
const address = accountText(new Uint8Array(20).fill(1));

/** A transaction that touches every part of the decoder: nested messages, a multisig, every field of the body. */
function sample(): Uint8Array {
  const keys = [1, 2, 3].map((byte) => secp256k1Key(new Uint8Array(33).fill(byte)));
  const publicKey = multisigKey(2, keys);
  const members = [0, 2].map((index) => ({
    index,
    mode: SignMode.LEGACY_AMINO_JSON,
    signature: new Uint8Array(64).fill(index),
  }));
  const send = newMessage(MsgSendSchema, {
    fromAddress: address,
    toAddress: address,
    amount: [{ denom: "uakt", amount: "12" }],
  });
  const tx = buildTx({
    messages: [send, newMessage(MsgExecSchema, { grantee: address, msgs: [send, send] })],
    memo: "memo",
    timeoutHeight: 9n,
    fee: { amount: [{ denom: "uakt", amount: 5n }], gasLimit: 100n, payer: address },
    signers: [
      { publicKey, sequence: 4n, mode: multisigModeInfo(publicKey, members) },
      { publicKey: keys[0] ?? publicKey, sequence: 1n },
    ],
  });
  return assembleTx(tx, [multisigSignature(members), new Uint8Array(64)]);
}

/** Everything that a node does with a stranger's bytes before it reads state. */
function handle(bytes: Uint8Array): boolean {
  const tx = decodeTx(bytes, types);
  if (!tx.ok) return false;
  const signers = txSigners(tx.value);
  tx.value.authInfo.signerInfos.forEach((info, i) => {
    const key = info.publicKey === undefined ? undefined : publicKeyFromAny(info.publicKey);
    if (key === undefined || !key.ok) return;
    const signer = {
      chainId: "stoa-1",
      accountNumber: 1n,
      sequence: info.sequence,
      address,
      publicKey: info.publicKey,
    };
    verifyTxSignature({
      publicKey: key.value,
      modeInfo: info.modeInfo,
      signature: tx.value.signatures[i] ?? new Uint8Array(),
      signBytes: signBytesByMode(tx.value, signer, signers.ok ? signers.value.feePayer : "", types),
      verifier: pureVerifier,
      hash: pureHash,
    });
  });
  return true;
}

test("no changed byte of a transaction makes the decoder throw", () => {
  const good = sample();
  assert.equal(handle(good), true);
  const change = fc.record({ at: fc.nat({ max: good.length - 1 }), byte: fc.nat({ max: 255 }) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = good.slice();
      for (const { at, byte } of changes) bytes[at] = byte;
      handle(bytes);
    }),
    { numRuns: 2000 },
  );
});

test("no cut and no repetition of a transaction makes the decoder throw", () => {
  const good = sample();
  for (let at = 0; at < good.length; at++) {
    handle(good.subarray(0, at));
    handle(good.subarray(at));
    handle(Uint8Array.from([...good.subarray(0, at), ...good.subarray(at >> 1)]));
  }
});

test("noise never decodes into an exception", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      handle(bytes);
    }),
    { numRuns: 1000 },
  );
});

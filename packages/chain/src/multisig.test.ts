import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import {
  accountAddress,
  assembleTx,
  buildTx,
  type MultisigPublicKey,
  multisigKey,
  multisigModeInfo,
  multisigSignature,
  newMessage,
  type TxDraft,
  txTypesOf,
} from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { CompactBitArraySchema } from "@stoa/wire/cosmos.crypto.multisig.v1beta1";
import { SignMode } from "@stoa/wire/cosmos.tx.signing.v1beta1";
import { AuthInfoSchema, ModeInfoSchema, TxRawSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { registry } from "@stoa/wire/registry";
import { publicKeyOf, secp256k1PrivateKey, signWithMode } from "@stoa/wire/wallet";
import type { TxResult } from "./abci.ts";
import { create, decode, encode } from "./codec.ts";
import { chainId, SmallChain } from "./testing/small-chain.ts";

const { DIRECT, LEGACY_AMINO_JSON: AMINO } = SignMode;
const types = txTypesOf(registry);

const secrets = Array.from({ length: 9 }, (_, i) => {
  const key = secp256k1PrivateKey(pureHash.sha256(utf8(`member ${i}`)));
  assert.ok(key.ok);
  return key.value;
});
const twoOfThree = multisigKey(2, secrets.slice(0, 3).map(publicKeyOf));

/** Members by their place among the keys, how each signs, and if need be with whose key. */
type Members = readonly (readonly [index: number, mode: SignMode, secret?: number])[];

function addressOf(key: MultisigPublicKey): string {
  const address = accountAddress(key, pureHash);
  assert.ok(address.ok);
  return address.value;
}

/** A payment of a multisig account to itself, as these members sign it. */
function signed(key: MultisigPublicKey, members: Members, sequence = 0n, told = members): Uint8Array {
  const address = addressOf(key);
  const send = { fromAddress: address, toAddress: address, amount: [{ denom: "uakt", amount: "1" }] };
  const mode = multisigModeInfo(
    key,
    told.map(([index, one]) => ({ index, mode: one })),
  );
  const draft: TxDraft = {
    messages: [newMessage(MsgSendSchema, send)],
    fee: { amount: [{ denom: "uakt", amount: 10_000n }], gasLimit: 300_000n },
    signers: [{ publicKey: key, sequence, mode }],
  };
  const tx = buildTx(draft);
  const signer = { chainId, accountNumber: 2n, sequence, address };
  const signatures = members.map(([index, one, secret = index]) => {
    const privateKey = secrets[secret];
    assert.ok(privateKey !== undefined);
    const signature = signWithMode(one, { tx, privateKey, signer, feePayer: address, types });
    assert.ok(signature.ok);
    return { index, mode: one, signature: signature.value };
  });
  return assembleTx(tx, [multisigSignature(signatures)]);
}

/** A chain on which the multisig account has money. */
function funded(key: MultisigPublicKey): SmallChain {
  const coins = [{ denom: "uakt", amount: 1_000_000n }];
  const chain = new SmallChain({ hash: pureHash, verifier: pureVerifier, people: 1, coins });
  chain.begin();
  const amount = [{ denom: "uakt", amount: "500000" }];
  const send = { fromAddress: chain.who(0).address, toAddress: addressOf(key), amount };
  assert.equal(run(chain, chain.sign(chain.who(0), [newMessage(MsgSendSchema, send)])).code, 0);
  return chain;
}

function run(chain: SmallChain, tx: Uint8Array): TxResult {
  const [result] = chain.block([tx]).txResults;
  assert.ok(result !== undefined);
  return result;
}

test("members sign together, each in a mode of its own, and more than are needed may", () => {
  const chain = funded(twoOfThree);
  const rounds: readonly Members[] = [
    [
      [0, AMINO],
      [2, AMINO],
    ],
    [
      [0, DIRECT],
      [1, AMINO],
    ],
    [
      [0, DIRECT],
      [1, DIRECT],
      [2, DIRECT],
    ],
  ];
  const gas: bigint[] = [];
  for (const [sequence, members] of rounds.entries()) {
    const result = run(chain, signed(twoOfThree, members, BigInt(sequence)));
    assert.equal(result.code, 0, result.log);
    gas.push(result.gasUsed);
  }
  const [, two = 0n, three = 0n] = gas;
  assert.ok(three - two >= 1_000n, "every signature is paid for");
});

test("what is wrong with a multisignature is said", () => {
  const chain = funded(twoOfThree);
  const enough: Members = [
    [0, AMINO],
    [1, DIRECT],
  ];
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["signature size is incorrect 1", signed(twoOfThree, [[1, DIRECT]])],
    [
      "unable to verify signature at index 1",
      signed(twoOfThree, [
        [0, AMINO],
        [1, DIRECT, 4],
      ]),
    ],
    [
      "unable to verify signature at index 0",
      signed(twoOfThree, [
        [0, DIRECT, 1],
        [1, DIRECT, 0],
      ]),
    ],
    [
      "unable to verify signature at index 0",
      signed(
        twoOfThree,
        [
          [0, DIRECT],
          [2, DIRECT],
        ],
        0n,
        [
          [0, AMINO],
          [2, DIRECT],
        ],
      ),
    ],
    ["signature size is incorrect 2", signed(twoOfThree, enough, 0n, [...enough, [2, DIRECT]])],
  ];
  for (const [why, tx] of cases) {
    const { codespace, code, log } = run(chain, tx);
    assert.deepEqual([codespace, code], ["sdk", 4], why);
    assert.ok(log.includes(`(${why})`), log);
  }
  const all = run(chain, signed(twoOfThree, [[0, AMINO]]));
  assert.match(all.log, /account number \(2\), sequence \(0\) and chain-id \(small-1\): unauthorized$/);
  assert.equal(run(chain, signed(twoOfThree, enough)).code, 0);
});

test("a multisig counts as many signatures as it has keys", () => {
  const many = multisigKey(1, secrets.slice(0, 8).map(publicKeyOf));
  const result = run(funded(many), signed(many, [[0, AMINO]]));
  assert.deepEqual([result.codespace, result.code], ["sdk", 14]);
  assert.match(result.log, /^signatures: 8, limit: 7/);
});

test("a bit array that says it holds billions of bits costs no time", () => {
  const chain = funded(twoOfThree);
  const raw = decode(TxRawSchema, signed(twoOfThree, [[0, DIRECT]]));
  for (const elems of [Uint8Array.of(0x80), new Uint8Array()]) {
    const authInfo = decode(AuthInfoSchema, raw.authInfoBytes);
    const [info] = authInfo.signerInfos;
    assert.ok(info?.modeInfo?.sum.case === "multi");
    info.modeInfo.sum.value.bitarray = create(CompactBitArraySchema, { extraBitsStored: 2 ** 32 - 1, elems });
    const authInfoBytes = encode(AuthInfoSchema, authInfo);
    const { codespace, code, log } = run(chain, assembleTx({ ...raw, authInfoBytes }, raw.signatures));
    assert.deepEqual([codespace, code], ["undefined", 111222]);
    assert.match(log, /runtime error: index out of range/);
  }
});

test("signatures within signatures cost no more than their bytes, whoever's key they claim", () => {
  const chain = funded(twoOfThree);
  const person = chain.who(0);
  const send = { fromAddress: person.address, toAddress: person.address, amount: [{ denom: "uakt", amount: "1" }] };
  let mode = create(ModeInfoSchema, { sum: { case: "single", value: { mode: DIRECT } } });
  let signature: Uint8Array = Uint8Array.of(1);
  for (let level = 0; level < 60; level++) {
    const bitarray = create(CompactBitArraySchema, { extraBitsStored: 1, elems: Uint8Array.of(0x80) });
    mode = create(ModeInfoSchema, { sum: { case: "multi", value: { bitarray, modeInfos: [mode] } } });
    signature = multisigSignature([{ index: 0, mode: DIRECT, signature }]);
  }
  const tx = buildTx({
    messages: [newMessage(MsgSendSchema, send)],
    fee: { amount: [{ denom: "uakt", amount: 10_000n }], gasLimit: 300_000n },
    signers: [{ publicKey: publicKeyOf(person.key), sequence: 1n, mode }],
  });
  const bytes = assembleTx(tx, [signature]);
  assert.equal(chain.app.simulate(bytes).error, undefined);
  const { codespace, code, log } = run(chain, bytes);
  assert.deepEqual([codespace, code], ["sdk", 4]);
  assert.match(log, /expected <nil>, got \*secp256k1\.PubKey/);
});

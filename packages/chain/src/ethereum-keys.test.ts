import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, fromHex, toHex } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import {
  accountText,
  aminoSignBytes,
  assembleTx,
  buildTx,
  multisigKey,
  newMessage,
  type PublicKey,
  secp256k1Key,
  txTypesOf,
  type UnsignedTx,
} from "@stoa/wire";
import { Query } from "@stoa/wire/cosmos.auth.v1beta1";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { SignMode } from "@stoa/wire/cosmos.tx.signing.v1beta1";
import { AuthInfoSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { registry } from "@stoa/wire/registry";
import { publicKeyOf, signDirect } from "@stoa/wire/wallet";
import { Wallet } from "ethers/wallet";
import type { TxResult } from "./abci.ts";
import { create, decode, encode } from "./codec.ts";
import { chainId, SmallChain } from "./testing/small-chain.ts";

/*
 * Personal messages that ethers signs, as MetaMask does: docs/decisions/eip-191.md.
 */

const wallet = new Wallet(`0x${"46".repeat(32)}`);
const bytesOf = (hex: string): Uint8Array => fromHex(hex.slice(2)) ?? new Uint8Array();
const keyBytes = bytesOf(wallet.signingKey.compressedPublicKey);
const ethereumKey: PublicKey = { type: "ethereum", key: keyBytes };
/** The chain's text for the address that an Ethereum wallet shows. */
const address = accountText(bytesOf(wallet.address));
const types = txTypesOf(registry);
const number = 3n;

function begun(sections: Readonly<Record<string, unknown>>): SmallChain {
  const coins = [{ denom: "uakt", amount: 1_000_000n }];
  const chain = new SmallChain({ hash: pureHash, verifier: pureVerifier, people: 2, coins, sections });
  chain.begin();
  return chain;
}

const on = { eip191: { params: { enabled: true } } };

interface Wishes {
  readonly key?: PublicKey;
  readonly mode?: SignMode;
  readonly sequence?: bigint;
  readonly chainId?: string;
  readonly gasLimit?: bigint;
  readonly memo?: string;
}

const usualMemo = "from <a> wallet";

function unsigned(wishes: Wishes) {
  const { key = ethereumKey, mode = SignMode.EIP_191, sequence = 0n, gasLimit = 200_000n, memo = usualMemo } = wishes;
  const send = { fromAddress: address, toAddress: address, amount: [{ denom: "uakt", amount: "1" }] };
  return buildTx({
    messages: [newMessage(MsgSendSchema, send)],
    memo,
    fee: { amount: [{ denom: "uakt", amount: 10_000n }], gasLimit },
    signers: [{ publicKey: key, sequence, mode }],
  });
}

function textOf(tx: UnsignedTx, wishes: Wishes): Uint8Array {
  const signer = {
    chainId: wishes.chainId ?? chainId,
    accountNumber: number,
    sequence: wishes.sequence ?? 0n,
    address,
  };
  const text = aminoSignBytes(tx, signer, types);
  assert.ok(text.ok);
  return text.value;
}

function signed(wishes: Wishes = {}, change = (signature: Uint8Array) => signature): Uint8Array {
  const tx = unsigned(wishes);
  return assembleTx(tx, [change(bytesOf(wallet.signMessageSync(textOf(tx, wishes))))]);
}

/** A chain on which the wallet's address has money. */
function funded(sections: Readonly<Record<string, unknown>> = on): SmallChain {
  const chain = begun(sections);
  const { address: fromAddress } = chain.who(0);
  const send = { fromAddress, toAddress: address, amount: [{ denom: "uakt", amount: "100000" }] };
  const [sent] = chain.block([chain.sign(chain.who(0), [newMessage(MsgSendSchema, send)])]).txResults;
  assert.equal(sent?.code, 0, sent?.log);
  return chain;
}

function run(chain: SmallChain, tx: Uint8Array): TxResult {
  const [result] = chain.block([tx]).txResults;
  assert.ok(result !== undefined);
  return result;
}

test("a personal message pays from the account of the wallet's address, once", () => {
  const chain = funded();
  const tx = signed();
  const result = run(chain, tx);
  assert.equal(result.code, 0, result.log);
  const again = run(chain, tx);
  assert.deepEqual([again.codespace, again.code], ["sdk", 32], again.log);
  assert.equal(run(chain, signed({ sequence: 1n })).code, 0);
});

test("what the wallet did not sign is refused", () => {
  const half = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;
  const order = 2n * half + 1n;
  const highS = (signature: Uint8Array): Uint8Array => {
    const s = order - BigInt(`0x${toHex(signature.subarray(32, 64))}`);
    const other = Uint8Array.of(signature[64] === 27 ? 28 : 27);
    return concatBytes(signature.subarray(0, 32), bytesOf(`0x${s.toString(16).padStart(64, "0")}`), other);
  };
  const lastByte = (value: (v: number) => number) => (signature: Uint8Array) =>
    concatBytes(signature.subarray(0, 64), Uint8Array.of(value(signature[64] ?? 0)));
  const cases: Readonly<Record<string, Uint8Array>> = {
    "another chain": signed({ chainId: "small-2" }),
    "high s": signed({}, highS),
    "the other recovery byte": signed(
      {},
      lastByte((v) => (v === 27 ? 28 : 27)),
    ),
    "a recovery byte from 0": signed(
      {},
      lastByte((v) => v - 27),
    ),
    "no recovery byte": signed({}, (signature) => signature.subarray(0, 64)),
    "a byte too many": signed({}, (signature) => concatBytes(signature, Uint8Array.of(0))),
    "another text": signed({}, () => bytesOf(wallet.signMessageSync("hello"))),
    "no signature": signed({}, () => new Uint8Array()),
    zeros: signed({}, () => new Uint8Array(65)),
  };
  const chain = funded();
  for (const [name, tx] of Object.entries(cases)) {
    const result = run(chain, tx);
    assert.deepEqual([result.codespace, result.code], ["sdk", 4], name);
    assert.match(result.log, /signature verification failed; please verify account number \(3\)/, name);
  }
  const changed = signed().slice();
  const memo = changed.indexOf("<".charCodeAt(0));
  changed[memo] = "{".charCodeAt(0);
  assert.equal(run(chain, changed).code, 4);
  assert.equal(run(chain, signed()).code, 0);
});

test("the length that is signed is in bytes, whatever the text", () => {
  const memo = 'gr\u00fc\u00dfe \u{1f680} <>& \u2028 \u0000 "\\';
  const result = run(funded(), signed({ memo }));
  assert.equal(result.code, 0, result.log);
});

test("how a transaction writes a key, which nobody signs, is not how its account keeps it", () => {
  const chain = funded();
  const tx = unsigned({ gasLimit: 500_000n });
  const authInfo = decode(AuthInfoSchema, tx.authInfoBytes);
  const [key] = authInfo.signerInfos.flatMap(({ publicKey }) => publicKey ?? []);
  assert.ok(key !== undefined);
  const usual = key.value;
  // The same field before it, with 3,000 bytes: the later one counts.
  key.value = concatBytes(Uint8Array.of(0x0a, 0xb8, 0x17), new Uint8Array(3_000), usual);
  const signature = bytesOf(wallet.signMessageSync(textOf(tx, {})));
  const result = run(chain, assembleTx({ ...tx, authInfoBytes: encode(AuthInfoSchema, authInfo) }, [signature]));
  assert.equal(result.code, 0, result.log);
  const { input, output } = Query.method.accountInfo;
  const data = encode(input, create(input, { address }));
  const answer = chain.app.query({ path: "/cosmos.auth.v1beta1.Query/AccountInfo", data, height: 0n, prove: false });
  assert.deepEqual(decode(output, answer.value).info?.pubKey?.value, usual);
});

test("the key signs in this mode only, and no other key does", () => {
  const chain = funded();
  for (const mode of [SignMode.DIRECT, SignMode.LEGACY_AMINO_JSON, SignMode.TEXTUAL]) {
    assert.equal(run(chain, signed({ mode })).code, 4, String(mode));
  }
  const asPlain = run(chain, signed({ key: secp256k1Key(keyBytes) }));
  assert.deepEqual([asPlain.codespace, asPlain.code], ["sdk", 8], "the plain key has another address");
  const inMultisig = run(chain, signed({ key: multisigKey(1, [ethereumKey]) }));
  assert.deepEqual([inMultisig.codespace, inMultisig.code], ["sdk", 8], inMultisig.log);
  const short = run(chain, signed({ key: { type: "ethereum", key: keyBytes.subarray(1) } }));
  assert.deepEqual([short.codespace, short.code], ["sdk", 8], short.log);
});

test("a plain key's EIP-191 is an unsupported mode everywhere", () => {
  for (const chain of [begun(on), begun({})]) {
    const person = chain.who(0);
    const send = { fromAddress: person.address, toAddress: person.address, amount: [{ denom: "uakt", amount: "1" }] };
    const tx = buildTx({
      messages: [newMessage(MsgSendSchema, send)],
      fee: { amount: [{ denom: "uakt", amount: 10_000n }], gasLimit: 200_000n },
      signers: [{ publicKey: publicKeyOf(person.key), sequence: 0n, mode: SignMode.EIP_191 }],
    });
    const result = run(chain, assembleTx(tx, [new Uint8Array(65).fill(1)]));
    assert.equal(result.code, 4);
    assert.match(result.log, /\(unsupported sign mode SIGN_MODE_EIP_191\): unauthorized$/);
  }
});

test("another account pays the fee of a personal message", () => {
  const chain = funded();
  const payer = chain.who(0);
  const sequence = 1n;
  const send = { fromAddress: address, toAddress: address, amount: [{ denom: "uakt", amount: "1" }] };
  const tx = buildTx({
    messages: [newMessage(MsgSendSchema, send)],
    fee: { amount: [{ denom: "uakt", amount: 10_000n }], gasLimit: 200_000n, payer: payer.address },
    signers: [
      { publicKey: ethereumKey, sequence: 0n, mode: SignMode.EIP_191 },
      { publicKey: publicKeyOf(payer.key), sequence },
    ],
  });
  const personal = bytesOf(wallet.signMessageSync(textOf(tx, {})));
  const direct = signDirect(tx, { privateKey: payer.key, chainId, accountNumber: payer.number });
  const result = run(chain, assembleTx(tx, [personal, direct]));
  assert.equal(result.code, 0, result.log);
  assert.ok(result.events.some(({ attributes }) => attributes.some(({ value }) => value === payer.address)));
});

test("where it is off, the key's type is unknown", () => {
  for (const sections of [{}, { eip191: {} }, { eip191: { params: { enabled: false } } }]) {
    const chain = funded(sections);
    const result = run(chain, signed());
    assert.deepEqual([result.codespace, result.code, result.log], ["sdk", 2, "tx parse error"]);
    assert.equal(result.gasUsed, 0n);
    const check = chain.app.checkTx({ tx: signed(), recheck: false });
    assert.match(check.log, /^unknown message type ethermint\.crypto\.v1\.ethsecp256k1\.PubKey: tx parse error/);
  }
});

test("switched off, it leaves no trace in the app hash", () => {
  const [plain, off, allowed] = [{}, { eip191: { params: { enabled: false } } }, on].map((sections) =>
    toHex(begun(sections).block([]).appHash),
  );
  assert.equal(off, plain);
  assert.notEqual(allowed, plain);
});

/** The transaction as wallets simulate it that leave out the key, too: a signer info of a mode and a sequence. */
function withoutKey(tx: UnsignedTx): Uint8Array {
  const { signerInfos, fee } = tx.authInfo;
  const [info] = signerInfos;
  assert.ok(info?.modeInfo !== undefined && fee !== undefined);
  const authInfo = create(AuthInfoSchema, { signerInfos: [{ modeInfo: info.modeInfo, sequence: info.sequence }], fee });
  return assembleTx({ bodyBytes: tx.bodyBytes, authInfoBytes: encode(AuthInfoSchema, authInfo) }, [new Uint8Array()]);
}

test("a simulation without signature, mode and key asks for gas that suffices", () => {
  const chain = funded();
  const unsignedTx = unsigned({ mode: SignMode.UNSPECIFIED });
  const withKey = chain.app.simulate(assembleTx(unsignedTx, [new Uint8Array()]));
  assert.equal(withKey.error, undefined);
  const simulated = chain.app.simulate(withoutKey(unsignedTx));
  assert.equal(simulated.error, undefined);
  const used = simulated.gas?.consumed ?? 0n;
  assert.ok(used <= (withKey.gas?.consumed ?? 0n));
  const result = run(chain, signed({ gasLimit: (used * 13n) / 10n }));
  assert.equal(result.code, 0, result.log);
});

test("an account with such a key survives export and import, and is refused where they are off", () => {
  const chain = funded();
  assert.equal(run(chain, signed()).code, 0);
  const exported = chain.app.exportGenesis();
  assert.deepEqual(exported.eip191, on.eip191);
  const next = begun(exported);
  next.block([]);
  assert.deepEqual(next.app.exportGenesis(), exported);
  assert.equal(run(next, signed({ sequence: 1n })).code, 0);
  const { eip191: _, ...without } = exported;
  assert.throws(() => begun(without), /has an Ethereum key, which the section eip191 does not allow/);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { nativeHash } from "@stoa/host";
import { toBase64 } from "@stoa/std";
import { aminoSignBytes, decodeTx, txHash, txTypesOf } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import { signMessage } from "@stoa/wire/wallet";
import { MsgSend } from "cosmjs-types/cosmos/bank/v1beta1/tx";
import { PubKey } from "cosmjs-types/cosmos/crypto/secp256k1/keys";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing";
import { AuthInfo, SignDoc, SignDocDirectAux, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx";
import { MsgClearAdmin, MsgExecuteContract, MsgStoreCode } from "cosmjs-types/cosmwasm/wasm/v1/tx";
import type { Person } from "../testing/query-world.ts";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * Kinds of transactions that CosmJS' signing client does not make, encoded by its codecs: signers who do not pay, payers
 * who only pay, transactions without order or with an end, and what the three ways of sending answer.
 */

const world = sharedWorld();
const { SIGN_MODE_DIRECT, SIGN_MODE_DIRECT_AUX, SIGN_MODE_LEGACY_AMINO_JSON } = SignMode;
const types = txTypesOf(registry);

interface Signing {
  readonly person: Person;
  readonly mode?: SignMode;
  readonly sequence?: bigint;
}

interface Draft {
  readonly signing: readonly Signing[];
  readonly body?: Partial<TxBody>;
  readonly payer?: string;
  /** Changes the body after it was signed. */
  readonly tamper?: (body: TxBody) => TxBody;
  readonly amount?: string;
}

async function sequenceOf({ address }: Person): Promise<bigint> {
  const answer = await fetch(`${world().restUrl}/cosmos/auth/v1beta1/accounts/${address}`);
  const { account } = (await answer.json()) as { readonly account: { readonly sequence: string } };
  return BigInt(account.sequence);
}

/** A payment of the first signer to itself. */
async function makeTx({ signing, body = {}, payer = "", tamper, amount = "1" }: Draft): Promise<Uint8Array> {
  const { chainId } = world().node;
  const address = signing[0]?.person.address ?? "";
  const send = { fromAddress: address, toAddress: address, amount: [{ denom: "uakt", amount }] };
  const messages = [{ typeUrl: MsgSend.typeUrl, value: MsgSend.encode(MsgSend.fromPartial(send)).finish() }];
  const whole = TxBody.fromPartial({ messages, ...body });
  const bodyBytes = TxBody.encode(whole).finish();
  const sequences = await Promise.all(signing.map(({ person, sequence }) => sequence ?? sequenceOf(person)));
  const keyOf = ({ publicKey }: Person) => ({
    typeUrl: "/cosmos.crypto.secp256k1.PubKey",
    value: PubKey.encode({ key: publicKey.key }).finish(),
  });
  const signerInfos = signing.map(({ person, mode = SIGN_MODE_DIRECT }, i) => {
    return { publicKey: keyOf(person), modeInfo: { single: { mode } }, sequence: sequences[i] ?? 0n };
  });
  const fee = { amount: [{ denom: "uakt", amount: "5000" }], gasLimit: 200_000n, payer };
  const authInfoBytes = AuthInfo.encode(AuthInfo.fromPartial({ signerInfos, fee })).finish();
  const unsigned = TxRaw.encode(TxRaw.fromPartial({ bodyBytes, authInfoBytes })).finish();
  const signatures = signing.map(({ person, mode = SIGN_MODE_DIRECT }, i) => {
    const { accountNumber, privateKey } = person;
    const sequence = sequences[i] ?? 0n;
    const aux = { bodyBytes, publicKey: keyOf(person), chainId, accountNumber, sequence };
    if (mode === SIGN_MODE_DIRECT_AUX) {
      return signMessage(privateKey, SignDocDirectAux.encode(SignDocDirectAux.fromPartial(aux)).finish());
    }
    if (mode === SIGN_MODE_LEGACY_AMINO_JSON) {
      const decoded = decodeTx(unsigned, types);
      assert.ok(decoded.ok);
      const text = aminoSignBytes(decoded.value, { chainId, accountNumber, sequence, address: person.address }, types);
      assert.ok(text.ok);
      return signMessage(privateKey, text.value);
    }
    const direct = { bodyBytes, authInfoBytes, chainId, accountNumber };
    return signMessage(privateKey, SignDoc.encode(SignDoc.fromPartial(direct)).finish());
  });
  const sent = tamper === undefined ? bodyBytes : TxBody.encode(tamper(whole)).finish();
  return TxRaw.encode(TxRaw.fromPartial({ bodyBytes: sent, authInfoBytes, signatures })).finish();
}

interface Outcome {
  readonly code: number;
  readonly log: string;
  readonly codespace: string;
  readonly hash: string;
  readonly height?: string;
  readonly check_tx?: { readonly code: number; readonly log: string };
  readonly tx_result?: { readonly code: number; readonly log: string; readonly data: string | null };
}

async function rpc(method: string, params: unknown): Promise<{ result?: unknown; error?: { data?: string } }> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  return (await (await fetch(world().node.rpcUrl, { method: "POST", body })).json()) as never;
}

async function broadcast(way: "sync" | "async" | "commit", tx: Uint8Array): Promise<Outcome> {
  const { result, error } = await rpc(`broadcast_tx_${way}`, { tx: toBase64(tx) });
  assert.ok(result !== undefined, error?.data);
  return result as Outcome;
}

/** Sends, waits for the block, and asserts that it went well. */
async function accepted(tx: Uint8Array): Promise<Outcome> {
  const outcome = await broadcast("commit", tx);
  assert.equal(outcome.check_tx?.code, 0, outcome.check_tx?.log);
  assert.equal(outcome.tx_result?.code, 0, outcome.tx_result?.log);
  return outcome;
}

async function refused(tx: Uint8Array, code: number, log: RegExp): Promise<void> {
  const outcome = await broadcast("sync", tx);
  assert.equal(outcome.code, code, outcome.log);
  assert.equal(outcome.codespace, "sdk");
  assert.match(outcome.log, log);
}

test("who does not pay may sign the body alone", { timeout: 60_000 }, async () => {
  const { tenant, other } = world();
  const aux: Signing = { person: tenant, mode: SIGN_MODE_DIRECT_AUX };
  const signing = [aux, { person: other }];
  const payer = other.address;
  const memo = { body: { memo: "signed apart" } };
  const changed = await makeTx({ signing, payer, ...memo, tamper: (body) => ({ ...body, memo: "changed" }) });
  await refused(changed, 4, /^signature verification failed; please verify account number \(0\) and chain-id/);
  const pays = await makeTx({ signing: [aux] });
  await refused(pays, 4, /\(fee payer akash1\w+ cannot sign with SIGN_MODE_DIRECT_AUX\): unauthorized$/);
  const [before, beforePayer] = [await sequenceOf(tenant), await sequenceOf(other)];
  await accepted(await makeTx({ signing, payer, ...memo }));
  assert.deepEqual([await sequenceOf(tenant), await sequenceOf(other)], [before + 1n, beforePayer + 1n]);
});

test("a payer who is named signs, and pays", { timeout: 60_000 }, async () => {
  const { tenant, other } = world();
  const payer = other.address;
  await refused(
    await makeTx({ signing: [{ person: tenant }], payer }),
    4,
    /^wrong number of signers; expected 2, got 1/,
  );
  const { height } = await accepted(await makeTx({ signing: [{ person: tenant }, { person: other }], payer }));
  const { result } = await rpc("tx_search", { query: `tx.fee_payer='${payer}' AND tx.height=${height}` });
  assert.equal((result as { readonly total_count: string }).total_count, "1");
});

/** A moment from now, in seconds, as a time of the protocol. */
const inSeconds = (seconds: number) => ({ seconds: BigInt(Math.floor(Date.now() / 1_000) + seconds), nanos: 7 });

test("a transaction without order has an end instead of a sequence", { timeout: 60_000 }, async () => {
  const { tenant: person } = world();
  const unordered = (timeoutTimestamp?: ReturnType<typeof inSeconds>, more: Partial<Signing> = {}) => {
    const body = { unordered: true, ...(timeoutTimestamp === undefined ? {} : { timeoutTimestamp }) };
    return makeTx({ signing: [{ person, sequence: 0n, ...more }], body });
  };
  const before = await sequenceOf(person);
  const end = inSeconds(60);
  const tx = await unordered(end);
  await accepted(tx);
  const again = await rpc("broadcast_tx_sync", { tx: toBase64(tx) });
  assert.equal(again.error?.data, "tx already exists in cache");
  const sameEnd = await makeTx({
    signing: [{ person, sequence: 0n }],
    body: { unordered: true, timeoutTimestamp: end, memo: "another" },
  });
  await refused(sameEnd, 18, /^failed to add unordered nonce: sender akash1\w+ has already used timeout \d+: invalid/);
  await accepted(await unordered(inSeconds(61), { mode: SIGN_MODE_LEGACY_AMINO_JSON }));
  assert.equal(await sequenceOf(person), before, "no sequence is used");
  await refused(await unordered(), 18, /^unordered transaction must have timeout_timestamp set/);
  await refused(await unordered(inSeconds(700)), 18, /^unordered tx ttl exceeds 10m0s/);
  await refused(await unordered(inSeconds(62), { sequence: 1n }), 18, /^sequence is not allowed for unordered/);
  await refused(await unordered(inSeconds(-60)), 42, /: tx timeout$/);
});

test("a transaction ends at its height and at its time", { timeout: 60_000 }, async () => {
  const signing = [{ person: world().tenant }];
  const late = world().node.height() + 100n;
  await accepted(await makeTx({ signing, body: { timeoutHeight: late, timeoutTimestamp: inSeconds(60) } }));
  const amino = [{ person: world().tenant, mode: SIGN_MODE_LEGACY_AMINO_JSON }];
  await accepted(await makeTx({ signing: amino, body: { timeoutHeight: late, timeoutTimestamp: inSeconds(60) } }));
  await refused(
    await makeTx({ signing, body: { timeoutHeight: 1n } }),
    30,
    /^block height: \d+, timeout height: 1: tx/,
  );
  await refused(
    await makeTx({ signing, body: { timeoutTimestamp: inSeconds(-60) } }),
    42,
    /^block time: [\d-]+ [\d:.]+ \+0000 UTC, timeout timestamp: /,
  );
});

test("each way of sending tells what it knows", { timeout: 60_000 }, async () => {
  const { grantee: person } = world();
  const signing = [{ person }];
  const asynchronous = await makeTx({ signing });
  const named = { code: 0, data: "", log: "", codespace: "", hash: txHash(asynchronous, nativeHash) };
  assert.deepEqual(await broadcast("async", asynchronous), named);
  const { tx: included } = (await whenIncluded(named.hash)) as { readonly tx: string };
  assert.equal(included, toBase64(asynchronous));

  const rubbish = Uint8Array.of(1, 2, 3);
  assert.equal((await broadcast("async", rubbish)).code, 0, "it does not wait for the check");
  assert.equal((await broadcast("sync", rubbish)).code, 2);
  const unchecked = await broadcast("commit", Uint8Array.of(1, 2, 4));
  assert.deepEqual([unchecked.check_tx?.code, unchecked.tx_result?.code, unchecked.height], [2, 0, "0"]);

  const tooMuch = await broadcast("commit", await makeTx({ signing, amount: "999999999999999" }));
  assert.deepEqual([tooMuch.check_tx?.code, tooMuch.tx_result?.code, tooMuch.tx_result?.data], [0, 5, null]);
  assert.ok(Number(tooMuch.height) > 0, "it stands in a block, and fails there");
  const stale = await makeTx({ signing: [{ person, sequence: 0n }], body: { memo: "late" } });
  await refused(stale, 32, /^account sequence mismatch, expected 2, got 0: incorrect account sequence$/);
});

async function whenIncluded(hash: string): Promise<unknown> {
  for (;;) {
    const { result } = await rpc("tx", { hash: Buffer.from(hash, "hex").toString("base64"), prove: false });
    if (result !== undefined) return result;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("messages of contracts decode, and are refused with the SDK's code", { timeout: 60_000 }, async () => {
  const { tenant, restUrl } = world();
  const { address: sender } = tenant;
  const msg = new TextEncoder().encode('{"release":{}}');
  const wasmByteCode = Uint8Array.of(0, 0x61, 0x73, 0x6d);
  const messages = [
    {
      typeUrl: MsgStoreCode.typeUrl,
      value: MsgStoreCode.encode(MsgStoreCode.fromPartial({ sender, wasmByteCode })).finish(),
    },
    {
      typeUrl: MsgExecuteContract.typeUrl,
      value: MsgExecuteContract.encode(MsgExecuteContract.fromPartial({ sender, contract: sender, msg })).finish(),
    },
    {
      typeUrl: MsgClearAdmin.typeUrl,
      value: MsgClearAdmin.encode(MsgClearAdmin.fromPartial({ sender, contract: sender })).finish(),
    },
  ];
  const all = toBase64(await makeTx({ signing: [{ person: tenant }], body: { messages } }));
  const post = async (path: string) => {
    const body = JSON.stringify({ tx_bytes: all });
    return await (await fetch(`${restUrl}/cosmos/tx/v1beta1/${path}`, { method: "POST", body })).json();
  };
  const decoded = (await post("decode")) as { readonly tx: { readonly body: { readonly messages: unknown } } };
  assert.deepEqual(decoded.tx.body.messages, [
    { "@type": MsgStoreCode.typeUrl, sender, wasm_byte_code: toBase64(wasmByteCode), instantiate_permission: null },
    { "@type": MsgExecuteContract.typeUrl, sender, contract: sender, msg: { release: {} }, funds: [] },
    { "@type": MsgClearAdmin.typeUrl, sender, contract: sender },
  ]);
  const simulated = (await post("simulate")) as { readonly code: number; readonly message: string };
  assert.match(simulated.message, /no message handler found for \/cosmwasm\.wasm\.v1\.MsgStoreCode/);
  const before = await sequenceOf(tenant);
  for (const message of messages) {
    const tx = await makeTx({ signing: [{ person: tenant }], body: { messages: [message] } });
    await refused(tx, 6, new RegExp(`^no message handler found for ${message.typeUrl}: unknown request$`));
  }
  assert.equal(await sequenceOf(tenant), before);
  await accepted(await makeTx({ signing: [{ person: tenant }] }));
});

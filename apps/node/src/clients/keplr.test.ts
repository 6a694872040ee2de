import assert from "node:assert/strict";
import { test } from "node:test";
import {
  BaseAccount,
  makeADR36AminoSignDoc,
  serializeSignDoc,
  TendermintTxTracer,
  verifyADR36Amino,
} from "@keplr-wallet/cosmos";
import { Hash, Mnemonic, PrivKeySecp256k1 } from "@keplr-wallet/crypto";
import { MsgSend } from "@keplr-wallet/proto-types/cosmos/bank/v1beta1/tx.js";
import { PubKey } from "@keplr-wallet/proto-types/cosmos/crypto/secp256k1/keys.js";
import { SignMode } from "@keplr-wallet/proto-types/cosmos/tx/signing/v1beta1/signing.js";
import { AuthInfo, Fee, SignDoc, SignerInfo, TxBody, TxRaw } from "@keplr-wallet/proto-types/cosmos/tx/v1beta1/tx.js";
import { isSimpleFetchError, simpleFetch } from "@keplr-wallet/simple-fetch";
import { createNativeVerifier, nativeHash } from "@stoa/host";
import { silentLog, toBase64, toBase64Url, toHexUpper } from "@stoa/std";
import { accountText, jwtSignBytes, jwtSigningText, newMessage, parseJwt, verifyJwt } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * Keplr 0.13.41's published packages: what the wallet asks (base-chain.md §6.3 and its own source), how it signs, and how it
 * waits for a block.
 */

const world = sharedWorld();
const coin = { denom: "uakt", amount: "1" };

/** What a path answers: its status, and the body. */
async function ask(path: string, base = world().restUrl): Promise<{ status: number; data: Record<string, unknown> }> {
  try {
    const { status, data } = await simpleFetch<Record<string, unknown>>(base, path);
    return { status, data };
  } catch (problem) {
    if (!isSimpleFetchError(problem) || problem.response === undefined) throw problem;
    const { status, data } = problem.response;
    return { status, data: data as Record<string, unknown> };
  }
}

test("a chain is added: both addresses tell its id", async () => {
  const { node } = world();
  const info = await ask("/cosmos/base/tendermint/v1beta1/node_info");
  assert.equal((info.data.default_node_info as { network: string }).network, node.chainId);
  const status = await ask("/status", node.rpcUrl);
  const { node_info, sync_info } = status.data.result as Record<string, Record<string, unknown>>;
  assert.deepEqual([node_info?.network, sync_info?.catching_up], [node.chainId, false]);
  // A browser's extension asks from an origin of its own.
  const headers = { origin: "chrome-extension://dmkamcknogkgcdfhhbddcghachkejeap" };
  for (const url of [`${world().restUrl}/cosmos/bank/v1beta1/params`, `${node.rpcUrl}/status`]) {
    const answer = await fetch(url, { headers });
    await answer.text();
    assert.equal(answer.headers.get("access-control-allow-origin"), "*");
  }
});

test("each path that the wallet asks is answered, or told to be absent", async () => {
  const { tenant, validator, other } = world();
  const all = "pagination.limit=1000";
  const there: Readonly<Record<string, string>> = {
    [`/cosmos/auth/v1beta1/accounts/${tenant.address}`]: "account",
    "/cosmos/auth/v1beta1/module_accounts/fee_collector": "account",
    [`/cosmos/bank/v1beta1/balances/${tenant.address}?${all}`]: "balances",
    [`/cosmos/bank/v1beta1/spendable_balances/${tenant.address}`]: "balances",
    [`/cosmos/bank/v1beta1/spendable_balances/${tenant.address}?${all}`]: "balances",
    [`/cosmos/authz/v1beta1/grants/granter/${tenant.address}?${all}`]: "grants",
    [`/cosmos/staking/v1beta1/validators?${all}&status=BOND_STATUS_BONDED`]: "validators",
    [`/cosmos/staking/v1beta1/validators?${all}&status=BOND_STATUS_UNBONDING`]: "validators",
    [`/cosmos/staking/v1beta1/validators?${all}&status=BOND_STATUS_UNBONDED`]: "validators",
    "/cosmos/staking/v1beta1/validators": "validators",
    [`/cosmos/staking/v1beta1/validators/${validator.operator}`]: "validator",
    "/cosmos/staking/v1beta1/pool": "pool",
    "/cosmos/staking/v1beta1/params": "params",
    "/cosmos/base/tendermint/v1beta1/blocks/latest": "block",
  };
  for (const [path, key] of Object.entries(there)) {
    const { status, data } = await ask(path);
    assert.deepEqual([status, key in data], [200, true], path);
  }
  const channel = "/ibc/core/channel/v1/channels/channel-0/ports/transfer";
  const absent = [
    `/cosmos/staking/v1beta1/delegations/${other.address}?${all}`,
    `/cosmos/staking/v1beta1/delegators/${other.address}/unbonding_delegations?${all}`,
    `/cosmos/distribution/v1beta1/delegators/${other.address}/rewards`,
    "/cosmos/distribution/v1beta1/params",
    channel,
    `${channel}/client_state`,
    "/ibc/core/client/v1/client_states/07-tendermint-0",
    "/ibc/core/channel/v1beta1/channels/channel-0/ports/transfer",
    `/ibc/apps/transfer/v1/denoms/${"00".repeat(32)}`,
    `/ibc/apps/transfer/v1/denom_traces/${"00".repeat(32)}`,
    `/ibc/applications/transfer/v1beta1/denom_traces/${"00".repeat(32)}`,
    "/ibc/apps/transfer/v1/params",
    "/cosmos/evm/feemarket/v1/base_fee",
  ];
  for (const path of absent) {
    const { status, data } = await ask(path);
    assert.deepEqual([status, data], [501, { code: 12, message: "Not Implemented", details: [] }], path);
  }
});

test("accounts are read in each form", async () => {
  const { restUrl, tenant } = world();
  const account = await BaseAccount.fetchFromRest(restUrl, tenant.address);
  assert.equal(account.getType(), "/cosmos.auth.v1beta1.BaseAccount");
  assert.deepEqual([account.getAddress(), account.getAccountNumber().toString()], [tenant.address, "0"]);
  assert.ok(Number(account.getSequence().toString()) > 0);
  const nobody = accountText(new Uint8Array(20).fill(5));
  const fresh = await BaseAccount.fetchFromRest(restUrl, nobody, true);
  assert.deepEqual([fresh.getAddress(), fresh.getSequence().toString()], [nobody, "0"]);
  await assert.rejects(BaseAccount.fetchFromRest(restUrl, nobody), /Account's address is unknown: \{"code":5,/);
  const { data } = await ask("/cosmos/auth/v1beta1/module_accounts/fee_collector");
  assert.match(BaseAccount.fromProtoJSON(data).getAddress(), /^akash1/);
});

/** A wallet of Keplr's own words, with coins, and what it makes of its key. */
async function openKeplr(words: string) {
  const key = new PrivKeySecp256k1(Mnemonic.generateWalletFromMnemonic(words, "m/44'/118'/0'/0/0"));
  const publicKey = key.getPubKey();
  const address = accountText(publicKey.getCosmosAddress());
  const { tenant } = world();
  const amount = [{ denom: "uakt", amount: "1000000" }];
  await world().send(tenant, [newMessage(MsgSendSchema, { fromAddress: tenant.address, toAddress: address, amount })]);
  const sign = (bytes: Uint8Array): Uint8Array => {
    const { r, s } = key.signDigest32(Hash.sha256(bytes));
    return Uint8Array.from([...r, ...s]);
  };
  return { address, publicKey: publicKey.toBytes(), sign };
}

type Keplr = Awaited<ReturnType<typeof openKeplr>>;

const messageOf = ({ address }: Keplr) => ({
  typeUrl: "/cosmos.bank.v1beta1.MsgSend",
  value: MsgSend.encode({ fromAddress: address, toAddress: world().tenant.address, amount: [coin] }).finish(),
});

/** As the wallet simulates: no key, a mode of no matter, 64 zeroes for a signature. */
async function simulate(keplr: Keplr): Promise<number> {
  const account = await BaseAccount.fetchFromRest(world().restUrl, keplr.address, true);
  const signer = SignerInfo.fromPartial({
    modeInfo: { single: { mode: SignMode.SIGN_MODE_LEGACY_AMINO_JSON }, multi: undefined },
    sequence: account.getSequence().toString(),
  });
  const unsigned = TxRaw.encode({
    bodyBytes: TxBody.encode(TxBody.fromPartial({ messages: [messageOf(keplr)], memo: "" })).finish(),
    authInfoBytes: AuthInfo.encode({ signerInfos: [signer], fee: Fee.fromPartial({ amount: [] }) }).finish(),
    signatures: [new Uint8Array(64)],
  }).finish();
  const { data } = await simpleFetch<{ gas_info: { gas_used: string } }>(
    world().restUrl,
    "/cosmos/tx/v1beta1/simulate",
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ tx_bytes: toBase64(unsigned) }),
    },
  );
  return Number.parseInt(data.gas_info.gas_used, 10);
}

/** A signed transfer of one uakt, with the gas that was simulated times the wallet's 1.3. */
async function signed(keplr: Keplr, mode: SignMode): Promise<Uint8Array> {
  const gas = String(Math.ceil((await simulate(keplr)) * 1.3));
  const account = await BaseAccount.fetchFromRest(world().restUrl, keplr.address, true);
  const fee = { amount: [{ denom: "uakt", amount: "3000" }], gas };
  const [sequence, accountNumber] = [account.getSequence().toString(), account.getAccountNumber().toString()];
  const memo = "<keplr>";
  const bodyBytes = TxBody.encode(TxBody.fromPartial({ messages: [messageOf(keplr)], memo })).finish();
  const publicKey = {
    typeUrl: "/cosmos.crypto.secp256k1.PubKey",
    value: PubKey.encode({ key: keplr.publicKey }).finish(),
  };
  const authInfoBytes = AuthInfo.encode({
    signerInfos: [{ publicKey, modeInfo: { single: { mode }, multi: undefined }, sequence }],
    fee: Fee.fromPartial({ amount: fee.amount, gasLimit: gas }),
  }).finish();
  const { chainId } = world().node;
  const value = { from_address: keplr.address, to_address: world().tenant.address, amount: [coin] };
  const document =
    mode === SignMode.SIGN_MODE_DIRECT
      ? SignDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }).finish()
      : serializeSignDoc({
          chain_id: chainId,
          account_number: accountNumber,
          sequence,
          fee,
          msgs: [{ type: "cosmos-sdk/MsgSend", value }],
          memo,
        });
  return TxRaw.encode({ bodyBytes, authInfoBytes, signatures: [keplr.sign(document)] }).finish();
}

/** What the wallet reads of a transaction that is in a block; a code of 0 may be left out. */
interface Told {
  readonly code?: number;
  readonly events: readonly { readonly type: string }[];
}

async function broadcast(tx: Uint8Array, mode: "SYNC" | "ASYNC"): Promise<Record<string, unknown>> {
  const { data } = await simpleFetch<{ tx_response: Record<string, unknown> }>(
    world().restUrl,
    "/cosmos/tx/v1beta1/txs",
    {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ tx_bytes: toBase64(tx), mode: `BROADCAST_MODE_${mode}` }),
    },
  );
  return data.tx_response;
}

test("it simulates, signs in both modes, sends, and hears of the block", { timeout: 60_000 }, async () => {
  const keplr = await openKeplr(`${"abandon ".repeat(11)}about`);
  const tracer = new TendermintTxTracer(world().node.rpcUrl, "/websocket");
  await new Promise((resolve) => tracer.addEventListener("open", resolve));
  const heights: unknown[] = [];
  const stop = tracer.subscribeBlock(({ block }: { block: { header: { height: string } } }) =>
    heights.push(block.header.height),
  );
  const direct = await signed(keplr, SignMode.SIGN_MODE_DIRECT);
  // Its `traceTx` is these two calls, and a timer of 10 s that nothing ends.
  const hash = Hash.sha256(direct);
  const missing = tracer.queryTx(hash);
  await assert.rejects(missing, /^Error: tx \([0-9A-F]{64}\) not found$/);
  const told = tracer.subscribeTx(hash) as Promise<Told>;
  const any = tracer.subscribeTx({ "message.sender": keplr.address, "tx.height": 1_000_000 });
  const sent = await broadcast(direct, "SYNC");
  assert.deepEqual([sent.code, sent.raw_log, sent.txhash], [0, "", toHexUpper(hash)]);
  const { code = 0, events } = await told;
  assert.equal(code, 0);
  assert.ok(events.some(({ type }) => type === "transfer"));
  assert.equal(((await tracer.queryTx(hash)) as Told).code, 0);

  // Now its key is known to the chain, and what it simulates still says nothing of it.
  const amino = await signed(keplr, SignMode.SIGN_MODE_LEGACY_AMINO_JSON);
  const next = tracer.subscribeTx(Hash.sha256(amino)) as Promise<Told>;
  assert.equal((await broadcast(amino, "ASYNC")).code, 0);
  assert.ok(((await next).code ?? 0) === 0);
  const found = (await tracer.queryTx({ "message.sender": keplr.address })) as { total_count: string; txs: unknown[] };
  assert.deepEqual([found.total_count, found.txs.length], ["2", 1]);
  assert.ok(heights.length > 1 && new Set(heights).size === heights.length);
  assert.equal(await Promise.race([any, Promise.resolve("nothing yet")]), "nothing yet");
  stop();
  tracer.close();
  const again = await broadcast(amino, "SYNC");
  assert.deepEqual([again.code, again.codespace], [19, "sdk"]);
});

test("a token that it signs as arbitrary data opens a provider's gateway, and it knows ours", () => {
  const key = new PrivKeySecp256k1(Mnemonic.generateWalletFromMnemonic(`${"abandon ".repeat(11)}about`));
  const publicKey = key.getPubKey();
  const iss = accountText(publicKey.getCosmosAddress());
  const leases = { access: "full", scope: undefined, permissions: undefined };
  const claims = { iss, iat: 100n, nbf: 100n, exp: 200n, jti: "", aud: [], version: "v1", leases };
  const text = jwtSigningText("ES256KADR36", claims);
  const bytes = serializeSignDoc(makeADR36AminoSignDoc(iss, text));
  assert.deepEqual(Uint8Array.from(bytes), jwtSignBytes("ES256KADR36", text, iss));
  const { r, s } = key.signDigest32(Hash.sha256(bytes));
  const signature = Uint8Array.from([...r, ...s]);
  const parsed = parseJwt(`${text}.${toBase64Url(signature)}`);
  assert.ok(parsed.ok);
  const verifier = createNativeVerifier({ log: silentLog });
  const check = { publicKey: publicKey.toBytes(), nowSeconds: 150n, hash: nativeHash, verifier };
  assert.deepEqual(verifyJwt(parsed.value, check), { ok: true, value: claims });
  assert.equal(verifyADR36Amino("akash", iss, text, publicKey.toBytes(), signature), true);
});

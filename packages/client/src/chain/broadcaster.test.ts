import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { create } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { fromBase64, fromHex, type Timers, toBase64, toHexUpper } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { accountText, addressOf, decode, encode, secp256k1Key } from "@stoa/wire";
import { BaseAccountSchema, QueryAccountResponseSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import {
  AuthInfoSchema,
  SignDocSchema,
  SimulateRequestSchema,
  SimulateResponseSchema,
  TxRawSchema,
} from "@stoa/wire/cosmos.tx.v1beta1";
import { type PrivateKey, publicKeyOf, signMessage } from "@stoa/wire/wallet";
import { Broadcaster } from "./broadcaster.ts";
import { ChainClient } from "./chain-client.ts";
import type { ChainError } from "./errors.ts";
import { ChainFollower } from "./follow.ts";
import { message, type Signer } from "./tx-builder.ts";

const key: PrivateKey = { type: "secp256k1", secret: pureHash.sha256(new Uint8Array([7])) };
const publicKey = publicKeyOf(key).key;
const address = accountText(addressOf(secp256k1Key(publicKey), pureHash) ?? new Uint8Array());
const signer: Signer = { address, publicKey, sign: (bytes) => signMessage(key, bytes) };

/** Real timers that do not keep the test waiting. */
const timers: Timers = {
  after: (_ms, run) => {
    const handle = setTimeout(run, 1);
    return { cancel: () => clearTimeout(handle) };
  },
  every: (_ms, run) => {
    const handle = setInterval(run, 5);
    return { cancel: () => clearInterval(handle) };
  },
};
const slowTimers: Timers = {
  ...timers,
  after: (ms, run) => {
    const handle = setTimeout(run, ms >= 1000 ? ms : 1);
    return { cancel: () => clearTimeout(handle) };
  },
};

/** A node of a few lines: it checks the sequence as a mempool does and includes at once. */
class FakeNode {
  sequence = 5n;
  /** What the account query says: it lags behind the mempool. */
  known = 5n;
  height = 10n;
  /** Blocks that are stored, and not run yet. */
  stored = 0n;
  refuse: { code: number; codespace: string; log: string } | null = null;
  readonly taken = new Map<string, Uint8Array>();
  /** What a simulation says now, and what the next block's transaction really uses. */
  simulated = 100n;
  readonly simulatedFees: string[] = [];
  used = 100n;

  readonly fetch = async (_url: string, request: { body: string }) => {
    const { id, method, params } = JSON.parse(request.body);
    const answer = this.answer(method, params);
    return { status: 200, text: async () => JSON.stringify({ jsonrpc: "2.0", id, ...answer }) };
  };

  answer(method: string, params: Record<string, string>): object {
    if (method === "status") {
      const latest_block_height = String(this.height + this.stored);
      const sync_info = { latest_block_height, latest_block_time: "", catching_up: false };
      return { result: { node_info: { network: "test-1" }, sync_info } };
    }
    if (method === "abci_info") return { result: { response: { last_block_height: String(this.height) } } };
    if (method === "block_results" && BigInt(params.height ?? "0") > this.height)
      return { error: { code: -32603, message: "Internal error", data: "could not find results for height" } };
    if (method === "block_results") return { result: { height: params.height, txs_results: null } };
    if (method === "abci_query") return { result: { response: { code: 0, value: this.query(params) } } };
    if (method === "broadcast_tx_sync") return { result: this.take(fromBase64(params.tx ?? "") ?? new Uint8Array()) };
    if (method === "tx") {
      const hash = toHexUpper(fromBase64(params.hash ?? "") ?? new Uint8Array());
      const tx = this.taken.get(hash);
      if (tx === undefined) return { error: { code: -32603, message: "Internal error", data: "tx not found" } };
      const limit = decode(AuthInfoSchema, decode(TxRawSchema, tx).authInfoBytes).fee?.gasLimit ?? 0n;
      const outcome = limit < this.used ? { code: 11, codespace: "sdk", log: "out of gas" } : { code: 0 };
      this.simulated = this.used;
      return { result: { height: "11", tx_result: { ...outcome, gas_used: String(this.used), events: [] } } };
    }
    return { error: { code: -32601, message: "Method not found" } };
  }

  query({ path = "", data = "" }: Record<string, string>): string {
    if (path === "/cosmos.auth.v1beta1.Query/Account") {
      const account = create(BaseAccountSchema, { address, accountNumber: 3n, sequence: this.known });
      const any = create(AnySchema, {
        typeUrl: "/cosmos.auth.v1beta1.BaseAccount",
        value: encode(BaseAccountSchema, account),
      });
      return toBase64(encode(QueryAccountResponseSchema, create(QueryAccountResponseSchema, { account: any })));
    }
    const { txBytes } = decode(SimulateRequestSchema, fromHex(data) ?? new Uint8Array());
    const { fee } = decode(AuthInfoSchema, decode(TxRawSchema, txBytes).authInfoBytes);
    this.simulatedFees.push(fee?.amount.map(({ denom, amount }) => `${amount}${denom}`).join(",") ?? "");
    const gasInfo = { gasUsed: this.simulated, gasWanted: 0n };
    return toBase64(encode(SimulateResponseSchema, create(SimulateResponseSchema, { gasInfo })));
  }

  take(tx: Uint8Array): object {
    const hash = toHexUpper(pureHash.sha256(tx));
    const raw = decode(TxRawSchema, tx);
    const { sequence } = decode(AuthInfoSchema, raw.authInfoBytes).signerInfos[0] ?? { sequence: -1n };
    const { bodyBytes, authInfoBytes } = raw;
    const doc = create(SignDocSchema, { bodyBytes, authInfoBytes, chainId: "test-1", accountNumber: 3n });
    const digest = pureHash.sha256(encode(SignDocSchema, doc));
    const signed = pureVerifier.verify("secp256k1", publicKey, digest, raw.signatures[0] ?? new Uint8Array());
    if (!signed) return { code: 4, codespace: "sdk", log: "signature verification failed", hash };
    if (this.refuse !== null) return { ...this.refuse, hash };
    if (sequence !== this.sequence) {
      const log = `account sequence mismatch, expected ${this.sequence}, got ${sequence}: incorrect account sequence`;
      return { code: 32, codespace: "sdk", log, hash };
    }
    this.sequence += 1n;
    this.taken.set(hash, tx);
    return { code: 0, codespace: "", log: "", hash };
  }
}

function sendTo(node: FakeNode) {
  const client = new ChainClient({ url: "http://node", fetch: node.fetch, timers: slowTimers });
  const broadcaster = new Broadcaster({ client, signer, timers: slowTimers });
  return { client, broadcaster };
}

const payment = message(MsgSendSchema, { fromAddress: address, toAddress: address, amount: [] });

describe("broadcaster", () => {
  it("signs what the chain can verify, with simulated gas and its fee", async () => {
    const node = new FakeNode();
    const included = await sendTo(node).broadcaster.send([payment]);
    assert.equal(included.height, 11n);
    const [tx] = [...node.taken.values()];
    const { fee } = decode(AuthInfoSchema, decode(TxRawSchema, tx ?? new Uint8Array()).authInfoBytes);
    assert.equal(fee?.gasLimit, 150n);
    assert.deepEqual(
      fee?.amount.map(({ denom, amount }) => `${amount}${denom}`),
      ["4uakt"],
    );
    // Paying costs gas, so the simulation pays something.
    assert.deepEqual(node.simulatedFees, ["1uakt"]);
    assert.ok(fromHex(included.hash)?.length === 32);
  });

  it("sends again, with more gas, what grew between its simulation and its block", async () => {
    const node = new FakeNode();
    node.used = 500n;
    await sendTo(node).broadcaster.send([payment]);
    assert.equal(node.taken.size, 2);
    const named = new FakeNode();
    named.used = 500n;
    await assert.rejects(sendTo(named).broadcaster.send([payment], { gasLimit: 200n }), /out of gas/);
    assert.equal(named.taken.size, 1);
  });

  it("sends at once what comes at once, each with its own sequence", async () => {
    const node = new FakeNode();
    const { broadcaster } = sendTo(node);
    await Promise.all(Array.from({ length: 5 }, () => broadcaster.send([payment])));
    assert.equal(node.sequence, 10n);
    assert.equal(node.taken.size, 5);
  });

  it("takes up the sequence that the node expects", async () => {
    const node = new FakeNode();
    node.sequence = 9n;
    await sendTo(node).broadcaster.send([payment]);
    assert.equal(node.sequence, 10n);
  });

  it("passes on a refusal with its code, and goes on after it", async () => {
    const node = new FakeNode();
    const { broadcaster } = sendTo(node);
    node.refuse = { code: 5, codespace: "sdk", log: "insufficient funds" };
    await assert.rejects(
      broadcaster.send([payment]),
      (error: ChainError) => error.is("sdk", 5) && error.fault === "user",
    );
    node.refuse = null;
    await broadcaster.send([payment]);
  });

  it("names a node that is away", async () => {
    const client = new ChainClient({
      url: "http://127.0.0.1:1",
      fetch: async () => {
        throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
      },
      timers: slowTimers,
    });
    await assert.rejects(client.status(), (error: ChainError) => {
      return error.code === "unreachable" && error.fault === "platform" && /ECONNREFUSED/.test(error.message);
    });
  });
});

describe("follower", () => {
  it("delivers every block once and in order, and says when it cannot", async () => {
    const node = new FakeNode();
    // A block is stored before it is run: what it did can be asked for only then.
    node.stored = 1n;
    let away = false;
    const client = new ChainClient({
      url: "http://node",
      fetch: async (url, request) => {
        if (away) throw new Error("away");
        return node.fetch(url, request);
      },
      timers: slowTimers,
    });
    const seen: bigint[] = [];
    const gaps: bigint[] = [];
    const states: boolean[] = [];
    const follower = new ChainFollower({
      client,
      openSocket: () => ({ onopen: null, onmessage: null, onclose: null, onerror: null, send() {}, close() {} }),
      timers,
      from: 7n,
      onBlock: async ({ height }) => void seen.push(height),
      onGap: async (height) => void gaps.push(height),
      onConnection: (connected) => states.push(connected),
    });
    const until = async (done: () => boolean) => {
      for (let i = 0; i < 200 && !done(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
      assert.ok(done());
    };
    follower.start();
    await until(() => seen.length === 3);
    node.height = 12n;
    await until(() => seen.length === 5);
    assert.deepEqual(seen, [8n, 9n, 10n, 11n, 12n]);
    assert.deepEqual(states, [true]);
    away = true;
    await until(() => states.includes(false));
    away = false;
    node.height = 14n;
    await until(() => gaps.length === 1);
    assert.deepEqual(gaps, [14n]);
    follower.stop();
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { verifyStoreProof } from "@stoa/consensus";
import { concatBytes, fromUtf8, toHex, utf8, type Verifier } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";
import { parseAccount } from "@stoa/wire";
import {
  QueryBalanceRequestSchema,
  QueryBalanceResponseSchema,
  QueryTotalSupplyRequestSchema,
  QueryTotalSupplyResponseSchema,
} from "@stoa/wire/cosmos.bank.v1beta1";
import { create, decode, encode } from "./codec.ts";
import { supplyHolds } from "./modules/bank/invariants.ts";
import { balanceKey, balancePrefix } from "./modules/bank/keys.ts";
import { SmallChain, type SmallChainParams } from "./testing/small-chain.ts";

const base: SmallChainParams = {
  hash: pureHash,
  verifier: pureVerifier,
  people: 3,
  coins: [
    { denom: "uact", amount: 5_000n },
    { denom: "uakt", amount: 1_000_000n },
  ],
};

function begun(params: Partial<SmallChainParams> = {}): SmallChain {
  const chain = new SmallChain({ ...base, ...params });
  chain.begin();
  return chain;
}

function query(chain: SmallChain, path: string, data: Uint8Array, height = 0n, prove = false) {
  return chain.app.query({ path, data, height, prove });
}

function balance(chain: SmallChain, who: number, denom = "uakt", height = 0n): bigint {
  const request = create(QueryBalanceRequestSchema, { address: chain.who(who).address, denom });
  const data = encode(QueryBalanceRequestSchema, request);
  const answer = query(chain, "/cosmos.bank.v1beta1.Query/Balance", data, height);
  assert.equal(answer.code, 0, answer.log);
  return BigInt(decode(QueryBalanceResponseSchema, answer.value).balance?.amount ?? "0");
}

test("a send moves coins and its fee; a restart sees the same state", () => {
  const chain = begun();
  const { txResults, appHash } = chain.block([chain.send(0, 1, 700n)]);
  assert.equal(txResults[0]?.code, 0, txResults[0]?.log);
  assert.equal(balance(chain, 0), 1_000_000n - 700n - 10_000n);
  assert.equal(balance(chain, 1), 1_000_700n);

  const again = new SmallChain({ ...base, backend: chain.backend });
  const info = again.app.info();
  assert.equal(info.lastBlockHeight, 1n);
  assert.deepEqual(info.lastBlockAppHash, appHash);
  assert.equal(balance(again, 1), 1_000_700n);
  again.sequences.set(again.who(0).address, 1n);
  const next = again.block([again.send(0, 2, 1n)]);
  assert.equal(next.txResults[0]?.code, 0, next.txResults[0]?.log);
});

test("computing a block writes nothing and can be repeated", () => {
  const chain = begun();
  const tx = chain.send(0, 1, 5n);
  const first = chain.compute([tx]);
  const second = chain.compute([tx]);
  assert.deepEqual(first.appHash, second.appHash);
  assert.equal(chain.app.info().lastBlockHeight, 0n);
  chain.block([tx]);
  assert.equal(balance(chain, 1), 1_000_005n);
  const other = chain.compute([chain.send(1, 2, 5n)]);
  assert.notDeepEqual(other.appHash, first.appHash);
  assert.equal(balance(chain, 2), 1_000_000n);
});

test("between the steps of a block all else is answered from the last committed state, and changes nothing of it", () => {
  const chain = begun();
  chain.block([]);
  const txs = [chain.send(0, 1, 700n), chain.send(0, 2, 5n), chain.send(1, 2, 5n)];
  const later = chain.send(0, 1, 9n);
  const { appHash } = chain.compute(txs);
  const steps = chain.app.finalizeInSteps(chain.request(txs));
  // The mempool has seen the block's transactions already.
  for (const tx of txs) assert.equal(chain.app.checkTx({ tx, recheck: false }).code, 0);
  let taken = 0;
  let response: ReturnType<typeof chain.compute> | undefined;
  for (; response === undefined; taken++) {
    const step = steps.next();
    if (step.done === true) response = step.value;
    assert.equal(balance(chain, 1), 1_000_000n);
    assert.equal(chain.app.info().lastBlockHeight, 1n);
    assert.equal(chain.app.simulate(later).error?.error.code, taken <= 1 ? undefined : 32);
    if (taken === 1) assert.equal(chain.app.checkTx({ tx: later, recheck: false }).code, 0);
  }
  assert.ok(taken > txs.length, `${taken} steps`);
  assert.deepEqual(response.appHash, appHash);
  assert.equal(chain.app.checkTx({ tx: later, recheck: false }).code, 32, "checks remember it until the commit");
});

test("a failed message keeps the fee and the sequence, and nothing else", () => {
  const chain = begun();
  const { txResults } = chain.block([chain.send(0, 1, 2_000_000n), chain.send(0, 1, 1n)]);
  assert.equal(txResults[0]?.codespace, "sdk");
  assert.equal(txResults[0]?.code, 5);
  assert.equal(txResults[0]?.data.length, 0);
  assert.equal(txResults[1]?.code, 0, txResults[1]?.log);
  assert.equal(balance(chain, 0), 1_000_000n - 20_000n - 1n);
});

test("checks see each other until the next commit, then the committed state", () => {
  const chain = begun();
  const [first, second] = [chain.send(0, 1, 1n), chain.send(0, 1, 2n)];
  const check = (tx: Uint8Array, recheck = false): number => chain.app.checkTx({ tx, recheck }).code;
  assert.equal(check(first), 0);
  assert.equal(check(first), 32, "the same sequence again");
  assert.equal(check(second), 0);
  chain.block([first]);
  assert.equal(check(second, true), 0, "the rest is rechecked on the new state");
  assert.equal(check(first, true), 32);
});

test("a transaction of any account can be checked before the first block", () => {
  const chain = begun();
  assert.equal(chain.app.checkTx({ tx: chain.send(2, 1, 1n), recheck: false }).code, 0);
});

test("the node's floor applies to checks only", () => {
  const chain = begun();
  const cheap = chain.send(0, 1, 1n, "uakt", 9_999n);
  const refused = chain.app.checkTx({ tx: cheap, recheck: false });
  assert.equal(refused.code, 13);
  assert.equal(refused.log, "insufficient fees; got: 9999uakt required: 10000uakt: insufficient fee");
  const { txResults } = chain.block([cheap]);
  assert.equal(txResults[0]?.code, 0, "a proposer may take it");
  assert.equal(chain.app.checkTx({ tx: chain.send(0, 1, 1n), recheck: false }).code, 0);
});

test("a proposal takes transactions in order up to its size", () => {
  const chain = begun();
  const txs = [new Uint8Array(100), new Uint8Array(200), new Uint8Array(50)];
  assert.equal(chain.app.prepareProposal({ maxTxBytes: 102n, txs }).length, 1);
  assert.equal(chain.app.prepareProposal({ maxTxBytes: 101n, txs }).length, 0);
  assert.equal(chain.app.prepareProposal({ maxTxBytes: 102n + 203n + 52n, txs }).length, 3);
});

test("the signatures that are listed are the signatures that are asked for, and a wrong answer fails the transaction", () => {
  const asked: string[] = [];
  const name = (key: Uint8Array, digest: Uint8Array, signature: Uint8Array): string =>
    toHex(concatBytes(key, digest, signature));
  const recording: Verifier = {
    verify(scheme, key, digest, signature) {
      asked.push(name(key, digest, signature));
      return pureVerifier.verify(scheme, key, digest, signature);
    },
  };
  const chain = begun({ verifier: recording });
  const txs = [chain.send(0, 1, 1n), chain.send(0, 1, 2n), chain.send(1, 2, 3n)];
  const listed = txs.flatMap((tx) => chain.app.listSignatures(tx));
  const { appHash } = chain.block(txs);
  assert.deepEqual(
    listed.map(({ publicKey, digestOrMessage, signature }) => name(publicKey, digestOrMessage, signature)),
    asked,
  );
  // Answers from a table of what was verified before change nothing.
  const table = new Set(asked);
  const fromTable: Verifier = { verify: (_, key, digest, signature) => table.has(name(key, digest, signature)) };
  const same = begun({ verifier: fromTable });
  assert.deepEqual(same.block(txs).appHash, appHash);
  assert.equal(chain.app.listSignatures(Uint8Array.of(1, 2, 3)).length, 0);
});

test("a transaction whose signatures were listed is checked as one that was not", () => {
  const [first, second] = [begun(), begun()];
  for (const tx of [first.send(0, 1, 1n), first.send(0, 1, 2n), first.send(0, 2, 10n ** 30n), Uint8Array.of(1, 2, 3)]) {
    second.app.listSignatures(tx);
    const expected = first.app.checkTx({ tx, recheck: false });
    assert.deepEqual(second.app.checkTx({ tx, recheck: false }), expected);
    assert.deepEqual(second.app.checkTx({ tx, recheck: false }), first.app.checkTx({ tx, recheck: false }));
  }
});

test("a genesis section that no module reads is refused unless it is named", () => {
  assert.throws(() => begun({ sections: { gov: { proposals: [] } } }), /no module reads the section gov/);
  assert.doesNotThrow(() => begun({ sections: { gov: { proposals: [] } }, ignoredSections: ["gov"] }));
  assert.throws(() => begun({ sections: { bank: { balances: [{ address: "x", coins: [] }] } } }), /bank: balance of x/);
  assert.throws(() => begun({ sections: { bank: { nonsense: 1 } } }), /bank: /);
});

test("a supply that is not the sum of the balances is refused", () => {
  const chain = new SmallChain(base);
  const coins = [{ denom: "uakt", amount: "5" }];
  const bank = { balances: [{ address: chain.who(0).address, coins }], supply: [{ denom: "uakt", amount: "6" }] };
  assert.throws(() => begun({ sections: { bank } }), /supply is 6uakt, the balances add up to 5uakt/);
});

test("what is exported begins the same chain again", () => {
  const chain = begun();
  chain.block([chain.send(0, 1, 700n)]);
  const exported = chain.app.exportGenesis();
  const next = begun({ sections: exported });
  next.block([]);
  assert.deepEqual(next.app.exportGenesis(), exported);
});

test("a stored value and an absent one are proven against the app hash", () => {
  const chain = begun();
  chain.block([]);
  const { appHash } = chain.block([chain.send(0, 1, 9n)]);
  const address = parseAccount(chain.who(1).address);
  assert.ok(address.ok);
  const key = concatBytes(balancePrefix, balanceKey.encode([address.value, "uakt"]));
  const answer = query(chain, "/store/bank/key", key, 2n, true);
  assert.equal(answer.code, 0, answer.log);
  assert.equal(fromUtf8(answer.value), "1000009");
  assert.ok(verifyStoreProof(pureHash, appHash, answer.proofOps, "bank", key, answer.value));
  const absent = concatBytes(balancePrefix, balanceKey.encode([address.value, "unone"]));
  const nothing = query(chain, "/store/bank/key", absent, 2n, true);
  assert.ok(verifyStoreProof(pureHash, appHash, nothing.proofOps, "bank", absent, undefined));
  assert.equal(query(chain, "/store/none/key", key).code, 4);
  assert.equal(query(chain, "/store/bank/key", new Uint8Array()).code, 3);
});

test("queries read the height that they name", () => {
  const chain = begun();
  assert.equal(query(chain, "/cosmos.bank.v1beta1.Query/Params", new Uint8Array()).code, 26, "before the first block");
  chain.block([chain.send(0, 1, 1n)]);
  chain.block([chain.send(0, 1, 1n)]);
  assert.equal(balance(chain, 1, "uakt", 1n), 1_000_001n);
  assert.equal(balance(chain, 1), 1_000_002n);
  const future = query(chain, "/cosmos.bank.v1beta1.Query/Params", new Uint8Array(), 99n);
  assert.equal(future.code, 26);
  assert.equal(query(chain, "/app/version", new Uint8Array()).code, 0);
  assert.equal(query(chain, "/none", new Uint8Array()).log, "unknown query path: unknown request");
});

test("a simulation tells gas and result and keeps nothing", () => {
  const chain = begun();
  chain.block([]);
  const tx = chain.send(0, 1, 5n);
  const execution = chain.app.simulate(tx);
  assert.equal(execution.error, undefined);
  assert.ok((execution.gas?.consumed ?? 0n) > 40_000n);
  assert.equal(balance(chain, 1), 1_000_000n);
  const { txResults } = chain.block([tx]);
  assert.equal(txResults[0]?.code, 0, txResults[0]?.log);
});

test("money that appears from nowhere breaks the supply invariant", () => {
  const chain = begun();
  const address = parseAccount(chain.who(0).address);
  assert.ok(address.ok);
  const key = concatBytes(balancePrefix, balanceKey.encode([address.value, "uakt"]));
  const changes = [{ key, before: utf8("5"), after: utf8("6") }];
  const problem = supplyHolds.broken(changes, undefined as never);
  assert.equal(problem, "balances of uakt changed by 1, its supply by 0");
});

test("the total supply stands still while people send", () => {
  const chain = begun();
  const data = encode(QueryTotalSupplyRequestSchema, create(QueryTotalSupplyRequestSchema));
  const supply = (): string => {
    const answer = query(chain, "/cosmos.bank.v1beta1.Query/TotalSupply", data);
    return decode(QueryTotalSupplyResponseSchema, answer.value)
      .supply.map(({ denom, amount }) => amount + denom)
      .join();
  };
  chain.block([]);
  assert.equal(supply(), "15000uact,3000000uakt");
  chain.block([chain.send(0, 1, 7n), chain.send(1, 2, 8n, "uact"), chain.send(2, 0, 9_999_999n)]);
  assert.equal(supply(), "15000uact,3000000uakt");
});

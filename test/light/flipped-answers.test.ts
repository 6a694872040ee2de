import assert from "node:assert/strict";
import { test } from "node:test";
import { ChainError, type Fetch, JsonRpc, LightClient, LightError, VerifiedChain } from "@stoa/client";
import { type ProofOp, verifyStoreProof } from "@stoa/consensus";
import { createNativeVerifier, nativeHash, systemClock, systemTimers } from "@stoa/host";
import { fromBase64, fromHex, silentLog, toHex, utf8 } from "@stoa/std";
import { fromValidatorUpdate } from "../../apps/node/src/abci-values.ts";
import { signerOfSeed } from "../../apps/node/src/home/validator-key.ts";
import { startTestRpc } from "../../apps/node/src/testing/test-rpc.ts";
import { reaches } from "./block-waiting.ts";
import { spoilings } from "./spoil.ts";

/** Answers of a node, by question: what a client asked once is answered from here, one answer spoilt. */
type Recording = Map<string, unknown>;

const questionOf = (body: string): string => {
  const { method, params } = JSON.parse(body) as { method: string; params: unknown };
  return `${method} ${JSON.stringify(params)}`;
};

function recorder(recording: Recording): Fetch {
  return async (url, request) => {
    const answer = await fetch(url, request);
    const text = await answer.text();
    recording.set(questionOf(request.body), (JSON.parse(text) as { result: unknown }).result);
    return { status: answer.status, text: async () => text };
  };
}

function player(recording: Recording, question: string, result: unknown): Fetch {
  return async (_, { body }) => {
    const asked = questionOf(body);
    const found = asked === question ? result : recording.get(asked);
    const none = { code: -32603, message: "Internal error", data: "nobody asked this before" };
    const answer = { jsonrpc: "2.0", id: (JSON.parse(body) as { id: number }).id };
    const text = JSON.stringify(found === undefined ? { ...answer, error: none } : { ...answer, result: found });
    return { status: 200, text: async () => text };
  };
}

/** One text for equal values. */
const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === "bigint") return `${item}n`;
    return item instanceof Uint8Array ? toHex(item) : (item ?? null);
  });

/** What nothing proves and the client does not use: it may say anything. */
const unused = [
  /^canonical$/,
  /^count$/,
  /^validators\.\[\]\.proposer_priority$/,
  /^response\.(log|info|index|codespace)$/,
  /^tx_result\.(log|info|codespace|events)/,
  /^txs_results\.\[\]\.(log|info|codespace|events)/,
  /^(finalize_block_events|validator_updates|consensus_param_updates)/,
  /^consensus_params\.(evidence|validator|version|abci)/,
];

const validatorKey = (n: number) => signerOfSeed(new Uint8Array(32).fill(n)).publicKey;

async function makeChain(t: Parameters<typeof startTestRpc>[0]) {
  const gone = validatorKey(41);
  const world = await startTestRpc(t, {
    otherValidators: [
      { publicKey: gone, power: 2n, name: "absent" },
      { publicKey: validatorKey(42), power: 1n, name: "absent too" },
    ],
    prepare: (machine) => {
      machine.updatesAt.set(6n, [fromValidatorUpdate({ publicKey: gone, power: 0n })]);
    },
  });
  const { engine } = world;
  const send = async (text: string) => assert.equal((await engine.broadcast(utf8(text))).code, 0);
  for (const text of ["one=1", "two=2", "fail=3", "four=4"]) await send(text);
  await reaches(engine, 12n);
  await engine.stop();
  const holding = (await engine.tx(nativeHash.sha256(utf8("four=4"))))?.height;
  assert.ok(holding);
  return {
    ...world,
    gone,
    trust: { height: 2n, hash: (await engine.block(2n))?.blockId.hash ?? new Uint8Array() },
    holding,
  };
}

test("an answer of a node with anything changed in it is refused, or says the same", {
  timeout: 120_000,
}, async (t) => {
  const { url, chainId, trust, holding, engine } = await makeChain(t);
  const chainOf = (fetch: Fetch) =>
    new VerifiedChain(
      new LightClient({
        chainId,
        primary: new JsonRpc({ url, fetch, timers: systemTimers }),
        trust,
        hash: nativeHash,
        verifier: createNativeVerifier({ log: silentLog }),
        clock: { nowNs: () => now },
      }),
    );
  const now = (await engine.block(12n))?.block.header.time ?? 0n;
  const questions: Readonly<Record<string, (chain: VerifiedChain) => Promise<unknown>>> = {
    "the newest header": (chain) => chain.header(),
    "a later header": (chain) => chain.header(11n),
    "an earlier header": (chain) => chain.header(1n),
    validators: (chain) => chain.validators(10n),
    "a block with transactions": (chain) => chain.block(holding),
    "the first block": (chain) => chain.block(1n),
    "a value": (chain) => chain.query("kv", utf8("two")),
    "a value at a height": (chain) => chain.query("kv", utf8("four"), 9n),
    "an absence": (chain) => chain.query("kv", utf8("three")),
    "an absence behind all": (chain) => chain.query("kv", utf8("zzz")),
    "a transaction": (chain) => chain.tx(nativeHash.sha256(utf8("four=4"))),
    results: (chain) => chain.results(holding),
    limits: (chain) => chain.limits(8n),
  };
  let [refused, same] = [0, 0];
  // The way to a header is the same for every question: its answers are spoilt once.
  const spoiltBefore = new Set<string>();
  const told = [];
  for (const [name, question] of Object.entries(questions)) {
    const recording: Recording = new Map();
    const expected = textOf(await question(chainOf(recorder(recording))));
    assert.equal(textOf(await question(chainOf(player(recording, "", undefined)))), expected);
    told.push({ name, question, recording, expected });
  }
  for (const { name, question, recording, expected } of told) {
    for (const [asked, document] of recording) {
      if (spoiltBefore.has(asked)) continue;
      spoiltBefore.add(asked);
      for (const { place, how, document: spoilt } of spoilings(document)) {
        const what = `${name}: ${place} of ${asked} ${how}`;
        const answer = await question(chainOf(player(recording, asked, spoilt))).then(textOf, (cause: unknown) => {
          assert.ok(cause instanceof LightError || cause instanceof ChainError, `${what}: ${cause}`);
          return undefined;
        });
        if (answer === undefined) {
          refused++;
          continue;
        }
        same++;
        assert.equal(answer, expected, what);
        assert.ok(
          unused.some((pattern) => pattern.test(place)) || isSameValue(document, spoilt),
          `${what} is not noticed`,
        );
      }
    }
  }
  t.diagnostic(`${refused} refused, ${same} said the same`);
  assert.ok(refused > 3_000);
});

test("what only the next block proves is asked for too early at the tip, and not answered", async (t) => {
  const { url, chainId, trust, engine } = await makeChain(t);
  const light = new LightClient({
    chainId,
    primary: new JsonRpc({ url, fetch, timers: systemTimers }),
    trust,
    hash: nativeHash,
    verifier: createNativeVerifier({ log: silentLog }),
    clock: systemClock,
  });
  const chain = new VerifiedChain(light);
  const tip = engine.height;
  for (const work of [chain.results(tip), chain.query("kv", utf8("two"), tip), chain.results(tip + 5n)]) {
    await assert.rejects(work, (error) => error instanceof LightError && error.code === "too-early");
  }
  assert.equal((await chain.results(tip - 1n)).height, tip - 1n);
  assert.equal((await chain.query("kv", utf8("two"))).height, tip - 1n);
});

test("a proof with any byte changed in it shows nothing else", { timeout: 120_000 }, async (t) => {
  const { engine, machine } = await makeChain(t);
  const next = (await engine.block(12n))?.block.header;
  assert.ok(next);
  let refused = 0;
  for (const key of ["two", "three", "zzz"].map(utf8)) {
    const answer = machine.query({ path: "/store/kv/key", data: key, height: 11n, prove: true });
    const value = answer.value.length === 0 ? undefined : answer.value;
    const shows = (ops: readonly ProofOp[]): boolean =>
      verifyStoreProof(nativeHash, next.appHash, ops, "kv", key, value);
    assert.ok(shows(answer.proofOps));
    for (const [index, op] of answer.proofOps.entries()) {
      for (let bit = 0; bit < op.data.length * 8; bit++) {
        const data = op.data.slice();
        data[bit >> 3] = (data[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        if (shows(answer.proofOps.with(index, { ...op, data })))
          assert.fail(`bit ${bit} of step ${index} is not noticed`);
        refused++;
      }
    }
  }
  t.diagnostic(`${refused} refused`);
  assert.ok(refused > 2_000);
});

/** Two writings of one value: another case of hex, base64 with other bits after the end, missing for null or zero. */
function isSameValue(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  const empty = (value: unknown): boolean =>
    value === null || value === undefined || textOf(value) === "[]" || value === "";
  if (empty(before) && empty(after)) return true;
  if (typeof before === "string" && typeof after === "string") {
    const bytes = (text: string): string => toHex(fromHex(text) ?? fromBase64(text) ?? utf8(text));
    return bytes(before) === bytes(after);
  }
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null) return false;
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const at = (value: object, key: string): unknown => (value as Record<string, unknown>)[key];
  return [...keys].every((key) => isSameValue(at(before, key), at(after, key)));
}

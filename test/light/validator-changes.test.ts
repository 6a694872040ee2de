import assert from "node:assert/strict";
import { test } from "node:test";
import { JsonRpc, LightClient, VerifiedChain } from "@stoa/client";
import {
  defaultConsensusParams,
  newValidatorSet,
  type PublicKey,
  updateValidatorSet,
  type ValidatorSet,
  type ValidatorUpdate,
} from "@stoa/consensus";
import { createNativeVerifier, nativeHash, systemClock, systemTimers } from "@stoa/host";
import { fromHex, type Result, silentLog, toBase64, toHex, toHexUpper, utf8 } from "@stoa/std";
import { MemoryBackend } from "@stoa/store";
import { fromValidatorUpdate } from "../../apps/node/src/abci-values.ts";
import { EmbeddedEngine } from "../../apps/node/src/engines/embedded/embedded-engine.ts";
import { SqliteEventIndex } from "../../apps/node/src/event-index/sqlite-event-index.ts";
import type { Genesis } from "../../apps/node/src/home/genesis.ts";
import { signerOfSeed } from "../../apps/node/src/home/validator-key.ts";
import { KvMachine } from "../../apps/node/src/testing/kv-machine.ts";
import { startTestRpc } from "../../apps/node/src/testing/test-rpc.ts";
import { reaches } from "./block-waiting.ts";

const keyOf = (n: number): PublicKey => signerOfSeed(new Uint8Array(32).fill(n)).publicKey;
/** The only key that signs; test nodes are born with it at power 10. */
const own = keyOf(3);
/** The generator of the curve: a point like any other key. */
const secp: PublicKey = {
  type: "secp256k1",
  bytes: fromHex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798") ?? new Uint8Array(),
};

/** What the application answers after a block: growth, newcomers, leaving, returning, several at once. */
const changes: Readonly<Record<number, readonly ValidatorUpdate[]>> = {
  2: [{ publicKey: own, power: 100n }],
  4: [{ publicKey: keyOf(61), power: 20n }],
  5: [
    { publicKey: keyOf(62), power: 7n },
    { publicKey: keyOf(61), power: 25n },
  ],
  6: [{ publicKey: secp, power: 5n }],
  9: [{ publicKey: keyOf(62), power: 0n }],
  10: [
    { publicKey: own, power: 1_000n },
    { publicKey: keyOf(62), power: 300n },
  ],
  14: [
    { publicKey: secp, power: 0n },
    { publicKey: keyOf(61), power: 0n },
  ],
};
const last = 20;

function must(set: Result<ValidatorSet, string>): ValidatorSet {
  if (!set.ok) throw new Error(set.error);
  return set.value;
}

/** The sets by height as CometBFT has them: what a block changes signs two heights later (base-chain.md §1.4). */
function expectedSets(): ValidatorSet[] {
  const first = must(newValidatorSet(nativeHash, [{ publicKey: own, power: 10n }]));
  const sets: ValidatorSet[] = [first, first, first.increment()];
  for (let height = 1; height < last; height++) {
    const next = sets[height + 1] ?? first;
    sets.push(must(updateValidatorSet(nativeHash, next, changes[height] ?? [])).increment());
  }
  return sets;
}

interface RpcValidator {
  readonly address: string;
  readonly pub_key: { readonly type: string; readonly value: string };
  readonly voting_power: string;
  readonly proposer_priority: string;
}

test("validators come, grow, shrink and go as in CometBFT, two heights later, and are followed over all of it", async (t) => {
  const { url, engine, chainId } = await startTestRpc(t, {
    blockIntervalMs: 5,
    pubKeyTypes: ["ed25519", "secp256k1"],
    prepare: (machine) => {
      for (const [height, updates] of Object.entries(changes)) {
        machine.updatesAt.set(BigInt(height), updates.map(fromValidatorUpdate));
      }
    },
  });
  await reaches(engine, BigInt(last));
  await engine.stop();
  const rpc = new JsonRpc({ url, fetch, timers: systemTimers });
  const sets = expectedSets();
  for (let height = 1; height <= last; height++) {
    const expected = sets[height];
    assert.ok(expected);
    const header = (await engine.block(BigInt(height)))?.block.header;
    assert.ok(header);
    assert.equal(toHex(header.validatorsHash), toHex(expected.hash(nativeHash)), `validators of ${height}`);
    const next = sets[height + 1]?.hash(nativeHash);
    if (next !== undefined) assert.equal(toHex(header.nextValidatorsHash), toHex(next), `next validators of ${height}`);
    const { validators } = (await rpc.call("validators", { height: String(height) })) as { validators: RpcValidator[] };
    const told = validators.map((one) => [one.address, one.pub_key.value, one.voting_power, one.proposer_priority]);
    const known = expected.validators.map((one) => [
      toHexUpper(one.address),
      toBase64(one.publicKey.bytes),
      String(one.power),
      String(one.priority),
    ]);
    assert.deepEqual(told, known, `height ${height}`);
  }
  assert.deepEqual(
    [3, 4, 6, 7, 8, 11, 12, 16].map((height) => sets[height]?.totalPower),
    [10n, 100n, 120n, 132n, 137n, 130n, 1_330n, 1_300n],
  );
  const light = new LightClient({
    chainId,
    primary: rpc,
    witnesses: [new JsonRpc({ url: url.replace("127.0.0.1", "localhost"), fetch, timers: systemTimers })],
    trust: { height: 1n, hash: (await engine.block(1n))?.blockId.hash ?? new Uint8Array() },
    hash: nativeHash,
    verifier: createNativeVerifier({ log: silentLog }),
    clock: systemClock,
  });
  const chain = new VerifiedChain(light);
  for (const height of [BigInt(last), 8n, 12n, 5n]) {
    const proven = await chain.validators(height);
    assert.deepEqual(
      proven.map(({ power }) => power),
      sets[Number(height)]?.validators.map(({ power }) => power),
    );
  }
});

test("a chain that was stopped goes on with the validators that it had", async () => {
  const backend = new MemoryBackend();
  const genesis: Genesis = {
    chainId: "stoa-again-1",
    time: systemClock.nowNs() - 60_000_000_000n,
    initialHeight: 1n,
    params: { ...defaultConsensusParams, validator: { pubKeyTypes: ["ed25519", "secp256k1"] } },
    validators: [{ publicKey: own, power: 10n, name: "one" }],
    appState: utf8("{}"),
    appStateJson: {},
  };
  const sets = expectedSets();
  // Each stop falls between a change and the height where it acts, or beside one.
  for (const stop of [3, 5, 6, 10, 11, 15, last]) {
    const machine = new KvMachine(backend);
    machine.params = genesis.params;
    for (const [height, updates] of Object.entries(changes)) {
      machine.updatesAt.set(BigInt(height), updates.map(fromValidatorUpdate));
    }
    const engine = new EmbeddedEngine({
      hash: nativeHash,
      clock: systemClock,
      timers: systemTimers,
      log: silentLog,
      backend,
      index: SqliteEventIndex.open(":memory:"),
      stateMachine: machine,
      genesis,
      signer: signerOfSeed(new Uint8Array(32).fill(3)),
      blockIntervalMs: 5,
      emptyBlocks: true,
    });
    await engine.start();
    await reaches(engine, BigInt(stop));
    await engine.stop();
    for (let height = 1; height <= Number(engine.height); height++) {
      const header = (await engine.block(BigInt(height)))?.block.header;
      const expected = sets[height];
      if (expected === undefined) continue;
      assert.equal(toHex(header?.validatorsHash ?? new Uint8Array()), toHex(expected.hash(nativeHash)), `${height}`);
      const priorities = (await engine.validators(BigInt(height)))?.validators.map(({ priority }) => priority);
      assert.deepEqual(
        priorities,
        expected.validators.map(({ priority }) => priority),
        `${height}`,
      );
    }
  }
});

for (const [what, updates, reason] of [
  [
    "a key of a type that the parameters do not allow",
    [{ publicKey: secp, power: 1n }],
    /key type secp256k1 is not allowed/,
  ],
  ["two changes of one key", [1n, 2n].map((power) => ({ publicKey: keyOf(61), power })), /duplicate entry/],
  ["a power below zero", [{ publicKey: keyOf(61), power: -1n }], /voting power can't be negative/],
  ["a power above the cap", [{ publicKey: keyOf(61), power: 1n << 60n }], /voting power can't be higher/],
  [
    "the leaving of a stranger",
    [0n, 1n].map((power) => ({ publicKey: keyOf(61 + Number(power)), power })),
    /failed to find validator/,
  ],
  ["the leaving of all", [{ publicKey: own, power: 0n }], /empty set/],
  ["a third of the power for absent ones", [{ publicKey: keyOf(61), power: 5n }], /cannot commit alone/],
] as const) {
  test(`${what} halts the chain before the block that could not be signed`, async (t) => {
    const { engine } = await startTestRpc(t, {
      blockIntervalMs: 5,
      prepare: (machine) => machine.updatesAt.set(2n, updates.map(fromValidatorUpdate)),
    });
    assert.match((await engine.halted).message, reason);
    // What was wrong in the answer stops its own block; too little power stops the first one of the new set.
    assert.equal(engine.height, reason.source.startsWith("cannot") ? 3n : 1n);
  });
}

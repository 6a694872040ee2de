import assert from "node:assert/strict";
import { test } from "node:test";
import { Prng, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { MemoryBackend } from "@stoa/store";
import { txTypesOf } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import fc from "fast-check";
import { Application } from "./application.ts";
import { defaultConsensusParams } from "./consensus-params.ts";
import { createModules } from "./modules.ts";
import { MarketWorld } from "./world/market-world.ts";
import { MoneyAudit } from "./world/money-audit.ts";
import { playMarket } from "./world/play-market.ts";

const crypto = { hash: pureHash, verifier: { verify: () => true } };
const limitMs = 6_000;

/** The state after some blocks of a market, money audited. */
function exported(seed: number): Readonly<Record<string, unknown>> {
  const coins = [
    { denom: "uact", amount: 20_000n },
    { denom: "uakt", amount: 5_000n },
  ];
  const names = ["t0", "t1", "p0", "p1", "p2", "b0", "b1"];
  const world = new MarketWorld({ crypto, names, coins, signed: false });
  const audit = new MoneyAudit(world, crypto);
  const prng = new Prng(BigInt(seed));
  playMarket({
    world,
    crypto,
    prng,
    blocks: 24,
    run(txs) {
      const response = world.block(txs.map((moves) => world.sign(moves)));
      assert.deepEqual(audit.after(txs, response), []);
    },
  });
  return world.app.exportGenesis();
}

/** The state that a chain which begins with it exports after its first block. */
function imported(state: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const modules = createModules(crypto);
  const backend = new MemoryBackend();
  const ante = modules.ante({ types: txTypesOf(registry), minGasPrices: [] });
  const prefix = Uint8Array.of(0x73);
  const app = Application.open({ backend, crypto, modules, ante, keepVersions: 1n, prefix, version: "" });
  const time = { seconds: 1_800_000_000n, nanos: 0 };
  app.initChain({
    time,
    chainId: "next",
    consensusParams: defaultConsensusParams,
    validators: [],
    appStateBytes: utf8(JSON.stringify(state)),
    initialHeight: 1n,
  });
  app.finalizeBlock({
    txs: [],
    decidedLastCommit: { round: 0, votes: [] },
    misbehavior: [],
    hash: new Uint8Array(),
    height: 1n,
    time,
    nextValidatorsHash: new Uint8Array(),
    proposerAddress: new Uint8Array(20),
  });
  void backend.write(app.commit().operations);
  app.committed();
  return app.exportGenesis();
}

test("a chain that begins with an exported state exports the same state (E-15)", (t) => {
  const property = fc.property(fc.nat(), (seed) => {
    const before = exported(seed);
    assert.deepEqual(imported(before), before);
  });
  const details = fc.check(property, { numRuns: 200, interruptAfterTimeLimit: limitMs });
  t.diagnostic(`seed ${details.seed}, ${details.numRuns} markets`);
  assert.ok(!details.failed, `${fc.defaultReportMessage(details)}\n${details.errorInstance}`);
  assert.ok(details.numRuns > 1, "too few markets to say anything");
});

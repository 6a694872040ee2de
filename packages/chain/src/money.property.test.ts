import assert from "node:assert/strict";
import { test } from "node:test";
import { pureHash } from "@stoa/std/crypto";
import fc from "fast-check";
import { createProvider } from "./world/market-messages.ts";
import { type Attempt, kinds, MarketMoves } from "./world/market-moves.ts";
import { MarketWorld } from "./world/market-world.ts";
import { MoneyAudit, type Move } from "./world/money-audit.ts";

// Who signed is others' tests; here the time goes into money.
const crypto = { hash: pureHash, verifier: { verify: () => true } };
const names = ["t0", "t1", "p0", "p1", "p2", "b0", "b1"];
const coins = [
  { denom: "uact", amount: 20_000n },
  { denom: "uakt", amount: 5_000n },
];
/** The whole test takes about this long, whatever the machine. */
const limitMs = 12_000;

type Step =
  | { readonly type: "block"; readonly txs: readonly (readonly Attempt[])[] }
  | { readonly type: "jump"; readonly blocks: number; readonly seconds: number }
  | { readonly type: "grant"; readonly attempt: Attempt };

const attempt: fc.Arbitrary<Attempt> = fc.record({
  kind: fc.nat({ max: kinds.length - 1 }),
  who: fc.nat({ max: 30 }),
  which: fc.nat({ max: 60 }),
  amount: fc.nat({ max: 900 }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant("block" as const),
      txs: fc.array(fc.array(attempt, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 4 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("jump" as const),
      blocks: fc.nat({ max: 30 }),
      seconds: fc.nat({ max: 10 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("grant" as const), attempt }) },
);

/** A session: the world, who moves and who audits. Every block is audited. */
class Session {
  readonly world = new MarketWorld({ crypto, names, coins, signed: false });
  readonly audit = new MoneyAudit(this.world, crypto);
  readonly moves = new MarketMoves(this.world, crypto, this.audit.view);
  readonly counts = new Map<string, number>();

  run(txs: readonly (readonly Move[])[], seconds = 1): void {
    const response = this.world.block(
      txs.map((moves) => this.world.sign(moves)),
      BigInt(seconds),
    );
    assert.deepEqual(this.audit.after(txs, response), []);
    response.txResults.forEach((result, i) => {
      const what = txs[i]?.map((move) => move.what.split(" ")[0]).join("+");
      const key = `${what} ${result.code === 0 ? "ok" : `${result.codespace} ${result.code}`}`;
      this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
    });
  }

  take(step: Step): void {
    switch (step.type) {
      case "grant":
        this.run([[this.moves.grant(step.attempt)]]);
        break;
      case "jump":
        for (let i = 0; i < step.blocks; i++) this.world.block([], BigInt(step.seconds));
        this.run([]);
        break;
      case "block":
        this.moves.newBlock(this.audit.view);
        this.run(step.txs.map((attempts) => this.movesOf(attempts)).filter((moves) => moves.length > 0));
    }
  }

  private movesOf(attempts: readonly Attempt[]): Move[] {
    return attempts.flatMap((one) => {
      const move = this.moves.move(one);
      return move === undefined ? [] : [move];
    });
  }

  /** Providers register, and a few leases begin: without them little can go wrong. */
  begin(start: readonly number[]): void {
    this.run(
      this.world.people
        .filter(({ name }) => name.startsWith("p"))
        .map((provider) => [{ ...createProvider(provider), what: "register" }]),
    );
    const attempts = (kind: string): Attempt[] =>
      start.map((number, i) => ({
        kind: kinds.indexOf(kind as "bid"),
        who: i,
        which: i + (number % 2),
        amount: number,
      }));
    for (const kind of ["deploy", "bid", "bid", "lease", "lease"]) {
      this.take({ type: "block", txs: attempts(kind).map((one) => [one]) });
    }
  }
}

test("no order of escrow and market operations loses, makes or misplaces a unit", (t) => {
  const counts = new Map<string, number>();
  const start = fc.array(fc.nat({ max: 300 }), { minLength: 2, maxLength: 5 });
  const property = fc.property(start, fc.array(step, { minLength: 10, maxLength: 30 }), (numbers, steps) => {
    const session = new Session();
    session.begin(numbers);
    for (const one of steps) session.take(one);
    for (const [key, count] of session.counts) counts.set(key, (counts.get(key) ?? 0) + count);
  });
  const details = fc.check(property, { numRuns: 1_000, interruptAfterTimeLimit: limitMs });
  const done = (what: string): string => `${what} ${counts.get(`${what} ok`) ?? 0}`;
  const told = ["lease", "withdraw", "deposit", "depositFor", "closeLease", "closeDeployment"].map(done).join(", ");
  t.diagnostic(`seed ${details.seed}, ${details.numRuns} sessions; accepted: ${told}`);
  assert.ok(!details.failed, `${fc.defaultReportMessage(details)}\n${details.errorInstance}`);
  assert.ok(details.numRuns > 5, "too few sessions to say anything");
});

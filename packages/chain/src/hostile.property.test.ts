import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { Prng } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import fc from "fast-check";
import { readLedger } from "./world/ledger-view.ts";
import { MarketWorld, type SignedMessage } from "./world/market-world.ts";
import { playMarket } from "./world/play-market.ts";

const crypto = { hash: pureHash, verifier: { verify: () => true } };
const names = ["t0", "t1", "p0", "p1", "p2", "b0", "b1"];
const coins = [
  { denom: "uact", amount: 20_000n },
  { denom: "uakt", amount: 5_000n },
];
const limitMs = 6_000;
const digits = "0123456789-. ";
/** Words of the language's own errors: a mistake of ours, where an assertion would be a limit of the message. */
const mistake = /is not|undefined|Cannot|Maximum call stack/;

/** A message with a few of its bytes changed: digits into other digits or signs, others into anything. */
function spoil({ signer, message }: SignedMessage, prng: Prng): SignedMessage {
  const value = message.value.slice();
  const places = [...value.keys()].filter((i) => (value[i] ?? 0) >= 0x30 && (value[i] ?? 0) <= 0x39);
  for (let n = prng.below(3); n >= 0; n--) {
    const numeral = prng.below(2) === 0 && places.length > 0;
    const place = numeral ? prng.pick(places) : prng.below(Math.max(1, value.length));
    if (place < value.length) value[place] = numeral ? digits.charCodeAt(prng.below(digits.length)) : prng.below(256);
  }
  return { signer, message: create(AnySchema, { typeUrl: message.typeUrl, value }) };
}

/** Total and escrow's own books of each denomination. */
function books(world: MarketWorld): string {
  const { balances, supply } = readLedger(world.app);
  const total = new Map<string, bigint>();
  for (const held of balances.values()) {
    for (const [denom, amount] of held) {
      assert.ok(amount > 0n, `a balance of ${amount}${denom}`);
      total.set(denom, (total.get(denom) ?? 0n) + amount);
    }
  }
  const text = (sums: ReadonlyMap<string, bigint>): string => [...sums].map(String).toSorted().join(" ");
  assert.equal(text(total), text(supply));
  return text(supply);
}

test("no transaction stops the chain or makes money, whatever its bytes", (t) => {
  let refused = 0;
  let accepted = 0;
  const mistakes = new Set<string>();
  const property = fc.property(fc.nat(), (seed) => {
    const prng = new Prng(BigInt(seed));
    const world = new MarketWorld({ crypto, names, coins, signed: false });
    const before = books(world);
    playMarket({
      world,
      crypto,
      prng,
      blocks: 20,
      run(txs) {
        const spoilt = txs.map((moves) => moves.map((move) => (prng.below(3) === 0 ? spoil(move, prng) : move)));
        const { txResults } = world.block(spoilt.map((moves) => world.sign(moves)));
        world.relearnSequences();
        for (const { code, log } of txResults) {
          if (code === 0) accepted += 1;
          else refused += 1;
          if (code === 111222 && mistake.test(log)) mistakes.add(log);
        }
      },
    });
    assert.equal(books(world), before);
  });
  const details = fc.check(property, { numRuns: 500, interruptAfterTimeLimit: limitMs });
  t.diagnostic(`seed ${details.seed}, ${details.numRuns} markets: ${accepted} accepted, ${refused} refused`);
  assert.ok(!details.failed, `${fc.defaultReportMessage(details)}\n${details.errorInstance}`);
  assert.deepEqual([...mistakes], []);
});

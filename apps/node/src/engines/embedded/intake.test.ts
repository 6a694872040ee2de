import assert from "node:assert/strict";
import { test } from "node:test";
import { Intake } from "./intake.ts";

const tx = new Uint8Array(0);
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what came in one turn is checked at a stretch, in its order, when checks may be made", async () => {
  const checked: number[] = [];
  let open = (): void => {};
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });
  const intake = new Intake({ ready: () => ready });
  const answers: Promise<number>[] = [];
  const ask = (n: number): void => {
    answers.push(intake.run(tx, () => checked.push(n)));
  };
  for (const n of [1, 2, 3]) ask(n);
  await nextTurn();
  await nextTurn();
  ask(4);
  assert.deepEqual(checked, []);
  open();
  assert.deepEqual(await Promise.all(answers), [1, 2, 3, 4]);
  assert.deepEqual(checked, [1, 2, 3, 4]);
  assert.equal(await intake.run(tx, () => "later"), "later");
});

test("what one check throws is its own, and the others go on", async () => {
  const intake = new Intake({ ready: () => Promise.resolve() });
  const refused = intake.run(tx, () => {
    throw new Error("full");
  });
  const taken = intake.run(tx, () => "taken");
  await assert.rejects(refused, /^Error: full$/);
  assert.equal(await taken, "taken");
});

test("long checks give others their turn in between", async () => {
  const intake = new Intake({ ready: () => Promise.resolve() });
  const order: string[] = [];
  const slow = (): void => {
    for (const end = performance.now() + 9; performance.now() < end; );
    order.push("check");
  };
  const all = [intake.run(tx, slow), intake.run(tx, slow)];
  setImmediate(() => order.push("other"));
  await Promise.all(all);
  assert.deepEqual(order, ["check", "other", "check"]);
});

test("while some are checked those behind them are looked at ahead, and checked after that, in order", async () => {
  const order: string[] = [];
  const intake = new Intake({
    ready: () => Promise.resolve(),
    lookAhead: async (txs) => {
      order.push(`look ${txs.map(([n]) => n).join(" ")}`);
      await nextTurn();
      await nextTurn();
      order.push("looked");
    },
  });
  const ask = (n: number): Promise<number> => intake.run(Uint8Array.of(n), () => order.push(`check ${n}`));
  const all = [1, 2, 3].map(ask);
  await all[0];
  all.push(ask(4));
  await Promise.all(all);
  assert.deepEqual(order, ["look 2 3", "check 1", "looked", "look 4", "check 2", "check 3", "looked", "check 4"]);
  assert.equal(await ask(5), order.length);
  assert.equal(order.at(-1), "check 5", "one alone is not looked at ahead");
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { Intake } from "./intake.ts";

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("what came in one turn is checked at a stretch, in its order, when checks may be made", async () => {
  const checked: number[] = [];
  let open = (): void => {};
  const ready = new Promise<void>((resolve) => {
    open = resolve;
  });
  const intake = new Intake(() => ready);
  const answers: Promise<number>[] = [];
  const ask = (n: number): void => {
    answers.push(intake.run(() => checked.push(n)));
  };
  for (const n of [1, 2, 3]) ask(n);
  await nextTurn();
  await nextTurn();
  ask(4);
  assert.deepEqual(checked, []);
  open();
  assert.deepEqual(await Promise.all(answers), [1, 2, 3, 4]);
  assert.deepEqual(checked, [1, 2, 3, 4]);
  assert.equal(await intake.run(() => "later"), "later");
});

test("what one check throws is its own, and the others go on", async () => {
  const intake = new Intake(() => Promise.resolve());
  const refused = intake.run(() => {
    throw new Error("full");
  });
  const taken = intake.run(() => "taken");
  await assert.rejects(refused, /^Error: full$/);
  assert.equal(await taken, "taken");
});

test("long checks give others their turn in between", async () => {
  const intake = new Intake(() => Promise.resolve());
  const order: string[] = [];
  const slow = (): void => {
    for (const end = performance.now() + 9; performance.now() < end; );
    order.push("check");
  };
  const all = [intake.run(slow), intake.run(slow)];
  setImmediate(() => order.push("other"));
  await Promise.all(all);
  assert.deepEqual(order, ["check", "other", "check"]);
});

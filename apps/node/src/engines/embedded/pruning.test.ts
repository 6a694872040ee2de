import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import { type BatchOperation, MemoryBackend } from "@stoa/store";
import { engineWorld } from "../../testing/engine-world.ts";

test("old blocks go when only some are kept, and what was there is said", async () => {
  const { engine, time } = engineWorld({ retainBlocks: 3 });
  await engine.start();
  await engine.broadcast(utf8("a=x"));
  for (let n = 0; n < 6; n++) await time.step();
  assert.deepEqual(await engine.heights(), { lowest: 5n, highest: 7n });
  assert.equal(await engine.block(4n), undefined);
  assert.equal(await engine.results(2n), undefined);
  assert.equal(await engine.validators(4n), undefined);
  assert.equal((await engine.status()).earliest.block.header.height, 5n);
  const filter = { minHeight: 1n, maxHeight: 10n };
  assert.equal((await engine.searchTxs({ ...filter, equals: [] })).total, 0, "its block is gone");
  assert.equal((await engine.searchBlocks({ ...filter, equals: [] })).total, 3);
});

test("between the durable batch and its acknowledgement nobody is told of blocks that are gone", async () => {
  const problems: unknown[] = [];
  class SlowToTell extends MemoryBackend {
    override async write(batch: readonly BatchOperation[]): Promise<void> {
      await super.write(batch);
      await new Promise((resolve) => setImmediate(resolve));
      if (engine.height === 0n) return;
      const { earliest, latest } = await engine.status();
      const { lowest, highest } = await engine.heights();
      if (earliest.block.header.height !== lowest || latest.block.header.height !== highest) problems.push(lowest);
    }
  }
  const { engine, time } = engineWorld({ retainBlocks: 1 }, new SlowToTell());
  await engine.start();
  for (let n = 0; n < 6; n++) await time.step();
  assert.equal((await engine.heights()).lowest, 6n);
  assert.deepEqual(problems, []);
});

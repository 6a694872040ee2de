import assert from "node:assert/strict";
import { test } from "node:test";
import { Prng, toHex, utf8 } from "@stoa/std";
import { type BatchOperation, MemoryBackend } from "@stoa/store";
import { type EngineWorld, engineStartNs, engineWorld } from "../../testing/engine-world.ts";
import type { EmbeddedEngine } from "./embedded-engine.ts";

/** A disk whose process may die at the next write: before it, or after it without learning of it. */
class MortalBackend extends MemoryBackend {
  death: "before" | "after" | undefined;

  override async write(batch: readonly BatchOperation[]): Promise<void> {
    if (this.death !== "before") await super.write(batch);
    if (this.death !== undefined) await new Promise(() => {});
  }
}

const seeds = [1n, 2n, 3n, 4n, 5n];

/** What a process finds when it starts on this disk. */
function live(backend: MortalBackend, nowNs: bigint): EngineWorld {
  backend.death = undefined;
  return engineWorld({}, backend, nowNs);
}

/** The pairs that the transactions of all blocks leave. */
async function pairsOfBlocks(engine: EmbeddedEngine): Promise<Map<string, string>> {
  const pairs = new Map<string, string>();
  for (let height = 1n; height <= engine.height; height++) {
    for (const tx of (await engine.block(height))?.block.txs ?? []) {
      const [key = "", value = ""] = new TextDecoder().decode(tx).split("=");
      pairs.set(key, value);
    }
  }
  return pairs;
}

for (const seed of seeds) {
  test(`seed ${seed}: through many deaths, blocks stay, and state is what the blocks say`, async () => {
    const random = new Prng(seed);
    const backend = new MortalBackend();
    const published = new Map<bigint, string>();
    let now = engineStartNs;
    let height = 0n;
    for (let lives = 0; lives < 12; lives++) {
      const { engine, time } = live(backend, now);
      // Exactly what was durable: at most the one block whose acknowledgement got lost is new.
      assert.ok(engine.height === height || engine.height === height + 1n);
      for (const [at, hash] of published) assert.equal(toHex((await engine.block(at))?.blockId.hash ?? utf8("")), hash);
      engine.onBlock(({ blockId, block }) => published.set(block.header.height, toHex(blockId.hash)));
      await engine.start();
      for (let steps = random.below(6); steps > 0; steps--) {
        for (let i = random.below(4); i > 0; i--) {
          await engine.broadcast(utf8(`k${random.below(5)}=${random.below(1_000_000)}`)).catch(() => undefined);
        }
        await time.step();
      }
      height = engine.height;
      backend.death = random.pick(["before", "after"] as const);
      await engine.broadcast(utf8(`k${random.below(5)}=x${lives}`));
      await time.step();
      assert.equal(engine.height, height);
      now = time.nowNs();
    }
    const { engine, machine } = live(backend, now);
    const pairs = await pairsOfBlocks(engine);
    assert.ok(pairs.size > 0);
    for (const [key, value] of pairs) {
      const answer = machine.query({ path: "/store/kv/key", data: utf8(key), height: 0n, prove: false });
      assert.deepEqual(answer.value, utf8(value));
    }
  });
}

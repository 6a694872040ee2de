import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { Prng, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import { hostileInputs, Mutator } from "@stoa/test";
import { create, encode } from "./codec.ts";
import { createModules } from "./modules.ts";
import { createRouter } from "./router.ts";
import { MarketWorld } from "./world/market-world.ts";
import { playMarket } from "./world/play-market.ts";

const crypto = { hash: pureHash, verifier: { verify: () => true } };
/** A query answers from state, which takes longer than decoding: a tenth of what decoders are tried with. */
const inputs = hostileInputs / 10;
/** Code of answers that end in an exception which nobody meant (base-chain.md §4.10). */
const panicCode = 111222;
/** Longest answer over this small state. */
const maxAnswerBytes = 200_000;
const deepest = 3;

function openWorld(): MarketWorld {
  const names = ["t0", "t1", "p0", "p1", "b0"];
  const coins = [{ denom: "uact", amount: 20_000n }];
  const world = new MarketWorld({ crypto, names, coins, signed: false });
  playMarket({
    world,
    crypto,
    prng: new Prng(5n),
    blocks: 20,
    run(txs) {
      world.block(txs.map((moves) => world.sign(moves)));
      world.relearnSequences();
    },
  });
  return world;
}

/** Requests whose fields hold what stands in the state, next to it, or nothing like it. */
class Requests {
  private readonly mutator = new Mutator(21);
  private readonly texts: readonly string[];

  constructor(addresses: readonly string[]) {
    this.texts = [...addresses, ...addresses, "uact", "uakt", "active", "open", "", "x", "%", "/", "1", "-1", "\0"];
  }

  bytes(schema: DescMessage): Uint8Array {
    const bytes = encode(schema, this.message(schema, deepest));
    return this.mutator.below(3) === 0 ? this.mutator.bytes([bytes]) : bytes;
  }

  height(latest: bigint): bigint {
    return this.mutator.pick([0n, 0n, 0n, 0n, 0n, 0n, latest, latest, latest - 1n, 1n, latest + 1n, -1n, 1n << 62n]);
  }

  private message(schema: DescMessage, depth: number): Message {
    const fields: Record<string, unknown> = {};
    for (const field of schema.fields) {
      if (field.fieldKind === "map" || this.mutator.below(5) === 0) continue;
      const value =
        "message" in field && field.message !== undefined ? this.inner(field.message, depth) : this.plain(field);
      if (value === undefined) continue;
      if (field.oneof !== undefined) fields[field.oneof.localName] = { case: field.localName, value };
      else fields[field.localName] = field.fieldKind === "list" ? [value] : value;
    }
    return create(schema, fields);
  }

  private inner(schema: DescMessage, depth: number): Message | undefined {
    return depth === 0 ? undefined : this.message(schema, depth - 1);
  }

  private plain(field: { readonly scalar?: ScalarType | undefined; readonly enum?: unknown }): unknown {
    const number = this.mutator.pick([0, 1, 1, 2, 3, 7, 100, 1_000_000, 2 ** 31 - 1]);
    switch (field.scalar) {
      case ScalarType.STRING:
        return this.mutator.pick(this.texts);
      case ScalarType.BYTES:
        return this.mutator.bytes([utf8(this.mutator.pick(this.texts))]);
      case ScalarType.BOOL:
        return number % 2 === 1;
      case ScalarType.INT64:
      case ScalarType.UINT64:
        return this.mutator.pick([BigInt(number), (1n << 63n) - 1n]);
      default:
        return number;
    }
  }
}

test(`no query meets a mistake of ours, whatever it asks, ${inputs} tried`, (t) => {
  const world = openWorld();
  const { queries } = createRouter(createModules(crypto).all, []);
  const requests = new Requests(world.people.map(({ address }) => address));
  const handlers = [...queries.entries()];
  const mistakes = new Set<string>();
  let answered = 0;
  let longest = 0;
  for (let n = 0; n < inputs; n++) {
    const [path, { request }] = handlers[n % handlers.length] ?? assert.fail("no handler");
    const asked = { path, data: requests.bytes(request), height: requests.height(world.height), prove: false };
    const { code, codespace, log, value } = world.app.query(asked);
    if (code === 0) answered++;
    longest = Math.max(longest, value.length);
    if (code === panicCode) mistakes.add(`${path} ${codespace} ${code} ${log.slice(0, 200)}`);
  }
  t.diagnostic(`${answered} of ${inputs} were answered, with ${longest} bytes at most`);
  assert.deepEqual([...mistakes].slice(0, 20), []);
  assert.ok(longest < maxAnswerBytes);
  assert.ok(answered > inputs / 100);
});

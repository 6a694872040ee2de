import { createProvider, kinds, MarketMoves, MarketWorld, type Move, readLedger } from "@stoa/chain/world";
import { type Hash, Prng, toHex, type Verifier } from "@stoa/std";
import { pureHash, pureVerifier } from "@stoa/std/crypto";

/** The transactions of each block. */
export type BlockStream = readonly (readonly Uint8Array[])[];

interface Crypto {
  readonly hash: Hash;
  readonly verifier: Verifier;
}

const worldOf = (crypto: Crypto): MarketWorld =>
  new MarketWorld({
    crypto,
    names: ["t0", "t1", "p0", "p1", "p2", "b0", "b1"],
    coins: [
      { denom: "uact", amount: 20_000n },
      { denom: "uakt", amount: 5_000n },
    ],
    signed: true,
  });

/** A market of random moves, some of them refused, some with a broken signature, as blocks of signed bytes. */
export function recordStream(seed: bigint, blocks: number): BlockStream {
  const crypto = { hash: pureHash, verifier: pureVerifier };
  const world = worldOf(crypto);
  const moves = new MarketMoves(world, crypto, readLedger(world.app));
  const prng = new Prng(seed);
  const stream: Uint8Array[][] = [];
  const run = (txs: Uint8Array[]): void => {
    stream.push(txs);
    world.block(txs);
  };
  const providers = world.people.filter(({ name }) => name.startsWith("p"));
  run(providers.map((provider) => world.sign([createProvider(provider)])));
  for (let i = 0; i < blocks; i++) {
    moves.newBlock(readLedger(world.app));
    const made: Move[] = i % 7 === 0 ? [moves.grant(attempt(prng))] : [];
    // Early blocks deploy, bid and lease, so that there is something to go wrong later.
    const kind = i < 8 ? ["deploy", "bid", "bid", "lease"][i % 4] : undefined;
    for (let n = 0; n < 4; n++) {
      const move = moves.move(attempt(prng, kind));
      if (move !== undefined) made.push(move);
    }
    const txs = made.map((move) => world.sign([move]));
    const last = txs.at(-1);
    // A broken signature at the end of a block: its signer's next transactions have the wrong sequence, too.
    if (i % 11 === 10 && last !== undefined) last.set([(last.at(-1) ?? 0) ^ 1], last.length - 1);
    run(txs);
  }
  return stream;
}

function attempt(prng: Prng, kind?: string) {
  const number = kind === undefined ? prng.below(kinds.length) : (kinds as readonly string[]).indexOf(kind);
  return { kind: number, who: prng.below(30), which: prng.below(60), amount: prng.below(900) };
}

/** What a verifier knows in advance about the signatures of a block. */
export type Speculate = (world: MarketWorld, txs: readonly Uint8Array[]) => void;

/** App hash, codes and gas of every block, as one line each. */
export function playStream(stream: BlockStream, crypto: Crypto, speculate?: Speculate): string[] {
  const world = worldOf(crypto);
  return stream.map((txs) => {
    speculate?.(world, txs);
    const { appHash, txResults } = world.block(txs);
    return `${toHex(appHash)} ${txResults.map(({ code, gasUsed }) => `${code}:${gasUsed}`).join(" ")}`;
  });
}

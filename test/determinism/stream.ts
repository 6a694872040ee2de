import { MarketWorld, type Move, playMarket } from "@stoa/chain/world";
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

/** Every so many blocks, the last signature of one is broken. */
const brokenEvery = 11;

/** A market of random moves, some of them refused, some with a broken signature, as blocks of signed bytes. */
export function recordStream(seed: bigint, blocks: number): BlockStream {
  const crypto = { hash: pureHash, verifier: pureVerifier };
  const world = worldOf(crypto);
  const stream: (readonly Uint8Array[])[] = [];
  const run = (moves: readonly (readonly Move[])[]): void => {
    const txs = moves.map((one) => world.sign(one));
    const last = txs.at(-1);
    // Its signer's next transactions have the wrong sequence, too.
    if (stream.length % brokenEvery === brokenEvery - 1 && last !== undefined) {
      last.set([(last.at(-1) ?? 0) ^ 1], last.length - 1);
    }
    stream.push(txs);
    world.block(txs);
  };
  playMarket({ world, crypto, prng: new Prng(seed), blocks, run });
  return stream;
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

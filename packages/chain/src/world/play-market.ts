import type { Prng } from "@stoa/std";
import type { CryptoPorts } from "../context.ts";
import { readLedger } from "./ledger-view.ts";
import { createProvider } from "./market-messages.ts";
import { type Attempt, kinds, MarketMoves } from "./market-moves.ts";
import type { MarketWorld } from "./market-world.ts";
import type { Move } from "./money-audit.ts";

/** Moves of one block; each is a transaction. */
const movesPerBlock = 4;
/** What the first blocks are made of, so that there is something to go wrong later. */
const opening = ["deploy", "bid", "bid", "lease", "deploy", "bid", "bid", "lease"] as const;
const grantEvery = 7;

export interface PlayParams {
  readonly world: MarketWorld;
  readonly crypto: CryptoPorts;
  readonly prng: Prng;
  readonly blocks: number;
  /** Makes the next block of the world out of these transactions. */
  readonly run: (txs: readonly (readonly Move[])[]) => void;
}

function attempt(prng: Prng, kind: string | undefined): Attempt {
  const number = kind === undefined ? prng.below(kinds.length) : (kinds as readonly string[]).indexOf(kind);
  return { kind: number, who: prng.below(30), which: prng.below(60), amount: prng.below(900) };
}

/** Plays a market of random moves, equal ones for equal generators. Grants stand in blocks of their own. */
export function playMarket({ world, crypto, prng, blocks, run }: PlayParams): void {
  const moves = new MarketMoves(world, crypto, readLedger(world.app));
  const providers = world.people.filter(({ name }) => name.startsWith("p"));
  run(providers.map((provider) => [{ ...createProvider(provider), what: "register" }]));
  for (let i = 0; i < blocks; i++) {
    if (i % grantEvery === 0) run([[moves.grant(attempt(prng, undefined))]]);
    moves.newBlock(readLedger(world.app));
    const made = Array.from({ length: movesPerBlock }, () => moves.move(attempt(prng, opening[i])));
    run(made.flatMap((move) => (move === undefined ? [] : [[move]])));
  }
}

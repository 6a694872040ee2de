import { after, before } from "node:test";
import type { QueryWorld } from "./query-world.ts";
import { startQueryWorld } from "./query-world-moves.ts";

/** One network for all tests of a file; it is there once the first test runs. */
export function sharedWorld(): () => QueryWorld {
  const ends: (() => Promise<void>)[] = [];
  let world: QueryWorld | undefined;
  before(async () => {
    world = await startQueryWorld({ after: (end) => ends.push(end) });
  });
  after(async () => {
    for (const end of ends) await end();
  });
  return () => {
    if (world === undefined) throw new Error("asked for the network before a test runs");
    return world;
  };
}

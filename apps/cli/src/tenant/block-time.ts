import { type ChainClient, measureBlockInterval as measure } from "@stoa/client";

/** Taken until a chain is old enough to be measured. */
const assumedIntervalMs = 1000n;

/** Milliseconds from block to block, for costs over time. */
export function measureBlockInterval(client: ChainClient): Promise<bigint> {
  return measure(client, assumedIntervalMs);
}

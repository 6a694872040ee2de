import type { ChainClient } from "@stoa/client";

/** Blocks over which the interval is measured. */
const measuredBlocks = 100n;
/** Taken until two blocks can be compared. */
const assumedIntervalMs = 1000n;

async function blockTimeMs(client: ChainClient, height: bigint): Promise<number> {
  const { header } = (await client.rpc.call("header", { height: String(height) })) as {
    header?: { time?: unknown };
  };
  return Date.parse(String(header?.time ?? ""));
}

/** Mean milliseconds a block over the last hundred blocks. */
export async function measureBlockInterval(client: ChainClient): Promise<bigint> {
  const { height } = await client.status();
  // The first block carries the genesis' time, which says nothing about the pace.
  const from = height > measuredBlocks + 2n ? height - measuredBlocks : 2n;
  if (height <= from) return assumedIntervalMs;
  const [first, last] = await Promise.all([blockTimeMs(client, from), blockTimeMs(client, height)]);
  const mean = Math.round((last - first) / Number(height - from));
  return Number.isFinite(mean) && mean > 0 ? BigInt(mean) : assumedIntervalMs;
}

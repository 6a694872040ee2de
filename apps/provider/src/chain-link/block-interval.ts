/** How long a block takes: a price per block is worth nothing without it. */
import type { ChainClient, JsonObject } from "@stoa/client";

/** Measured over this many blocks, as people are told (cost per hour and month). */
const windowBlocks = 100n;
/** Fewer blocks than this say little. */
const blocksMin = 3n;
/** No chain is faster or slower; a clock that jumped is. */
const intervalMinMs = 50n;
const intervalMaxMs = 600_000n;

/** Milliseconds; the known value where the chain is too young or does not say. */
export async function measureBlockInterval(client: ChainClient, height: bigint, known: bigint): Promise<bigint> {
  const from = height > windowBlocks ? height - windowBlocks : 1n;
  if (height - from < blocksMin) return known;
  const [older, newer] = await Promise.all([blockTimeMs(client, from), blockTimeMs(client, height)]);
  if (older === null || newer === null) return known;
  const interval = BigInt(newer - older) / (height - from);
  return interval < intervalMinMs || interval > intervalMaxMs ? known : interval;
}

async function blockTimeMs(client: ChainClient, height: bigint): Promise<number | null> {
  try {
    const { block } = (await client.rpc.call("block", { height: String(height) })) as { block?: JsonObject };
    const header = block?.header as JsonObject | undefined;
    const time = Date.parse(String(header?.time ?? ""));
    return Number.isFinite(time) ? time : null;
  } catch {
    return null;
  }
}

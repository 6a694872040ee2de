/** How long a block takes: a price per block is worth nothing without it. */
import { parseTimeText } from "@stoa/wire";
import type { ChainClient } from "./chain-client.ts";

/** Measured over this many blocks. */
const windowBlocks = 100n;
/** Headers that a node hands out at once (base-chain.md §5.3, `blockchain`). */
const headersAtOnce = 20n;
/** Fewer intervals than this say little. */
const intervalsMin = 3;
/** No chain is faster or slower; a clock that jumped is. */
const intervalMinMs = 10n;
const intervalMaxMs = 600_000n;

interface BlockMeta {
  readonly header?: { readonly height?: unknown; readonly time?: unknown };
}

async function blockTimesMs(client: ChainClient, from: bigint, to: bigint): Promise<bigint[]> {
  const spans: Promise<BlockMeta[]>[] = [];
  for (let low = from; low <= to; low += headersAtOnce) {
    const high = low + headersAtOnce - 1n < to ? low + headersAtOnce - 1n : to;
    const range = { minHeight: String(low), maxHeight: String(high) };
    spans.push(
      client.rpc
        .call("blockchain", range)
        .then(({ block_metas: metas }) => (Array.isArray(metas) ? (metas as BlockMeta[]) : [])),
    );
  }
  const metas = (await Promise.all(spans)).flat();
  return metas
    .map(({ header }) => parseTimeText(String(header?.time ?? "")))
    .flatMap((time) => (time === undefined ? [] : [time.seconds * 1000n + BigInt(Math.floor(time.nanos / 1_000_000))]))
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/**
 * Milliseconds from block to block: the median over the last hundred, so that hours in which a chain stood still do not
 * count as one long block. `known` where the chain is too young or does not say.
 */
export async function measureBlockInterval(client: ChainClient, known: bigint): Promise<bigint> {
  const { height } = await client.status();
  // The first block carries the genesis' time, which says nothing about the pace.
  const from = height > windowBlocks + 1n ? height - windowBlocks : 2n;
  if (height <= from) return known;
  const times = await blockTimesMs(client, from, height);
  const intervals = times.slice(1).map((time, i) => time - (times[i] as bigint));
  if (intervals.length < intervalsMin) return known;
  intervals.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const median = intervals[intervals.length >> 1] as bigint;
  return median < intervalMinMs || median > intervalMaxMs ? known : median;
}

import { costOverTime } from "@stoa/market";
import { Dec } from "@stoa/std";

const microPerUnit = 1_000_000n;

/** `1.234567 act` for micro-units of `uact`; other denominations as they are. */
export function humanAmount(amount: Dec, denom: string): string {
  if (!denom.startsWith("u")) return `${trimZeros(amount.toString())} ${denom}`;
  return `${trimZeros(amount.quo(Dec.fromInt(microPerUnit)).toString(), 6)} ${denom.slice(1)}`;
}

/** Decimal text with at most `places` places and no zeros at the end. */
export function trimZeros(text: string, places = 18): string {
  const [whole = "0", fraction = ""] = text.split(".");
  const kept = fraction.slice(0, places).replace(/0+$/, "");
  return kept === "" ? whole : `${whole}.${kept}`;
}

/** What a price per block comes to: by the block, by the hour, by the month. */
export function costText(perBlock: Dec, denom: string, blockIntervalMs: bigint): string {
  const cost = costOverTime(perBlock, blockIntervalMs);
  if (cost === undefined) return `${trimZeros(perBlock.toString())} ${denom}/block`;
  const hour = humanAmount(cost.perHour, denom);
  const month = humanAmount(cost.perMonth, denom);
  return `${hour}/hour, ${month}/month (${trimZeros(perBlock.toString())} ${denom}/block)`;
}

/** `2 d 3 h`, `4 min`, `12 s`: two parts at most. */
export function humanDuration(ms: bigint): string {
  const parts: readonly (readonly [bigint, string])[] = [
    [86_400_000n, "d"],
    [3_600_000n, "h"],
    [60_000n, "min"],
    [1000n, "s"],
  ];
  const words: string[] = [];
  let rest = ms;
  for (const [size, unit] of parts) {
    if (words.length === 2) break;
    const count = rest / size;
    rest %= size;
    if (count > 0n) words.push(`${count} ${unit}`);
    else if (words.length > 0) break;
  }
  return words.length === 0 ? "under 1 s" : words.join(" ");
}

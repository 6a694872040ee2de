/** Reads price strategies from plain data, as a provider's settings hold them. */
import { Dec, err, ok, type Result } from "@stoa/std";
import type { PriceStrategy, PriceTable } from "./pricing.ts";

type Fields = Readonly<Record<string, unknown>>;

/** What the reference's price script aims at, in ACT (US dollars) per month (provider.md §1.6). */
export const defaultPrices = {
  kind: "table",
  cpu: "1.60",
  memory: "0.80",
  disk: "0.02",
  endpoint: "0.05",
  ip: "5",
  minimum: "0.10",
  classes: { beta1: "0.01", beta2: "0.03", beta3: "0.04" },
  gpus: { "*": "100" },
} as const;

const plainNames = ["cpu", "memory", "disk", "endpoint", "ip", "minimum"] as const;

/** By denomination: `{"kind":"table", cpu, memory, …}` or `{"kind":"share","ofCeiling":"0.9"}`; all amounts as text. */
export function readPrices(value: unknown): Result<Readonly<Record<string, PriceStrategy>>, string> {
  if (!isFields(value)) return err("prices must be an object with a denomination for each strategy");
  const strategies: Record<string, PriceStrategy> = {};
  for (const [denom, content] of Object.entries(value)) {
    const strategy = readStrategy(content);
    if (!strategy.ok) return err(`prices in ${denom}: ${strategy.error}`);
    strategies[denom] = strategy.value;
  }
  return Object.keys(strategies).length === 0 ? err("no denomination has prices") : ok(strategies);
}

function readStrategy(value: unknown): Result<PriceStrategy, string> {
  if (!isFields(value)) return err("must be an object");
  if (value.kind === "share") {
    const share = readAmount(value.ofCeiling);
    if (share === undefined || !share.isPositive() || share.gt(Dec.one))
      return err("ofCeiling must be above 0, at most 1");
    return ok({ kind: "share", ofCeiling: share });
  }
  if (value.kind !== "table") return err("kind must be table or share");
  const plain: Record<string, Dec> = {};
  for (const name of plainNames) {
    const amount = readAmount(value[name] ?? "0");
    if (amount === undefined) return err(`${name} must be a decimal number in text, not below 0`);
    plain[name] = amount;
  }
  const classes = readAmounts(value.classes ?? {});
  const gpus = readAmounts(value.gpus ?? {});
  if (classes === undefined || gpus === undefined) return err("classes and gpus must hold decimal numbers in text");
  return ok({ kind: "table", table: { ...(plain as Omit<PriceTable, "classes" | "gpus">), classes, gpus } });
}

function readAmounts(value: unknown): Record<string, Dec> | undefined {
  if (!isFields(value)) return undefined;
  const amounts: Record<string, Dec> = {};
  for (const [name, text] of Object.entries(value)) {
    const amount = readAmount(text);
    if (amount === undefined) return undefined;
    amounts[name] = amount;
  }
  return amounts;
}

function readAmount(value: unknown): Dec | undefined {
  const amount = typeof value === "string" ? Dec.parse(value) : undefined;
  return amount === undefined || amount.isNegative() ? undefined : amount;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

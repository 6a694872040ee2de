import { parseGoInteger } from "@stoa/std";
import { isDenom } from "@stoa/wire";
import { errorKinds, type Refusal, refusalText, wrapped } from "./refusal.ts";

/** Where a deposit's money comes from: numbers of `akash.base.deposit.v1.Source`. */
export const depositSources = { invalid: 0, balance: 1, grant: 2 } as const;

/** `akash.base.deposit.v1.Deposit`; the amount is integer text in the denomination's own micro-unit. */
export interface Deposit {
  readonly amount?: { readonly denom: string; readonly amount: string } | undefined;
  readonly sources: readonly number[];
}

/** Undefined if the coin is well formed and its sources are known, at least one, none twice (market-modules.md §3.2). */
export function validateDeposit(deposit: Deposit): Refusal | undefined {
  const { denom, amount } = deposit.amount ?? { denom: "", amount: "" };
  if (!isDenom(denom)) return refusalText(errorKinds.plain, `invalid denom: ${denom}`);
  const value = parseGoInteger(amount);
  if (value === undefined) return refusalText(errorKinds.plain, "amount is nil");
  if (value < 0n) return refusalText(errorKinds.plain, `negative coin amount: ${value}`);
  if (deposit.sources.length === 0) return wrapped(errorKinds.invalidDepositSource, "empty deposit sources");
  const seen = new Set<number>();
  for (const source of deposit.sources) {
    if (source !== depositSources.balance && source !== depositSources.grant) {
      return wrapped(errorKinds.invalidDepositSource, `empty deposit source type ${source}`);
    }
    if (seen.has(source)) return wrapped(errorKinds.invalidDepositSource, `duplicate deposit source type ${source}`);
    seen.add(source);
  }
  return undefined;
}

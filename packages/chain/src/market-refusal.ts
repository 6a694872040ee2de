import type { Refusal as MarketRefusal } from "@stoa/market";
import { Refusal } from "./errors.ts";

/** Throws what `market` answers as a value: its codes are the chain's own (market-modules.md §20). */
export function refuseIf(problem: MarketRefusal | undefined): void {
  if (problem === undefined) return;
  const { codespace, code, message } = problem;
  throw new Refusal({ codespace, code, description: message, grpc: "InvalidArgument" }, message);
}

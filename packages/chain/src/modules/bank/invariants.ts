import { fromUtf8Lossy, startsWith } from "@stoa/std";
import type { Invariant } from "../../module.ts";
import type { StateChange } from "../../state.ts";
import { balanceKey, balancePrefix, supply } from "./keys.ts";

function amount(bytes: Uint8Array | undefined): bigint {
  return bytes === undefined ? 0n : BigInt(fromUtf8Lossy(bytes));
}

function add(sums: Map<string, bigint>, denom: string, change: StateChange): void {
  sums.set(denom, (sums.get(denom) ?? 0n) + amount(change.after) - amount(change.before));
}

/**
 * No unit is lost or made: over a block, balances of every denomination change by as much as its supply. The work is
 * proportional to the rows that the block touched.
 */
export const supplyHolds: Invariant = {
  name: "bank/supply",
  store: "bank",
  broken(changes) {
    const balanceSums = new Map<string, bigint>();
    const supplySums = new Map<string, bigint>();
    for (const change of changes) {
      if (startsWith(change.key, balancePrefix)) {
        add(balanceSums, balanceKey.decode(change.key.subarray(balancePrefix.length))[1], change);
      } else if (startsWith(change.key, supply.prefix)) {
        add(supplySums, supply.keyCodec.decode(change.key.subarray(supply.prefix.length)), change);
      }
    }
    for (const denom of new Set([...balanceSums.keys(), ...supplySums.keys()])) {
      const inBalances = balanceSums.get(denom) ?? 0n;
      const inSupply = supplySums.get(denom) ?? 0n;
      if (inBalances !== inSupply) {
        return `balances of ${denom} changed by ${inBalances}, its supply by ${inSupply}`;
      }
    }
    return undefined;
  },
};

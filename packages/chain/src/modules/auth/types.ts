import type { Any } from "@bufbuild/protobuf/wkt";

/** Module accounts and what they may do with coins (base-chain.md §8.1), in order of names. */
export const moduleAccounts: ReadonlyMap<string, readonly string[]> = new Map([
  ["bme", ["burner", "minter"]],
  ["bonded_tokens_pool", ["burner", "staking"]],
  ["distribution", []],
  ["escrow", []],
  ["fee_collector", []],
  ["gov", ["burner"]],
  ["mint", ["minter"]],
  ["not_bonded_tokens_pool", ["burner", "staking"]],
  ["transfer", ["minter", "burner"]],
]);

/** Where fees go. */
export const feeCollectorName = "fee_collector";

/** An account as the state machine uses it. */
export interface Account {
  readonly address: string;
  readonly publicKey: Any | undefined;
  readonly number: bigint;
  readonly sequence: bigint;
  /** Set for a module account. */
  readonly module: { readonly name: string; readonly permissions: readonly string[] } | undefined;
}

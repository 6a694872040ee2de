/**
 * What relayers check before they speak to a chain: the versions whose behaviour this node has (base-chain.md §0). No
 * sums are given, as nothing of these modules is in this program.
 */
export const sdkVersion = "v0.53.7";

/** Tools print it; the field exists for builds of the reference. */
export const goVersion = "";

/** The modules whose wire behaviour is kept. */
export const buildDependencies: readonly { readonly path: string; readonly version: string; readonly sum: string }[] = [
  { path: "github.com/cometbft/cometbft", version: "v0.38.21", sum: "" },
  { path: "github.com/cosmos/cosmos-sdk", version: sdkVersion, sum: "" },
  { path: "github.com/cosmos/ibc-go/v10", version: "v10.5.0", sum: "" },
];

/**
 * What relayers check before they speak to a chain: the versions whose behaviour this node has (base-chain.md §0). No
 * sums are given, as nothing of these modules is in this program.
 */
export const sdkVersion = "v0.53.7";

/** What the program runs on; the field is named after the reference's language. */
export const goVersion = `node ${process.version}`;

/** The modules whose wire behaviour is kept. */
export const buildDependencies: readonly { readonly path: string; readonly version: string; readonly sum: string }[] = [
  { path: "github.com/cometbft/cometbft", version: "v0.38.21", sum: "" },
  { path: "github.com/cosmos/cosmos-sdk", version: sdkVersion, sum: "" },
  { path: "github.com/cosmos/ibc-go/v10", version: "v10.5.0", sum: "" },
];

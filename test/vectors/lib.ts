import { eventQueryVectors } from "../../apps/node/src/servers/rpc/event-query.vectors.ts";
import { cometVectors } from "../../packages/consensus/src/comet.vectors.ts";
import { ics23VerificationVectors } from "../../packages/consensus/src/ics23.vectors.ts";
import { marketVectors } from "../../packages/market/src/provider.vectors.ts";
import { mathVectors } from "../../packages/std/src/math.vectors.ts";
import { iavlVectors } from "../../packages/store/src/iavl.vectors.ts";
import { multistoreVectors } from "../../packages/store/src/multistore.vectors.ts";
import { proofVectors } from "../../packages/store/src/proofs.vectors.ts";
import { coinVectors } from "../../packages/wire/src/coins.vectors.ts";
import { eventVectors } from "../../packages/wire/src/events.vectors.ts";
import { ibcVectors } from "../../packages/wire/src/ibc.vectors.ts";
import { keyVectors } from "../../packages/wire/src/keys.vectors.ts";
import { providerAuthVectors } from "../../packages/wire/src/provider-auth.vectors.ts";
import { txVectors } from "../../packages/wire/src/tx.vectors.ts";
import { txEdgeVectors } from "../../packages/wire/src/tx-edges.vectors.ts";
import { wireFamilies } from "../../packages/wire/src/wire.vectors.ts";
import type { VectorFamily } from "./family.ts";

/** Every check of a file of `lib`; a file that concerns several rooms has one in each. */
export const libFamilies: readonly VectorFamily[] = [
  cometVectors,
  ics23VerificationVectors,
  marketVectors,
  mathVectors,
  iavlVectors,
  multistoreVectors,
  proofVectors,
  coinVectors,
  eventQueryVectors,
  eventVectors,
  ibcVectors,
  keyVectors,
  providerAuthVectors,
  txVectors,
  txEdgeVectors,
  ...wireFamilies,
];

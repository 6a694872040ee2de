import { testFamily } from "@stoa/test";
import { txEdgeVectors } from "./tx-edges.vectors.ts";

testFamily(txEdgeVectors);

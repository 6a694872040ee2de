import { testFamily } from "@stoa/test";
import { txVectors } from "./tx.vectors.ts";

testFamily(txVectors);

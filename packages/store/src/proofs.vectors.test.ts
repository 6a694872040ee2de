import { testFamily } from "@stoa/test";
import { proofVectors } from "./proofs.vectors.ts";

testFamily(proofVectors);

import { testFamily } from "@stoa/test";
import { multistoreVectors } from "./multistore.vectors.ts";

testFamily(multistoreVectors);

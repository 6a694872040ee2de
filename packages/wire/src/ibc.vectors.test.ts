import { testFamily } from "@stoa/test";
import { ibcVectors } from "./ibc.vectors.ts";

testFamily(ibcVectors);

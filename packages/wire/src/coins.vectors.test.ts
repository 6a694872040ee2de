import { testFamily } from "@stoa/test";
import { coinVectors } from "./coins.vectors.ts";

testFamily(coinVectors);

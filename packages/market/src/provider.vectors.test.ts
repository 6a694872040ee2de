import { testFamily } from "@stoa/test";
import { marketVectors } from "./provider.vectors.ts";

testFamily(marketVectors);

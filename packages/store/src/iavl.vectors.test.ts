import { testFamily } from "@stoa/test";
import { iavlVectors } from "./iavl.vectors.ts";

testFamily(iavlVectors);

import { testFamily } from "@stoa/test";
import { mathVectors } from "./math.vectors.ts";

testFamily(mathVectors);

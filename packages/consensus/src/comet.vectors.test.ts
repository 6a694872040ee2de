import { testFamily } from "@stoa/test";
import { cometVectors } from "./comet.vectors.ts";

testFamily(cometVectors);

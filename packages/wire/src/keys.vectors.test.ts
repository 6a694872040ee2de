import { testFamily } from "@stoa/test";
import { keyVectors } from "./keys.vectors.ts";

testFamily(keyVectors);

import { testFamily } from "@stoa/test";
import { providerAuthVectors } from "./provider-auth.vectors.ts";

testFamily(providerAuthVectors);

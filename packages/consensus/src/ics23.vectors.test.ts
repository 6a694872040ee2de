import { testFamily } from "@stoa/test";
import { ics23VerificationVectors } from "./ics23.vectors.ts";

testFamily(ics23VerificationVectors);

import { testFamily } from "@stoa/test";
import { eventQueryVectors } from "./event-query.vectors.ts";

testFamily(eventQueryVectors);

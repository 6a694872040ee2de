import { testFamily } from "@stoa/test";
import { eventVectors } from "./events.vectors.ts";

testFamily(eventVectors);

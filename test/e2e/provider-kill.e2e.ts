import { test } from "node:test";
import { killAgainAndAgain, killSkip } from "./provider-kill.ts";

test("a provider killed five times goes on with the same container", { skip: killSkip() }, () =>
  killAgainAndAgain(5, 7),
);

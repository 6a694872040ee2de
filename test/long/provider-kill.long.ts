import { test } from "node:test";
import { killAgainAndAgain, killSkip } from "../e2e/provider-kill.ts";

test("a provider killed fifty times goes on with the same container", { skip: killSkip() }, () =>
  killAgainAndAgain(50, 11),
);

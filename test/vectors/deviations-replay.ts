import type { DeviationRule } from "@stoa/chain";
import { certificateQueryRule, lostCodeRule, panicRules, truncatedAminoRule } from "./deviations-codes.ts";

/** Where our state machine answers otherwise than the recorded one, on purpose. */
export const replayDeviations: readonly DeviationRule[] = [
  lostCodeRule,
  ...panicRules,
  truncatedAminoRule,
  certificateQueryRule,
];

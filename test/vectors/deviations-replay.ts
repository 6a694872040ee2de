import type { DeviationRule } from "@stoa/chain";
import {
  certificatePageRule,
  certificateQueryRule,
  lostCodeRule,
  panicRules,
  truncatedAminoRule,
} from "./deviations-codes.ts";
import { escrowRule } from "./deviations-escrow.ts";
import { auditQueryRule, consequenceRule, maxBidsRule, offerRule, sameBlockRule } from "./deviations-market.ts";

/** Where our state machine answers otherwise than the recorded one, on purpose. */
export const replayDeviations: readonly DeviationRule[] = [
  lostCodeRule,
  ...panicRules,
  truncatedAminoRule,
  certificateQueryRule,
  certificatePageRule,
  auditQueryRule,
  offerRule,
  maxBidsRule,
  sameBlockRule,
  consequenceRule,
  // Last: it follows what the rules before it changed.
  escrowRule,
];

/**
 * The reviewed list of purposeful differences from the recorded answers: one rule a defect, with its reason. Rules
 * decide from the step and our own state, never by a scenario's name.
 *
 * - `deviations-gateway.ts`: the provider's gateway.
 * - `deviations-codes.ts`: result codes that the reference lost, panics, signatures that do not cover what they sign.
 * - `deviations-market.ts`: offers, numbers of bids, settlements in one block, and what follows from another state.
 * - `deviations-escrow.ts`: amounts. Rows are held against `deviations-escrow-book.ts`, which knows nothing of how the
 *   chain computes them: ⌊rate × blocks⌋ over a lease's heights, and sums over deposits and payments.
 */
export { gatewayDeviations } from "./deviations-gateway.ts";
export { replayDeviations } from "./deviations-replay.ts";

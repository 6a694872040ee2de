/**
 * The reviewed list of purposeful differences from the recorded answers: one rule a defect, with its reason. The rules
 * of the gateway, of result codes and of the escrow stand in files of their own, since each needs helpers of its own.
 */
export { gatewayDeviations } from "./deviations-gateway.ts";
export { replayDeviations } from "./deviations-replay.ts";

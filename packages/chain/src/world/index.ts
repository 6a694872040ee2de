/** A market in memory, for tests and simulation: people who sign, random moves, and an auditor of all money. */
export { closingModule, withClosing } from "../testing/closing-module.ts";
export { MarketWorld, type MarketWorldParams, type Person, type SignedMessage } from "./market-world.ts";
export { MoneyAudit, type Move } from "./money-audit.ts";
export { type PlayParams, playMarket } from "./play-market.ts";

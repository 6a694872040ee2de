/** A market in memory, for tests and simulation: people who sign, random moves, and an auditor of all money. */
export { readLedger } from "./ledger-view.ts";
export { createProvider } from "./market-messages.ts";
export { type Attempt, kinds, MarketMoves } from "./market-moves.ts";
export { MarketWorld, type MarketWorldParams, type Person, type SignedMessage } from "./market-world.ts";
export { MoneyAudit, type Move } from "./money-audit.ts";

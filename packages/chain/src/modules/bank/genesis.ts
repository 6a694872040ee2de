import {
  accountText,
  addCoins,
  type Coins,
  coinsFromWire,
  equalCoins,
  formatCoins,
  parseAccount,
  validateCoins,
  type WireCoin,
} from "@stoa/wire";
import { GenesisStateSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import type { Context } from "../../context.ts";
import { fromGenesis, GenesisError, toGenesis } from "../../genesis-json.ts";
import { balances, metadata, sendEnabled, supply } from "./keys.ts";
import { getParams, setParams } from "./params.ts";

function readGenesisCoins(wire: readonly WireCoin[], where: string): Coins {
  const coins = coinsFromWire(wire)?.sort((a, b) => (a.denom < b.denom ? -1 : a.denom > b.denom ? 1 : 0));
  if (coins === undefined) throw new GenesisError(`${where}: an amount is no number`);
  const held = coins.filter((coin) => coin.amount !== 0n);
  const problem = validateCoins(held);
  if (problem !== undefined) throw new GenesisError(`${where}: ${problem}`);
  return held;
}

/** Reads balances and what belongs to them; a stated supply must be the sum of the balances (base-chain.md §10). */
export function initGenesis(ctx: Context, section: unknown): void {
  const genesis = fromGenesis(GenesisStateSchema, section);
  if (genesis.params !== undefined) setParams(ctx, genesis.params);
  for (const { denom, enabled } of genesis.sendEnabled) sendEnabled.set(ctx, denom, enabled);
  let total: Coins = [];
  for (const { address, coins: wire } of genesis.balances) {
    const decoded = parseAccount(address);
    if (!decoded.ok) throw new GenesisError(`balance of ${address}: ${decoded.error}`);
    const coins = readGenesisCoins(wire, `balance of ${address}`);
    for (const { denom, amount } of coins) {
      if (balances.has(ctx, [decoded.value, denom])) throw new GenesisError(`two balances of ${address}`);
      balances.set(ctx, [decoded.value, denom], amount);
    }
    total = addCoins(total, coins);
  }
  const stated = readGenesisCoins(genesis.supply, "supply");
  if (stated.length > 0 && !equalCoins(stated, total)) {
    throw new GenesisError(`supply is ${formatCoins(stated)}, the balances add up to ${formatCoins(total)}`);
  }
  for (const { denom, amount } of total) supply.set(ctx, denom, amount);
  for (const row of genesis.denomMetadata) metadata.set(ctx, row.base, row);
}

export function exportGenesis(ctx: Context): unknown {
  const byAddress = new Map<string, WireCoin[]>();
  for (const { key, value } of balances.scan(ctx)) {
    const address = accountText(key[0]);
    const coins = byAddress.get(address) ?? [];
    coins.push({ denom: key[1], amount: value.toString() });
    byAddress.set(address, coins);
  }
  return toGenesis(GenesisStateSchema, {
    params: getParams(ctx),
    balances: [...byAddress].map(([address, coins]) => ({ address, coins })),
    supply: [...supply.scan(ctx)].map(({ key, value }) => ({ denom: key, amount: value.toString() })),
    denomMetadata: [...metadata.scan(ctx)].map(({ value }) => value),
    sendEnabled: [...sendEnabled.scan(ctx)].map(({ key, value }) => ({ denom: key, enabled: value })),
  });
}

import { assert, equalBytes } from "@stoa/std";
import { accountText, type Coins, formatCoin, formatCoins, moduleAddress, validateCoins } from "@stoa/wire";
import type { Context } from "../../context.ts";
import { refuse, sdkErrors } from "../../errors.ts";
import { moduleAccounts } from "../auth/types.ts";
import { bankErrors } from "./errors.ts";
import { balances, params, sendEnabled, supply } from "./keys.ts";
import type { BankNeeds } from "./needs.ts";

/** The largest amount that a balance or a supply may reach: 256 bits, as the reference's Int (base-chain.md §8.0). */
const maxAmount = 2n ** 256n - 1n;

export function balanceOf(ctx: Context, address: Uint8Array, denom: string): bigint {
  return balances.get(ctx, [address, denom]) ?? 0n;
}

function setBalance(ctx: Context, address: Uint8Array, denom: string, amount: bigint): void {
  assert(amount >= 0n && amount <= maxAmount, `balance of ${denom} out of range`);
  if (amount === 0n) balances.delete(ctx, [address, denom]);
  else balances.set(ctx, [address, denom], amount);
}

/** Takes coins from an account; refuses with sdk 5 what it does not hold. */
export function takeCoins(ctx: Context, from: Uint8Array, coins: Coins): void {
  requireValid(coins);
  for (const coin of coins) {
    const held = balanceOf(ctx, from, coin.denom);
    if (held < coin.amount) {
      const spendable = formatCoin({ denom: coin.denom, amount: held });
      refuse(sdkErrors.insufficientFunds, `spendable balance ${spendable} is smaller than ${formatCoin(coin)}`);
    }
    setBalance(ctx, from, coin.denom, held - coin.amount);
  }
  ctx.events.emit("coin_spent", [
    ["spender", accountText(from)],
    ["amount", formatCoins(coins)],
  ]);
}

/** Gives coins to an account. */
export function giveCoins(ctx: Context, to: Uint8Array, coins: Coins): void {
  requireValid(coins);
  for (const coin of coins) setBalance(ctx, to, coin.denom, balanceOf(ctx, to, coin.denom) + coin.amount);
  ctx.events.emit("coin_received", [
    ["receiver", accountText(to)],
    ["amount", formatCoins(coins)],
  ]);
}

function requireValid(coins: Coins): void {
  if (validateCoins(coins) !== undefined) refuse(sdkErrors.invalidCoins, formatCoins(coins));
}

/** Moves coins between accounts and says so in events, in the reference's order (base-chain.md §4.6). */
export function sendCoins(needs: BankNeeds, ctx: Context, from: Uint8Array, to: Uint8Array, coins: Coins): void {
  takeCoins(ctx, from, coins);
  giveCoins(ctx, to, coins);
  needs.ensureAccount(ctx, to);
  const sender = accountText(from);
  const amount = formatCoins(coins);
  ctx.events.emit("transfer", [
    ["recipient", accountText(to)],
    ["sender", sender],
    ["amount", amount],
  ]);
  ctx.events.emit("message", [["sender", sender]]);
}

function changeSupply(ctx: Context, denom: string, by: bigint): void {
  const total = (supply.get(ctx, denom) ?? 0n) + by;
  assert(total >= 0n && total <= maxAmount, `supply of ${denom} out of range`);
  if (total === 0n) supply.delete(ctx, denom);
  else supply.set(ctx, denom, total);
}

/** Makes new coins in a module's account, which must have the permission `minter`. */
export function mintCoins(needs: BankNeeds, ctx: Context, moduleName: string, coins: Coins): void {
  const account = needs.ensureModuleAccount(ctx, moduleName);
  assert(
    account.module?.permissions.includes("minter"),
    `module account ${moduleName} does not have permissions to mint tokens`,
  );
  const address = moduleAddress(moduleName, ctx.crypto.hash);
  giveCoins(ctx, address, coins);
  for (const coin of coins) changeSupply(ctx, coin.denom, coin.amount);
  ctx.events.emit("coinbase", [
    ["minter", accountText(address)],
    ["amount", formatCoins(coins)],
  ]);
}

/** Destroys coins of a module's account, which must have the permission `burner`. */
export function burnCoins(needs: BankNeeds, ctx: Context, moduleName: string, coins: Coins): void {
  const account = needs.ensureModuleAccount(ctx, moduleName);
  assert(
    account.module?.permissions.includes("burner"),
    `module account ${moduleName} does not have permissions to burn tokens`,
  );
  const address = moduleAddress(moduleName, ctx.crypto.hash);
  takeCoins(ctx, address, coins);
  for (const coin of coins) changeSupply(ctx, coin.denom, -coin.amount);
  ctx.events.emit("burn", [
    ["burner", accountText(address)],
    ["amount", formatCoins(coins)],
  ]);
}

/** Refuses with bank 5 the first coin whose denomination people may not send. */
export function requireSendEnabled(ctx: Context, coins: Coins): void {
  for (const { denom } of coins) {
    const enabled = sendEnabled.get(ctx, denom) ?? params.get(ctx)?.defaultSendEnabled ?? true;
    if (!enabled) refuse(bankErrors.sendDisabled, `${denom} transfers are currently disabled`);
  }
}

/** True for module accounts: people may not send to them (base-chain.md §8.1). */
export function isBlocked(ctx: Context, address: Uint8Array): boolean {
  for (const name of moduleAccounts.keys()) {
    if (equalBytes(moduleAddress(name, ctx.crypto.hash), address)) return true;
  }
  return false;
}

import type { Any } from "@bufbuild/protobuf/wkt";
import { ethereumKeyUrl, parseAccount } from "@stoa/wire";
import { GenesisStateSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import type { Context } from "../../context.ts";
import { fromGenesis, GenesisError, toGenesis } from "../../genesis-json.ts";
import { ensureModuleAccount, packAccount, setAccount, unpackAccount } from "./accounts.ts";
import { ethereumKeysEnabled } from "./ethereum-keys.ts";
import { accounts, addressByNumber, nextNumber, params } from "./keys.ts";
import { getParams } from "./params.ts";
import { type Account, feeCollectorName } from "./types.ts";

/** Types of accounts that we can hold; vesting accounts come with their module. */
const knownTypes = ["/cosmos.auth.v1beta1.BaseAccount", "/cosmos.auth.v1beta1.ModuleAccount"];

function readAccount(ctx: Context, any: Any): Account {
  if (!knownTypes.includes(any.typeUrl)) throw new GenesisError(`accounts of type ${any.typeUrl} are not supported`);
  const account = unpackAccount(any);
  if (account.publicKey?.typeUrl === ethereumKeyUrl && !ethereumKeysEnabled(ctx)) {
    throw new GenesisError(`account ${account.address} has an Ethereum key, which the section eip191 does not allow`);
  }
  return account;
}

/**
 * Reads parameters and accounts. Accounts go in by number; a number that is taken gets the next free one, as the
 * reference does (base-chain.md §10).
 */
export function initGenesis(ctx: Context, section: unknown): void {
  const genesis = fromGenesis(GenesisStateSchema, section);
  if (genesis.params !== undefined) params.set(ctx, genesis.params);
  const list = genesis.accounts.map((any) => readAccount(ctx, any));
  list.sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0));
  let next = 0n;
  for (const account of list) {
    const number = account.number < next ? next : account.number;
    next = number + 1n;
    const address = parseAccount(account.address);
    if (!address.ok) throw new GenesisError(`account ${account.address}: ${address.error}`);
    setAccount(ctx, address.value, { ...account, number });
    addressByNumber.set(ctx, number, address.value);
  }
  nextNumber.set(ctx, next);
  ensureModuleAccount(ctx, feeCollectorName);
}

export function exportGenesis(ctx: Context): unknown {
  const list = [...accounts.scan(ctx)].map(({ value }) => unpackAccount(value));
  list.sort((a, b) => (a.number < b.number ? -1 : a.number > b.number ? 1 : 0));
  return toGenesis(GenesisStateSchema, { params: getParams(ctx), accounts: list.map(packAccount) });
}

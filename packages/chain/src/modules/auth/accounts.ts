import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { assert, equalBytes } from "@stoa/std";
import { accountText, moduleAddress, typeNameOf } from "@stoa/wire";
import { BaseAccountSchema, ModuleAccountSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import { create, type DescMessage, decode, encode, type MessageShape } from "../../codec.ts";
import type { Context } from "../../context.ts";
import { accounts, addressByNumber, nextNumber } from "./keys.ts";
import { type Account, moduleAccounts } from "./types.ts";

/** Accounts that were read or written: stored ones are given out as the same Any until they are written again. */
const unpacked = new WeakMap<Any, Account>();

/** Reads an account of a type that we know. */
export function unpackAccount(any: Any): Account {
  const known = unpacked.get(any);
  if (known !== undefined) return known;
  const account = readAccount(any);
  unpacked.set(any, account);
  return account;
}

function readAccount(any: Any): Account {
  const name = typeNameOf(any.typeUrl);
  if (name === BaseAccountSchema.typeName) {
    const base = decode(BaseAccountSchema, any.value);
    return {
      address: base.address,
      publicKey: base.pubKey,
      number: base.accountNumber,
      sequence: base.sequence,
      module: undefined,
    };
  }
  assert(name === ModuleAccountSchema.typeName, `an account of type ${any.typeUrl} is stored`);
  const { baseAccount, name: moduleName, permissions } = decode(ModuleAccountSchema, any.value);
  assert(baseAccount !== undefined, `a module account without an account is stored`);
  return {
    address: baseAccount.address,
    publicKey: baseAccount.pubKey,
    number: baseAccount.accountNumber,
    sequence: baseAccount.sequence,
    module: { name: moduleName, permissions },
  };
}

export function packAccount(account: Account): Any {
  const any = toAny(account);
  unpacked.set(any, account);
  return any;
}

function toAny(account: Account): Any {
  const base = create(BaseAccountSchema, {
    address: account.address,
    accountNumber: account.number,
    sequence: account.sequence,
    ...(account.publicKey === undefined ? {} : { pubKey: account.publicKey }),
  });
  if (account.module === undefined) return anyOf(BaseAccountSchema, base);
  const { name, permissions } = account.module;
  const module = create(ModuleAccountSchema, { baseAccount: base, name, permissions: [...permissions] });
  return anyOf(ModuleAccountSchema, module);
}

function anyOf<S extends DescMessage>(schema: S, message: MessageShape<S>): Any {
  return create(AnySchema, { typeUrl: `/${schema.typeName}`, value: encode(schema, message) });
}

export function getAccount(ctx: Context, address: Uint8Array): Account | undefined {
  const any = accounts.get(ctx, address);
  return any === undefined ? undefined : unpackAccount(any);
}

/**
 * Gas that the reference spends on its index by number when it writes an account again. We need no work there, but
 * charge a part of it, so that a gas limit that suffices there suffices here.
 */
const accountIndexGas = 1_500n;

/** Stores an account that is there already. */
export function setAccount(ctx: Context, address: Uint8Array, account: Account): void {
  ctx.gas.consume(accountIndexGas, "account index");
  accounts.set(ctx, address, packAccount(account));
}

function takeNumber(ctx: Context): bigint {
  const number = nextNumber.get(ctx) ?? 0n;
  nextNumber.set(ctx, number + 1n);
  return number;
}

function addAccount(ctx: Context, address: Uint8Array, module: Account["module"]): Account {
  const number = takeNumber(ctx);
  const account: Account = { address: accountText(address), publicKey: undefined, number, sequence: 0n, module };
  accounts.set(ctx, address, packAccount(account));
  addressByNumber.set(ctx, number, address);
  return account;
}

/**
 * Creates an account where there is none: a first receipt makes one (base-chain.md §8.2). A module's address gets its
 * module's account.
 */
export function ensureAccount(ctx: Context, address: Uint8Array): void {
  if (accounts.has(ctx, address)) return;
  for (const [name, permissions] of moduleAccounts) {
    if (equalBytes(moduleAddress(name, ctx.crypto.hash), address)) {
      addAccount(ctx, address, { name, permissions });
      return;
    }
  }
  addAccount(ctx, address, undefined);
}

/** The module's account, created when it is first asked for. */
export function ensureModuleAccount(ctx: Context, name: string): Account {
  const permissions = moduleAccounts.get(name);
  assert(permissions !== undefined, `${name} is no module account`);
  const address = moduleAddress(name, ctx.crypto.hash);
  return getAccount(ctx, address) ?? addAccount(ctx, address, { name, permissions });
}

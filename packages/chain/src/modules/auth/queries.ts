import { accountText } from "@stoa/wire";
import { type BaseAccountSchema, Query } from "@stoa/wire/cosmos.auth.v1beta1";
import { queriedAddress } from "../../address.ts";
import type { MessageInitShape } from "../../codec.ts";
import type { Context } from "../../context.ts";
import { refuseQuery, refuseUnregistered } from "../../errors.ts";
import { answer, type QueryHandler } from "../../module.ts";
import { paginate } from "../../paging.ts";
import { ensureModuleAccount, getAccount, packAccount } from "./accounts.ts";
import { accounts, addressByNumber } from "./keys.ts";
import { getParams } from "./params.ts";
import { type Account, moduleAccounts } from "./types.ts";

const prefix = "akash";

function accountOf(ctx: Context, text: string, empty: string): Account {
  if (text === "") refuseQuery("InvalidArgument", empty);
  return getAccount(ctx, queriedAddress(text)) ?? refuseQuery("NotFound", `account ${text} not found`);
}

function baseOf(account: Account): MessageInitShape<typeof BaseAccountSchema> {
  const base = { address: account.address, accountNumber: account.number, sequence: account.sequence };
  return account.publicKey === undefined ? base : { ...base, pubKey: account.publicKey };
}

export const queries: readonly QueryHandler[] = [
  answer(Query.method.account, (ctx, request) => ({
    account: packAccount(accountOf(ctx, request.address, "Address cannot be empty")),
  })),
  answer(Query.method.accountInfo, (ctx, request) => ({
    info: baseOf(accountOf(ctx, request.address, "address cannot be empty")),
  })),
  answer(Query.method.accounts, (ctx, request) => {
    const page = paginate({
      request: request.pagination,
      scan: ({ from, reverse }) => accounts.scan(ctx, { from, reverse }),
      keep: (any) => any,
      refuseBoth: refuseUnregistered,
    });
    return { accounts: [...page.rows], pagination: page.pagination };
  }),
  answer(Query.method.accountAddressByID, (ctx, request) => {
    // 0 cannot be told from a field that is not there.
    if (request.id !== 0n) {
      refuseQuery("InvalidArgument", "requesting with id isn't supported, try to request using account-id");
    }
    const address = addressByNumber.get(ctx, request.accountId);
    if (address === undefined) {
      refuseQuery("NotFound", `account address not found with account number ${request.accountId}`);
    }
    return { accountAddress: accountText(address) };
  }),
  // A query's writes are dropped: module accounts that are not there yet show the number they would get.
  answer(Query.method.moduleAccounts, (ctx) => ({
    accounts: [...moduleAccounts.keys()].map((name) => packAccount(ensureModuleAccount(ctx, name))),
  })),
  answer(Query.method.moduleAccountByName, (ctx, request) => {
    if (request.name.trim() === "") refuseQuery("InvalidArgument", "module name is empty");
    if (!moduleAccounts.has(request.name)) refuseQuery("NotFound", `account ${request.name} not found`);
    return { account: packAccount(ensureModuleAccount(ctx, request.name)) };
  }),
  answer(Query.method.params, (ctx) => ({ params: getParams(ctx) })),
  answer(Query.method.bech32Prefix, () => ({ bech32Prefix: prefix })),
  answer(Query.method.addressBytesToString, (_, request) => {
    if (request.addressBytes.length === 0) refuseUnregistered("empty address bytes is not allowed");
    return { addressString: accountText(request.addressBytes) };
  }),
  answer(Query.method.addressStringToBytes, (_, request) => {
    if (request.addressString.trim() === "") refuseUnregistered("empty address string is not allowed");
    return { addressBytes: queriedAddress(request.addressString) };
  }),
];

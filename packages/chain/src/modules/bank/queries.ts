import { accountText, isDenom, type WireCoin } from "@stoa/wire";
import { Query } from "@stoa/wire/cosmos.bank.v1beta1";
import { queriedAddress } from "../../address.ts";
import type { Context } from "../../context.ts";
import { Refusal, refuseQuery, refuseUnregistered } from "../../errors.ts";
import { answer, type QueryHandler } from "../../module.ts";
import { type PageRequest, paginate } from "../../paging.ts";
import { balanceOf } from "./coins.ts";
import { balanceKey, balances, holdersByDenom, metadata, sendEnabled, supply } from "./keys.ts";
import { getParams } from "./params.ts";

function addressOf(text: string): Uint8Array {
  try {
    return queriedAddress(text);
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    return refuseQuery("InvalidArgument", `invalid address: ${problem.message}`);
  }
}

function requireDenom(denom: string): string {
  return isDenom(denom) ? denom : refuseQuery("InvalidArgument", `invalid denom: ${denom}`);
}

function coinOf(denom: string, amount: bigint): WireCoin {
  return { denom, amount: amount.toString() };
}

interface BalancePage {
  readonly address: string;
  readonly request: PageRequest | undefined;
  /** Names the denomination by which people know it, with the amount as it is: the reference does not reckon it over. */
  readonly resolveDenom: boolean;
}

function balancePage(ctx: Context, { address, request, resolveDenom }: BalancePage) {
  const under = balanceKey.partial(addressOf(address));
  const nameOf = (denom: string) => (resolveDenom ? (metadata.get(ctx, denom)?.display ?? denom) : denom);
  const page = paginate({
    request,
    // Page keys are denominations, as the reference's are.
    *scan({ from, reverse }) {
      const start = from === undefined ? undefined : Uint8Array.from([...under, ...from]);
      for (const row of balances.scan(ctx, { under, from: start, reverse })) {
        yield { raw: row.raw.subarray(under.length), value: coinOf(nameOf(row.key[1]), row.value) };
      }
    },
    keep: (coin) => coin,
    refuseBoth: (message) => refuseQuery("InvalidArgument", `paginate: ${message}`),
  });
  return { balances: [...page.rows], pagination: page.pagination };
}

function ownersPage(ctx: Context, denom: string, request: PageRequest | undefined) {
  requireDenom(denom);
  const page = paginate({
    request,
    *scan({ from, reverse }) {
      for (const { key, value } of balances.scanIndex(ctx, holdersByDenom, denom, { from, reverse })) {
        const raw = balanceKey.partial(key[0]);
        yield { raw, value: { address: accountText(key[0]), balance: coinOf(denom, value) } };
      }
    },
    keep: (owner) => owner,
    refuseBoth: refuseUnregistered,
  });
  return { denomOwners: [...page.rows], pagination: page.pagination };
}

function metadataOf(ctx: Context, denom: string) {
  requireDenom(denom);
  return { metadata: metadata.get(ctx, denom) ?? refuseQuery("NotFound", `client metadata for denom ${denom}`) };
}

function sendEnabledPage(ctx: Context, denoms: readonly string[], request: PageRequest | undefined) {
  if (denoms.length > 0) {
    const known = denoms.map((denom) => ({ denom, enabled: sendEnabled.get(ctx, denom) }));
    return { sendEnabled: known.flatMap(({ denom, enabled }) => (enabled === undefined ? [] : [{ denom, enabled }])) };
  }
  const page = paginate({
    request,
    *scan(options) {
      for (const { key, value, raw } of sendEnabled.scan(ctx, options))
        yield { raw, value: { denom: key, enabled: value } };
    },
    keep: (row) => row,
  });
  return { sendEnabled: [...page.rows], pagination: page.pagination };
}

export const queries: readonly QueryHandler[] = [
  answer(Query.method.balance, (ctx, request) => {
    const denom = requireDenom(request.denom);
    return { balance: coinOf(denom, balanceOf(ctx, addressOf(request.address), denom)) };
  }),
  answer(Query.method.allBalances, (ctx, { address, pagination, resolveDenom }) =>
    balancePage(ctx, { address, request: pagination, resolveDenom }),
  ),
  answer(Query.method.spendableBalances, (ctx, { address, pagination }) =>
    balancePage(ctx, { address, request: pagination, resolveDenom: false }),
  ),
  answer(Query.method.spendableBalanceByDenom, (ctx, request) => {
    const address = addressOf(request.address);
    return { balance: coinOf(requireDenom(request.denom), balanceOf(ctx, address, request.denom)) };
  }),
  answer(Query.method.totalSupply, (ctx, request) => {
    const page = paginate({
      request: request.pagination,
      *scan(options) {
        for (const { key, value, raw } of supply.scan(ctx, options)) yield { raw, value: coinOf(key, value) };
      },
      keep: (coin) => coin,
    });
    return { supply: [...page.rows], pagination: page.pagination };
  }),
  answer(Query.method.supplyOf, (ctx, request) => ({
    amount: coinOf(requireDenom(request.denom), supply.get(ctx, request.denom) ?? 0n),
  })),
  answer(Query.method.params, (ctx) => ({ params: getParams(ctx) })),
  answer(Query.method.denomsMetadata, (ctx, request) => {
    const page = paginate({
      request: request.pagination,
      scan: (options) => metadata.scan(ctx, options),
      keep: (row) => row,
    });
    return { metadatas: [...page.rows], pagination: page.pagination };
  }),
  answer(Query.method.denomMetadata, (ctx, request) => metadataOf(ctx, request.denom)),
  answer(Query.method.denomMetadataByQueryString, (ctx, request) => metadataOf(ctx, request.denom)),
  answer(Query.method.denomOwners, (ctx, request) => ownersPage(ctx, request.denom, request.pagination)),
  answer(Query.method.denomOwnersByQuery, (ctx, request) => ownersPage(ctx, request.denom, request.pagination)),
  answer(Query.method.sendEnabled, (ctx, request) => sendEnabledPage(ctx, request.denoms, request.pagination)),
];

import { parseAccount } from "@stoa/wire";
import { Query } from "@stoa/wire/cosmos.feegrant.v1beta1";
import { refuseQuery } from "../../errors.ts";
import { answer, type QueryHandler } from "../../module.ts";
import { paginate } from "../../paging.ts";
import { allowanceKey, allowances, allowancesByGranter } from "./keys.ts";

function addressOf(text: string): Uint8Array {
  const parsed = parseAccount(text);
  return parsed.ok ? parsed.value : refuseQuery("InvalidArgument", parsed.error);
}

export const queries: readonly QueryHandler[] = [
  answer(Query.method.allowance, (ctx, request) => {
    const granter = addressOf(request.granter);
    const grantee = addressOf(request.grantee);
    const allowance = allowances.get(ctx, [grantee, granter]);
    return { allowance: allowance ?? refuseQuery("Internal", "fee-grant not found: not found") };
  }),
  answer(Query.method.allowances, (ctx, request) => {
    const under = allowanceKey.partial(addressOf(request.grantee));
    const page = paginate({
      request: request.pagination,
      scan: ({ from, reverse }) => allowances.scan(ctx, { under, from, reverse }),
      keep: (grant) => grant,
    });
    return { allowances: [...page.rows], pagination: page.pagination };
  }),
  answer(Query.method.allowancesByGranter, (ctx, request) => {
    const granter = addressOf(request.granter);
    const page = paginate({
      request: request.pagination,
      scan: (options) => allowances.scanIndex(ctx, allowancesByGranter, granter, options),
      keep: (grant) => grant,
    });
    return { allowances: [...page.rows], pagination: page.pagination };
  }),
];

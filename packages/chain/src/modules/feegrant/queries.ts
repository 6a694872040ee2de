import { Query } from "@stoa/wire/cosmos.feegrant.v1beta1";
import { queriedAddress } from "../../address.ts";
import { refuseQuery } from "../../errors.ts";
import { answer, type QueryHandler } from "../../module.ts";
import { paginate } from "../../paging.ts";
import { allowanceKey, allowances, allowancesByGranter } from "./keys.ts";

export const queries: readonly QueryHandler[] = [
  answer(Query.method.allowance, (ctx, request) => {
    const granter = queriedAddress(request.granter);
    const grantee = queriedAddress(request.grantee);
    const allowance = allowances.get(ctx, [grantee, granter]);
    return { allowance: allowance ?? refuseQuery("Internal", "fee-grant not found: not found") };
  }),
  answer(Query.method.allowances, (ctx, request) => {
    const under = allowanceKey.partial(queriedAddress(request.grantee));
    const page = paginate({
      request: request.pagination,
      scan: ({ from, reverse }) => allowances.scan(ctx, { under, from, reverse }),
      keep: (grant) => grant,
    });
    return { allowances: [...page.rows], pagination: page.pagination };
  }),
  answer(Query.method.allowancesByGranter, (ctx, request) => {
    const granter = queriedAddress(request.granter);
    const page = paginate({
      request: request.pagination,
      scan: (options) => allowances.scanIndex(ctx, allowancesByGranter, granter, options),
      keep: (grant) => grant,
    });
    return { allowances: [...page.rows], pagination: page.pagination };
  }),
];

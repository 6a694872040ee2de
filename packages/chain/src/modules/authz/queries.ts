import { accountText } from "@stoa/wire";
import { type Grant, Query } from "@stoa/wire/cosmos.authz.v1beta1";
import { queriedAddress } from "../../address.ts";
import type { Context } from "../../context.ts";
import { refuse, refuseUnregistered } from "../../errors.ts";
import { answer, type QueryHandler } from "../../module.ts";
import { paginate } from "../../paging.ts";
import { timeNs } from "../../time.ts";
import { authzErrors } from "./errors.ts";
import { grantKey, grants, grantsByGrantee } from "./keys.ts";

/** A row with its parties, as the lists by granter and by grantee show it. */
function withParties(key: readonly [Uint8Array, Uint8Array, string], grant: Grant) {
  const { authorization, expiration } = grant;
  return {
    granter: accountText(key[0]),
    grantee: accountText(key[1]),
    ...(authorization === undefined ? {} : { authorization }),
    ...(expiration === undefined ? {} : { expiration }),
  };
}

function oneGrant(ctx: Context, granter: Uint8Array, grantee: Uint8Array, msgTypeUrl: string): Grant {
  const grant = grants.get(ctx, [granter, grantee, msgTypeUrl]);
  const expired = grant?.expiration !== undefined && timeNs(grant.expiration) < timeNs(ctx.block.time);
  if (grant === undefined || expired) {
    refuse(authzErrors.noAuthorizationFound, `authorization not found for ${msgTypeUrl} type`);
  }
  return grant;
}

export const queries: readonly QueryHandler[] = [
  answer(Query.method.grants, (ctx, request) => {
    const granter = queriedAddress(request.granter);
    const grantee = queriedAddress(request.grantee);
    if (request.msgTypeUrl !== "") return { grants: [oneGrant(ctx, granter, grantee, request.msgTypeUrl)] };
    const page = paginate({
      request: request.pagination,
      countByDefault: false,
      refuseBoth: refuseUnregistered,
      scan: ({ from, reverse }) => grants.scan(ctx, { under: grantKey.partial(granter, grantee), from, reverse }),
      keep: (grant) => grant,
    });
    return { grants: [...page.rows], pagination: page.pagination };
  }),
  answer(Query.method.granterGrants, (ctx, request) => {
    const granter = queriedAddress(request.granter);
    const page = paginate({
      request: request.pagination,
      countByDefault: false,
      refuseBoth: refuseUnregistered,
      *scan({ from, reverse }) {
        for (const { key, value, raw } of grants.scan(ctx, { under: grantKey.partial(granter), from, reverse })) {
          yield { raw, value: withParties(key, value) };
        }
      },
      keep: (row) => row,
    });
    return { grants: [...page.rows], pagination: page.pagination };
  }),
  answer(Query.method.granteeGrants, (ctx, request) => {
    const grantee = queriedAddress(request.grantee);
    const page = paginate({
      request: request.pagination,
      countByDefault: false,
      refuseBoth: refuseUnregistered,
      *scan({ from, reverse }) {
        for (const { key, value, raw } of grants.scanIndex(ctx, grantsByGrantee, grantee, { from, reverse })) {
          yield { raw, value: withParties(key, value) };
        }
      },
      keep: (row) => row,
    });
    return { grants: [...page.rows], pagination: page.pagination };
  }),
];

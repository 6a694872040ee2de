import { subCoins, validateCoins } from "@stoa/wire";
import { type MsgSend, type SendAuthorization, SendAuthorizationSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { create } from "../../codec.ts";
import { coinMessages, readCoins } from "../../coins.ts";
import { refuse, sdkErrors } from "../../errors.ts";
import type { AuthorizationKind } from "../authz/types.ts";
import { bankErrors } from "./errors.ts";

/** Gas for each address of the allow list that is looked at. */
const gasPerAddress = 10n;

/** Allows sends up to a limit, to anyone or to those on a list. */
export const sendAuthorization: AuthorizationKind = {
  schema: SendAuthorizationSchema,
  msgTypeUrl: () => "/cosmos.bank.v1beta1.MsgSend",
  check(any) {
    const { spendLimit, allowList } = any as SendAuthorization;
    const limit = readCoins(spendLimit);
    if (limit.length === 0) refuse(sdkErrors.invalidCoins, "spend limit cannot be nil");
    if (validateCoins(limit) !== undefined) refuse(sdkErrors.invalidCoins, "spend limit must be positive");
    if (new Set(allowList).size !== allowList.length) refuse(bankErrors.duplicateEntry);
  },
  accept(ctx, any, message) {
    const authorization = any as SendAuthorization;
    const msg = message as MsgSend;
    const left = subCoins(readCoins(authorization.spendLimit), readCoins(msg.amount));
    if (left === undefined) refuse(sdkErrors.insufficientFunds, "requested amount is more than spend limit");
    let listed = authorization.allowList.length === 0;
    for (const address of authorization.allowList) {
      ctx.gas.consume(gasPerAddress, "send authorization");
      listed = address === msg.toAddress;
      if (listed) break;
    }
    if (!listed) refuse(sdkErrors.unauthorized, `cannot send to ${msg.toAddress} address`);
    if (left.length === 0) return { accept: true, delete: true, updated: undefined };
    const updated = create(SendAuthorizationSchema, { ...authorization, spendLimit: coinMessages(left) });
    return { accept: true, delete: false, updated };
  },
};

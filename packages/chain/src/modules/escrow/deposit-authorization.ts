import { coinFromWire } from "@stoa/wire";
import {
  type DepositAuthorization,
  DepositAuthorizationSchema,
  type MsgAccountDeposit,
} from "@stoa/wire/akash.escrow.v1";
import { refuse, sdkErrors } from "../../errors.ts";
import type { AuthorizationKind } from "../authz/types.ts";
import { checkAuthorization, spendAuthorization, spendLimits } from "./authorization.ts";
import { escrowErrors } from "./errors.ts";

/** The type of messages that a deposit grant stands under, whatever message spends it. */
export const depositMessageUrl = "/akash.escrow.v1.MsgAccountDeposit";

/** Allows deposits out of the granter's account (market-modules.md §6.3). */
export const depositAuthorization: AuthorizationKind = {
  schema: DepositAuthorizationSchema,
  msgTypeUrl: () => depositMessageUrl,
  check: (any) => checkAuthorization(any as DepositAuthorization),
  accept(_ctx, any, message) {
    const authorization = any as DepositAuthorization;
    const msg = message as MsgAccountDeposit;
    const scope = msg.id?.scope ?? 0;
    if (!authorization.scopes.some((granted) => Number(granted) === scope))
      refuse(escrowErrors.unauthorizedDepositScope);
    const amount = msg.deposit?.amount === undefined ? undefined : coinFromWire(msg.deposit.amount);
    if (amount === undefined) refuse(sdkErrors.invalidCoins);
    const use = spendAuthorization(authorization, scope, amount, false);
    if (use === undefined) return { accept: false, delete: false, updated: undefined };
    return { accept: true, delete: spendLimits(use.next).length === 0, updated: use.next };
  },
};

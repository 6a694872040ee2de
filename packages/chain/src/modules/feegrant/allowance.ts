import type { Any, Timestamp } from "@bufbuild/protobuf/wkt";
import { AnySchema, TimestampSchema } from "@bufbuild/protobuf/wkt";
import { type Coins, denomsSubsetOf, formatCoins, subCoins, validateCoins, type WireCoin } from "@stoa/wire";
import {
  type AllowedMsgAllowance,
  AllowedMsgAllowanceSchema,
  type BasicAllowance,
  BasicAllowanceSchema,
  type PeriodicAllowance,
  PeriodicAllowanceSchema,
} from "@stoa/wire/cosmos.feegrant.v1beta1";
import { create, decode, encode } from "../../codec.ts";
import { coinMessages, readCoins } from "../../coins.ts";
import type { Context } from "../../context.ts";
import { refuse, sdkErrors } from "../../errors.ts";
import { durationNs, timeFromNs, timeNs } from "../../time.ts";
import { feegrantErrors } from "./errors.ts";

/** Gas for each allowed message type that is read (base-chain.md §4.4). */
const gasPerAllowedMessage = 10n;

/** Types of allowances. */
const allowanceTypes = [BasicAllowanceSchema, PeriodicAllowanceSchema, AllowedMsgAllowanceSchema] as const;

/** What is being paid for. */
export interface Payment {
  readonly fee: Coins;
  readonly msgTypeUrls: readonly string[];
}

/** What a use leaves: the allowance, or nothing. */
export type Use = { readonly left: Any } | { readonly left: undefined };

function pack(schema: (typeof allowanceTypes)[number], value: Uint8Array): Any {
  return create(AnySchema, { typeUrl: `/${schema.typeName}`, value });
}

/** Calls the part that knows the allowance's type; other types are refused with sdk 34. */
function match<T>(
  any: Any | undefined,
  cases: {
    basic: (allowance: BasicAllowance) => T;
    periodic: (allowance: PeriodicAllowance) => T;
    allowedMsg: (allowance: AllowedMsgAllowance) => T;
  },
): T {
  if (any === undefined) refuse(feegrantErrors.noAllowance, "allowance should not be empty");
  switch (any.typeUrl.slice(1)) {
    case BasicAllowanceSchema.typeName:
      return cases.basic(decode(BasicAllowanceSchema, any.value));
    case PeriodicAllowanceSchema.typeName:
      return cases.periodic(decode(PeriodicAllowanceSchema, any.value));
    case AllowedMsgAllowanceSchema.typeName:
      return cases.allowedMsg(decode(AllowedMsgAllowanceSchema, any.value));
    default:
      return refuse(sdkErrors.unpackAny, `${any.typeUrl} is no fee allowance`);
  }
}

/** When the allowance ends, if it does. */
export function expirationOf(any: Any | undefined): Timestamp | undefined {
  return match(any, {
    basic: (allowance) => allowance.expiration,
    periodic: (allowance) => allowance.basic?.expiration,
    allowedMsg: (allowance) => expirationOf(allowance.allowance),
  });
}

function checkLimit(wire: readonly WireCoin[], what: string): void {
  const coins = readCoins(wire);
  if (validateCoins(coins) !== undefined) refuse(sdkErrors.invalidCoins, `${what} is invalid: ${formatCoins(coins)}`);
}

function checkBasic(allowance: BasicAllowance): void {
  checkLimit(allowance.spendLimit, "send amount");
  if (allowance.expiration !== undefined && allowance.expiration.seconds < 0n) {
    refuse(feegrantErrors.invalidDuration, "expiration time cannot be negative");
  }
}

function checkPeriodic(allowance: PeriodicAllowance): void {
  const { basic } = allowance;
  if (basic !== undefined) checkBasic(basic);
  checkLimit(allowance.periodSpendLimit, "spend amount");
  if (allowance.periodSpendLimit.length === 0) refuse(sdkErrors.invalidCoins, "spend limit must be positive");
  checkLimit(allowance.periodCanSpend, "can spend amount");
  const limit = readCoins(basic?.spendLimit ?? []);
  if (limit.length > 0 && !denomsSubsetOf(readCoins(allowance.periodSpendLimit), limit)) {
    refuse(sdkErrors.invalidCoins, "period spend limit has different currency than basic spend limit");
  }
  if (allowance.period === undefined || durationNs(allowance.period) <= 0n) {
    refuse(feegrantErrors.invalidDuration, "negative clock step");
  }
}

/** Refuses an allowance that should not be granted. */
export function checkAllowance(any: Any | undefined): void {
  match(any, {
    basic: checkBasic,
    periodic: checkPeriodic,
    allowedMsg(allowance) {
      if (allowance.allowedMessages.length === 0) {
        refuse(feegrantErrors.noMessages, "allowed messages shouldn't be empty");
      }
      checkAllowance(allowance.allowance);
    },
  });
}

function spend(limit: readonly WireCoin[], fee: Coins, what: string): Coins {
  return subCoins(readCoins(limit), fee) ?? refuse(feegrantErrors.feeLimitExceeded, what);
}

function useBasic(ctx: Context, allowance: BasicAllowance, fee: Coins): Use {
  const { expiration, spendLimit } = allowance;
  if (expiration !== undefined && timeNs(expiration) < timeNs(ctx.block.time)) {
    refuse(feegrantErrors.feeLimitExpired, "basic allowance");
  }
  // An empty limit is no limit.
  if (spendLimit.length === 0) return { left: pack(BasicAllowanceSchema, encode(BasicAllowanceSchema, allowance)) };
  const left = spend(spendLimit, fee, "basic allowance");
  if (left.length === 0) return { left: undefined };
  const next = create(BasicAllowanceSchema, { ...allowance, spendLimit: coinMessages(left) });
  return { left: pack(BasicAllowanceSchema, encode(BasicAllowanceSchema, next)) };
}

/** What may be spent now and until when, a new period begun where the old one is over (base-chain.md §4.8). */
function currentPeriod(
  allowance: PeriodicAllowance,
  nowNs: bigint,
): { canSpend: readonly WireCoin[]; resetNs: bigint } {
  const resetNs = allowance.periodReset === undefined ? 0n : timeNs(allowance.periodReset);
  if (nowNs < resetNs) return { canSpend: allowance.periodCanSpend, resetNs };
  const basicLimit = allowance.basic?.spendLimit ?? [];
  const covered = subCoins(readCoins(basicLimit), readCoins(allowance.periodSpendLimit)) !== undefined;
  const canSpend = covered || basicLimit.length === 0 ? allowance.periodSpendLimit : basicLimit;
  const periodNs = allowance.period === undefined ? 0n : durationNs(allowance.period);
  const next = resetNs + periodNs;
  return { canSpend, resetNs: nowNs > next ? nowNs + periodNs : next };
}

function usePeriodic(ctx: Context, allowance: PeriodicAllowance, fee: Coins): Use {
  const nowNs = timeNs(ctx.block.time);
  const expiration = allowance.basic?.expiration;
  if (expiration !== undefined && nowNs > timeNs(expiration)) refuse(feegrantErrors.feeLimitExpired, "absolute limit");
  const { canSpend, resetNs } = currentPeriod(allowance, nowNs);
  const periodLeft = spend(canSpend, fee, "period limit");
  const basicLimit = allowance.basic?.spendLimit ?? [];
  const basicLeft = basicLimit.length === 0 ? undefined : spend(basicLimit, fee, "absolute limit");
  if (basicLeft !== undefined && basicLeft.length === 0) return { left: undefined };
  const basic = create(BasicAllowanceSchema, {
    spendLimit: coinMessages(basicLeft ?? []),
    ...(expiration === undefined ? {} : { expiration }),
  });
  const next = create(PeriodicAllowanceSchema, {
    ...allowance,
    basic,
    periodCanSpend: coinMessages(periodLeft),
    periodReset: create(TimestampSchema, timeFromNs(resetNs)),
  });
  return { left: pack(PeriodicAllowanceSchema, encode(PeriodicAllowanceSchema, next)) };
}

function useAllowedMsg(ctx: Context, allowance: AllowedMsgAllowance, payment: Payment): Use {
  const allowed = new Set<string>();
  for (const url of allowance.allowedMessages) {
    ctx.gas.consume(gasPerAllowedMessage, "check msg");
    allowed.add(url);
  }
  for (const url of payment.msgTypeUrls) {
    ctx.gas.consume(gasPerAllowedMessage, "check msg");
    if (!allowed.has(url)) refuse(feegrantErrors.messageNotAllowed, "message does not exist in allowed messages");
  }
  const inner = useAllowance(ctx, allowance.allowance, payment);
  if (inner.left === undefined) return inner;
  const next = create(AllowedMsgAllowanceSchema, { ...allowance, allowance: inner.left });
  return { left: pack(AllowedMsgAllowanceSchema, encode(AllowedMsgAllowanceSchema, next)) };
}

/** Pays from an allowance; refuses what it does not allow. */
export function useAllowance(ctx: Context, any: Any | undefined, payment: Payment): Use {
  return match<Use>(any, {
    basic: (allowance) => useBasic(ctx, allowance, payment.fee),
    periodic: (allowance) => usePeriodic(ctx, allowance, payment.fee),
    allowedMsg: (allowance) => useAllowedMsg(ctx, allowance, payment),
  });
}

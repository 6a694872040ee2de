import type { EscrowAccountId, EscrowPaymentId } from "@stoa/market";
import { assert, concatBytes, Dec, readUint64Be, uint64Be } from "@stoa/std";
import { type DecCoin, decCoinFromWire, decCoinToWire } from "@stoa/wire";
import {
  type Account,
  AccountSchema,
  type AccountState,
  type Payment,
  PaymentSchema,
  type PaymentState,
} from "@stoa/wire/akash.escrow.types.v1";
import { create } from "../../codec.ts";
import { messageValue, type ValueCodec } from "../../collections.ts";
import type { DepositEntry, EscrowAccount, EscrowPayment } from "./types.ts";

/** Between our own forms and the wire's, which queries, genesis and the store use. */

function decCoin(wire: { readonly denom: string; readonly amount: string } | undefined): DecCoin {
  const value = wire === undefined ? undefined : decCoinFromWire(wire);
  assert(value !== undefined, "an escrow record holds no amount");
  return value;
}

function accountId(wire: Account["id"]): EscrowAccountId {
  assert(wire !== undefined, "an escrow record has no id");
  return { scope: wire.scope, xid: wire.xid };
}

function paymentId(wire: Payment["id"]): EscrowPaymentId {
  assert(wire?.aid !== undefined, "an escrow payment has no id");
  return { aid: { scope: wire.aid.scope, xid: wire.aid.xid }, xid: wire.xid };
}

function depositEntry(wire: AccountState["deposits"][number]): DepositEntry {
  return { owner: wire.owner, height: wire.height, source: wire.source, balance: decCoin(wire.balance) };
}

export function accountFromWire(wire: Account): EscrowAccount {
  const { id, state } = wire;
  assert(state !== undefined, "an escrow account has no state");
  return {
    id: accountId(id),
    owner: state.owner,
    state: state.state,
    transferred: state.transferred.map(decCoin),
    settledAt: state.settledAt,
    funds: state.funds.map(decCoin),
    deposits: state.deposits.map(depositEntry),
  };
}

export function accountToWire(account: EscrowAccount): Account {
  return create(AccountSchema, {
    id: { scope: account.id.scope, xid: account.id.xid },
    state: {
      owner: account.owner,
      state: account.state,
      transferred: account.transferred.map(decCoinToWire),
      settledAt: account.settledAt,
      funds: account.funds.map(decCoinToWire),
      deposits: account.deposits.map((entry) => ({ ...entry, balance: decCoinToWire(entry.balance) })),
    },
  });
}

/** From the wire, which does not say when the payment began: `startedAt` does, with nothing counted since. */
export function paymentFromWire(wire: Payment, startedAt: bigint): EscrowPayment {
  const state: PaymentState | undefined = wire.state;
  assert(state !== undefined && state.withdrawn !== undefined, "an escrow payment has no state");
  return {
    id: paymentId(wire.id),
    owner: state.owner,
    state: state.state,
    rate: decCoin(state.rate),
    balance: decCoin(state.balance).amount,
    unsettled: decCoin(state.unsettled).amount,
    withdrawn: BigInt(state.withdrawn.amount),
    startedAt,
    accrued: 0n,
  };
}

export function paymentToWire(payment: EscrowPayment): Payment {
  const { denom } = payment.rate;
  return create(PaymentSchema, {
    id: { aid: { scope: payment.id.aid.scope, xid: payment.id.aid.xid }, xid: payment.id.xid },
    state: {
      owner: payment.owner,
      state: payment.state,
      rate: decCoinToWire(payment.rate),
      balance: decCoinToWire({ denom, amount: payment.balance }),
      unsettled: decCoinToWire({ denom, amount: payment.unsettled }),
      withdrawn: { denom, amount: payment.withdrawn.toString() },
    },
  });
}

const wireAccount = messageValue(AccountSchema);
const wirePayment = messageValue(PaymentSchema);

export const accountValue: ValueCodec<EscrowAccount> = {
  encode: (account) => wireAccount.encode(accountToWire(account)),
  decode: (bytes) => accountFromWire(wireAccount.decode(bytes)),
};

// What the wire's message cannot hold stands in front of it: start height, then the counted earnings. An amount
// in escrow fits 128 bits: rate ≤ 10^7 u-units and heights below 2^63 (market-modules.md §3.4).
const accruedBytes = 16;

function uint128Be(value: bigint): Uint8Array {
  assert(value >= 0n && value >> 128n === 0n, "accrued earnings do not fit 128 bits");
  return concatBytes(uint64Be(value >> 64n), uint64Be(BigInt.asUintN(64, value)));
}

export const paymentValue: ValueCodec<EscrowPayment> = {
  encode: (payment) =>
    concatBytes(uint64Be(payment.startedAt), uint128Be(payment.accrued), wirePayment.encode(paymentToWire(payment))),
  decode(bytes) {
    const accrued = (readUint64Be(bytes, 8) << 64n) | readUint64Be(bytes, 16);
    const payment = paymentFromWire(wirePayment.decode(bytes.subarray(8 + accruedBytes)), readUint64Be(bytes, 0));
    return { ...payment, accrued };
  },
};

/** Nothing of a denomination. */
export function zeroCoin(denom: string): DecCoin {
  return { denom, amount: Dec.zero };
}

import { type EscrowAccountId, type EscrowPaymentId, formatEscrowAccountId, formatEscrowPaymentId } from "@stoa/market";
import { Index, TypedMap } from "../../collections.ts";
import { byteKey, textKey } from "../../key-codec.ts";
import { accountValue, paymentValue } from "./records.ts";
import type { EscrowAccount, EscrowPayment } from "./types.ts";

/** Every key of the store `escrow`. States are indexes, not parts of primary keys: a transition rewrites no row. */
const storeName = "escrow";

export const accountsByState = new Index<number, string, EscrowAccount>({
  prefix: Uint8Array.of(0x11, 0x01),
  key: byteKey,
  of: (account) => account.state,
});

/** By the id's text `scope/xid`. */
export const accounts = new TypedMap<string, EscrowAccount>({
  store: storeName,
  prefix: Uint8Array.of(0x11, 0x00),
  key: textKey,
  value: accountValue,
  indexes: [accountsByState],
});

export const paymentsByState = new Index<number, string, EscrowPayment>({
  prefix: Uint8Array.of(0x12, 0x01),
  key: byteKey,
  of: (payment) => payment.state,
});

/** By the id's text `scope/account xid/payment xid`. */
export const payments = new TypedMap<string, EscrowPayment>({
  store: storeName,
  prefix: Uint8Array.of(0x12, 0x00),
  key: textKey,
  value: paymentValue,
  indexes: [paymentsByState],
});

export function accountKey(id: EscrowAccountId): string {
  return formatEscrowAccountId(id);
}

export function paymentKey(id: EscrowPaymentId): string {
  return formatEscrowPaymentId(id);
}

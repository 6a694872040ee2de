import { type DecodedTx, decodeTx, parseAccount, type TxDecodeError, type TxTypes, txSigners } from "@stoa/wire";
import type { Fee } from "@stoa/wire/cosmos.tx.v1beta1";
import { refuse, refuseUnregistered, refuseWith, sdkErrors } from "../errors.ts";

/** A decoded transaction with what its messages say about who signs and who pays. */
export interface Transaction extends DecodedTx {
  /** Everybody who must sign, the payer last if no message names it (base-chain.md §4.1). */
  readonly signers: readonly Uint8Array[];
  /** Account text of who pays; "" only in a transaction without messages and without a named payer. */
  readonly feePayer: string;
  /** The same as address bytes; empty where that is "". */
  readonly payer: Uint8Array;
  readonly feeGranter: Uint8Array | undefined;
  /** What it was read with, and its sign documents are made with. */
  readonly types: TxTypes;
}

function addressOf(text: string): Uint8Array | undefined {
  if (text === "") return undefined;
  const parsed = parseAccount(text);
  return parsed.ok ? parsed.value : refuseUnregistered(parsed.error);
}

/**
 * How a decoder's refusal is told: in blocks without its detail, to those who ask with it, and by checks and simulations
 * twice wrapped, as the reference does (surface/rpc.json, surface/rest.json).
 */
export type DecodeWording = "block" | "query" | "check";

function decodeText({ log, detail }: TxDecodeError, wording: DecodeWording): string {
  if (wording === "block") return log;
  return wording === "query" ? `${detail}: ${log}` : `${detail}: ${log}: ${log}`;
}

/**
 * Reads transaction bytes; refuses with sdk 2 what cannot be decoded, and as the reference does, with an unregistered
 * error, addresses of signers that are none.
 */
export function readTransaction(bytes: Uint8Array, types: TxTypes, wording: DecodeWording = "block"): Transaction {
  const decoded = decodeTx(bytes, types);
  if (!decoded.ok) return refuseWith(sdkErrors.txDecode, decodeText(decoded.error, wording));
  const tx = decoded.value;
  if (tx.messages.length === 0 && wording !== "query") {
    refuse(sdkErrors.invalidRequest, "must contain at least one message");
  }
  const signers = txSigners(tx);
  if (!signers.ok) return refuseUnregistered(signers.error);
  const { addresses, feePayer, payer } = signers.value;
  return { ...tx, signers: addresses, feePayer, payer, feeGranter: addressOf(tx.authInfo.fee?.granter ?? ""), types };
}

/** The fee, which checked transactions have. */
export function feeOf(tx: Transaction): Fee {
  return tx.authInfo.fee ?? refuseUnregistered("missing Fee");
}

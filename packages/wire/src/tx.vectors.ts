import { fromHex, toHex } from "@stoa/std";
import type { VectorFamily } from "@stoa/test";
import { encode, tryDecode } from "./codec.ts";
import { registry } from "./registry.ts";
import { decodeTx } from "./tx.ts";
import { txTypesOf } from "./tx-types.ts";
import { rejectUnknownFields } from "./unknown-fields.ts";
import { checkSections, type VectorCase, type VectorCheck } from "./vector-check.ts";

const types = txTypesOf(registry);
const bytes = (value: unknown): Uint8Array => fromHex(value as string) as Uint8Array;

function checkDecode(check: VectorCheck, one: VectorCase): void {
  const name = one.case as string;
  const tx = decodeTx(bytes(one.tx), types);
  check.same(`${name}: ok`, one.ok, tx.ok);
  if (!tx.ok) {
    check.same(`${name}: codespace`, one.codespace, tx.error.codespace);
    check.same(`${name}: code`, one.code, tx.error.code);
    return;
  }
}

function checkRejectUnknown(check: VectorCheck, one: VectorCase): void {
  const schema = types.resolve(`/${one.type}`);
  if (schema === undefined) {
    check.same("type", one.type, "unknown");
    return;
  }
  const allowNonCritical = one.allowNonCritical as boolean;
  const verdict = rejectUnknownFields({ bytes: bytes(one.hex), schema, allowNonCritical, resolve: types.resolve });
  check.same(`${one.case}: error`, one.error === null, verdict.ok);
  const saw = verdict.ok ? verdict.value : verdict.error.hasNonCritical;
  check.same(`${one.case}: hasUnknownNonCriticals`, one.hasUnknownNonCriticals, saw);
}

function checkRawEdge(check: VectorCheck, one: VectorCase): void {
  const schema = types.resolve(`/${one.type}`);
  if (schema === undefined) {
    check.same("type", one.type, "unknown");
    return;
  }
  const message = tryDecode(schema, bytes(one.hex));
  check.same(`${one.case}: error`, one.error === null, message.ok);
  if (message.ok) check.same(`${one.case}: reencoded`, one.reencoded, toHex(encode(schema, message.value)));
}

/** Transactions: decoding, signers, sign bytes of every mode, verification: `lib/tx.json`. */
export const txVectors: VectorFamily = {
  file: "lib/tx.json",
  check: (text) =>
    checkSections(text, {
      decode: checkDecode,
      rejectUnknown: checkRejectUnknown,
      rawEdge: checkRawEdge,
    }),
};

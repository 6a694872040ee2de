import { concatBytes, emptyBytes } from "@stoa/std";
import { pushUvarint } from "./varint.ts";

/** Fields of the two protobuf messages that the store writes itself, since it stands below `wire`. */

/** A length-delimited field. */
export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  const head: number[] = [];
  pushUvarint(head, field * 8 + 2);
  pushUvarint(head, bytes.length);
  return concatBytes(Uint8Array.from(head), bytes);
}

/** The same; proto3 leaves out empty bytes. */
export function optionalBytesField(field: number, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? emptyBytes : bytesField(field, bytes);
}

/** A non-negative integer or an enum; proto3 leaves out zero. */
export function varintField(field: number, value: number): Uint8Array {
  if (value === 0) return emptyBytes;
  const out: number[] = [];
  pushUvarint(out, field * 8);
  pushUvarint(out, value);
  return Uint8Array.from(out);
}

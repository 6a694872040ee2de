import { emptyBytes } from "@stoa/std";
import { ByteWriter } from "./byte-writer.ts";

/** Fields of the two protobuf messages that the store writes itself, since it stands below `wire`. */

/** A length-delimited field. */
export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return new ByteWriter()
    .uvarint(field * 8 + 2)
    .prefixed(bytes)
    .take();
}

/** The same; proto3 leaves out empty bytes. */
export function optionalBytesField(field: number, bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? emptyBytes : bytesField(field, bytes);
}

/** A non-negative integer or an enum; proto3 leaves out zero. */
export function varintField(field: number, value: number): Uint8Array {
  if (value === 0) return emptyBytes;
  return new ByteWriter()
    .uvarint(field * 8)
    .uvarint(value)
    .take();
}

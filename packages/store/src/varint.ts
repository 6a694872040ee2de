import { assert } from "@stoa/std";
import { StoreError } from "./errors.ts";

// Arithmetic instead of shifts: versions may exceed 32 bits. Doubling a safe integer stays exact in a double.
const sevenBits = 128;

/** Appends an unsigned varint (LEB128) of a non-negative integer up to 2^54. */
export function pushUvarint(out: number[], value: number): void {
  assert(value >= 0 && Number.isInteger(value), "uvarint of a negative or fractional number");
  while (value >= sevenBits) {
    out.push((value % sevenBits) + sevenBits);
    value = Math.floor(value / sevenBits);
  }
  out.push(value);
}

/** Appends a zigzag varint (Go's binary.PutVarint) of a non-negative integer. */
export function pushVarint(out: number[], value: number): void {
  pushUvarint(out, 2 * value);
}

/** Reads bytes one field after another; running past the end is corruption of our own store. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  uvarint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= sevenBits) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte % sevenBits) * scale;
      if (byte < sevenBits) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new StoreError("corrupt", "a stored number is cut short or too large");
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) throw new StoreError("corrupt", "a stored record is cut short");
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.at);
  }
}

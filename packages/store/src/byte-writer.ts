import { assert } from "@stoa/std";

const initialBytes = 512;
const sevenBits = 128;

/** Puts records together in one buffer that is used again: a version hashes and stores tens of thousands of nodes. */
export class ByteWriter {
  private buffer = new Uint8Array(initialBytes);
  private length = 0;

  /** Starts a new record. */
  reset(): this {
    this.length = 0;
    return this;
  }

  byte(value: number): this {
    this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  bytes(value: Uint8Array): this {
    this.reserve(value.length);
    this.buffer.set(value, this.length);
    this.length += value.length;
    return this;
  }

  /** Unsigned varint (LEB128) of a non-negative integer up to 2^54: arithmetic, since versions may exceed 32 bits. */
  uvarint(value: number): this {
    assert(value >= 0 && Number.isInteger(value), "uvarint of a negative or fractional number");
    this.reserve(8);
    while (value >= sevenBits) {
      this.buffer[this.length++] = (value % sevenBits) + sevenBits;
      value = Math.floor(value / sevenBits);
    }
    this.buffer[this.length++] = value;
    return this;
  }

  /** Zigzag varint (Go's binary.PutVarint) of a non-negative safe integer: doubling it stays exact. */
  varint(value: number): this {
    return this.uvarint(2 * value);
  }

  /** Bytes after their length. */
  prefixed(value: Uint8Array): this {
    return this.uvarint(value.length).bytes(value);
  }

  /** The record, valid until the next one. */
  view(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  /** The record, to keep. */
  take(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.buffer.length));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}

import { wireTextBytes } from "./wire-text.ts";

/** Room that a writer starts with, in bytes: most messages fit without growing. */
const initialBytes = 256;

/**
 * Builds an encoding from its end to its start, so that a nested message's length is known when its prefix is
 * written and nothing is measured twice. Callers therefore write fields, and the parts of a field, in reverse.
 */
export class WireWriter {
  private buffer: Uint8Array = new Uint8Array(initialBytes);
  private start = initialBytes;

  /** Bytes written so far. */
  get length(): number {
    return this.buffer.length - this.start;
  }

  finish(): Uint8Array {
    return this.buffer.slice(this.start);
  }

  private reserve(count: number): number {
    if (this.start < count) {
      const used = this.length;
      let size = this.buffer.length * 2;
      while (size < used + count) size *= 2;
      const grown = new Uint8Array(size);
      grown.set(this.buffer.subarray(this.start), size - used);
      this.buffer = grown;
      this.start = size - used;
    }
    this.start -= count;
    return this.start;
  }

  bytes(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.buffer.set(value, at);
  }

  /** The text's bytes, without a length. */
  text(value: string): void {
    const end = this.start;
    let at = this.reserve(value.length);
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) {
        this.start += value.length;
        this.bytes(wireTextBytes(value));
        return;
      }
      this.buffer[at++] = code;
    }
    if (at < end) throw new RangeError("text shorter than its reserve");
  }

  /** An unsigned 32-bit varint. */
  varint32(value: number): void {
    let rest = value >>> 0;
    const count = rest < 0x80 ? 1 : rest < 0x4000 ? 2 : rest < 0x200000 ? 3 : rest < 0x10000000 ? 4 : 5;
    let at = this.reserve(count);
    while (rest > 0x7f) {
      this.buffer[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[at] = rest;
  }

  /** A 64-bit varint; negative values as two's complement. */
  varint64(value: bigint): void {
    let rest = BigInt.asUintN(64, value);
    if (rest <= 0xffff_ffffn) {
      this.varint32(Number(rest));
      return;
    }
    let count = 1;
    for (let limit = rest >> 7n; limit > 0n; limit >>= 7n) count++;
    let at = this.reserve(count);
    for (; count > 1; count--) {
      this.buffer[at++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[at] = Number(rest);
  }

  fixed32(value: number): void {
    const at = this.reserve(4);
    new DataView(this.buffer.buffer).setUint32(at, value >>> 0, true);
  }

  fixed64(value: bigint): void {
    const at = this.reserve(8);
    new DataView(this.buffer.buffer).setBigUint64(at, BigInt.asUintN(64, value), true);
  }

  float(value: number): void {
    const at = this.reserve(4);
    new DataView(this.buffer.buffer).setFloat32(at, value, true);
  }

  double(value: number): void {
    const at = this.reserve(8);
    new DataView(this.buffer.buffer).setFloat64(at, value, true);
  }
}

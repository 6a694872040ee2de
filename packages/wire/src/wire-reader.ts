import { WireError } from "./wire-error.ts";

/** Most nested groups that are skipped in an unknown field, far above any real use. */
const maxGroupDepth = 100;

/** The largest field number of the encoding. */
const maxFieldNumber = (1n << 29n) - 1n;

/** The field number of a tag that {@link WireReader.tag} gave. */
export function tagNumber(tag: number): number {
  return Math.floor(tag / 8);
}

/** Reads one message's bytes by the reference's plain unmarshalling rules (base-chain.md §4.1). */
export class WireReader {
  readonly bytes: Uint8Array;
  /** True if number texts are kept as they were written instead of being checked and normalised. */
  readonly verbatim: boolean;
  private readonly end: number;
  private at: number;

  constructor(bytes: Uint8Array, verbatim = false, start = 0, end: number = bytes.length) {
    this.verbatim = verbatim;
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  get position(): number {
    return this.at;
  }

  private byte(): number {
    if (this.at >= this.end) throw new WireError("unexpected end of data");
    return this.bytes[this.at++] as number;
  }

  /** The low 32 bits of a varint, unsigned; higher bits are dropped as the reference drops them. */
  varint32(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 70; shift += 7) {
      const byte = this.byte();
      if (shift < 32) value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
    throw new WireError("integer overflow");
  }

  /** A varint's 64 bits, unsigned. Ten bytes at most; bits beyond 64 are dropped. */
  varint64(): bigint {
    const small = this.smallVarint();
    if (small >= 0) return BigInt(small);
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i < 8) middle |= bits << (7 * (i - 4));
      else high |= bits << (7 * (i - 8));
      if (byte < 0x80) {
        // Seven bytes hold 49 bits, which a plain number carries exactly.
        if (i < 7) return BigInt(low + middle * 0x1000_0000);
        return BigInt.asUintN(64, BigInt(low) | (BigInt(middle) << 28n) | (BigInt(high) << 56n));
      }
    }
    throw new WireError("integer overflow");
  }

  /** A varint of at most four bytes, or -1 without reading anything: the common case needs no large integers. */
  private smallVarint(): number {
    let value = 0;
    for (let i = 0; i < 4; i++) {
      if (this.at + i >= this.end) return -1;
      const byte = this.bytes[this.at + i] as number;
      value |= (byte & 0x7f) << (7 * i);
      if (byte >= 0x80) continue;
      this.at += i + 1;
      return value;
    }
    return -1;
  }

  bool(): boolean {
    return this.varint64() !== 0n;
  }

  fixed32(): number {
    return this.view(4).getUint32(0, true);
  }

  fixed64(): bigint {
    return this.view(8).getBigUint64(0, true);
  }

  float(): number {
    return this.view(4).getFloat32(0, true);
  }

  double(): number {
    return this.view(8).getFloat64(0, true);
  }

  private view(count: number): DataView {
    const start = this.advance(count);
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + start, count);
  }

  private advance(count: number): number {
    const start = this.at;
    if (count > this.end - start) throw new WireError("unexpected end of data");
    this.at = start + count;
    return start;
  }

  /** A length prefix that fits the rest of the data. */
  length(): number {
    const small = this.smallVarint();
    if (small >= 0) {
      if (small > this.end - this.at) throw new WireError("unexpected end of data");
      return small;
    }
    const value = this.varint64();
    if (value >= 1n << 63n) throw new WireError("negative length");
    if (value > BigInt(this.end - this.at)) throw new WireError("unexpected end of data");
    return Number(value);
  }

  /** A length-prefixed field as a view into the data. */
  chunk(): Uint8Array {
    const length = this.length();
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  /** A reader over the length-prefixed field that comes next. */
  nested(): WireReader {
    const length = this.length();
    const start = this.advance(length);
    return new WireReader(this.bytes, this.verbatim, start, start + length);
  }

  /** Another reader that stands where this one stands. */
  fork(): WireReader {
    return new WireReader(this.bytes, this.verbatim, this.at, this.end);
  }

  /** The next field's tag, its number shifted by three bits with the wire type below, as {@link tagNumber} splits it. */
  tag(): number {
    const small = this.smallVarint();
    const word = small >= 0 ? small : Number(BigInt.asUintN(35, this.varint64()));
    const number = small >= 0 ? small >>> 3 : Math.floor(word / 8) | 0;
    if ((word & 7) === 4) throw new WireError("end of a group that was not started");
    if (number <= 0) throw new WireError(`illegal field number ${number}`);
    return word;
  }

  /** As {@link tag}, but of any wire type: what only looks at bytes reports odd ones itself. */
  looseTag(): number {
    const small = this.smallVarint();
    if (small >= 8) return small;
    const word = small >= 0 ? 0n : this.varint64();
    if (word >> 3n < 1n || word >> 3n > maxFieldNumber) throw new WireError("invalid field number");
    return Number(word);
  }

  /** Passes over an unknown field's value. */
  skip(wireType: number): void {
    if (wireType === 0) this.varint64();
    else if (wireType === 1) this.advance(8);
    else if (wireType === 2) this.chunk();
    else if (wireType === 3) this.skipGroup();
    else if (wireType === 5) this.advance(4);
    else throw new WireError(`illegal wire type ${wireType}`);
  }

  private skipGroup(): void {
    let depth = 1;
    while (depth > 0) {
      const wireType = this.varint32() & 7;
      if (wireType === 3) depth++;
      else if (wireType === 4) depth--;
      else this.skip(wireType);
      if (depth > maxGroupDepth) throw new WireError("groups nested too deeply");
    }
  }
}

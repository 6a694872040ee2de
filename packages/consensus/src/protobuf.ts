import { assert, emptyBytes, fromUtf8, utf8 } from "@stoa/std";

/*
 * The few protobuf rules that the canonical bytes of this package need. They are written out here, and not taken from
 * generated code, because these bytes are hashed and signed: which zero fields are left out and which empty
 * sub-messages are kept is part of the protocol (base-chain.md §2.2).
 */

/** A 64-bit varint has at most ten bytes. */
const maxVarintBytes = 10;

/** Bytes that are no message of the expected shape. */
export class ProtobufError extends Error {
  override readonly name = "ProtobufError";
}

/** Appends protobuf fields. Scalars follow proto3: zero values are left out. */
export class ProtobufWriter {
  private buffer = new Uint8Array(128);
  private length = 0;

  private reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }

  private rawVarint(value: bigint | number): void {
    this.reserve(maxVarintBytes);
    if (typeof value === "number" && value >= 0 && value < 0x8000_0000) {
      while (value > 0x7f) {
        this.buffer[this.length++] = (value & 0x7f) | 0x80;
        value >>>= 7;
      }
      this.buffer[this.length++] = value;
      return;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest > 0x7fn) {
      this.buffer[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.buffer[this.length++] = Number(rest);
  }

  private raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** int32, int64, uint32, uint64, bool as 0 or 1, enum. */
  varint(field: number, value: bigint | number): this {
    if (value === 0n || value === 0) return this;
    this.rawVarint(field * 8);
    this.rawVarint(value);
    return this;
  }

  /** sfixed64. */
  fixed64(field: number, value: bigint): this {
    if (value === 0n) return this;
    this.rawVarint(field * 8 + 1);
    this.reserve(8);
    new DataView(this.buffer.buffer).setBigInt64(this.length, value, true);
    this.length += 8;
    return this;
  }

  /** A bytes field; left out when empty. */
  bytes(field: number, value: Uint8Array): this {
    return value.length === 0 ? this : this.message(field, value);
  }

  string(field: number, value: string): this {
    return value === "" ? this : this.message(field, utf8(value));
  }

  /** A sub-message, or an element of a repeated field: written even when empty. */
  message(field: number, encoded: Uint8Array): this {
    this.rawVarint(field * 8 + 2);
    this.rawVarint(encoded.length);
    this.raw(encoded);
    return this;
  }

  /** A sub-message that may be absent. */
  optional(field: number, encoded: Uint8Array | undefined): this {
    return encoded === undefined ? this : this.message(field, encoded);
  }

  finish(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }
}

/** The message with its length before it, as signed bytes and streams carry it. */
export function lengthDelimited(message: Uint8Array): Uint8Array {
  let size = message.length;
  const prefix: number[] = [];
  while (size > 0x7f) {
    prefix.push((size & 0x7f) | 0x80);
    size >>>= 7;
  }
  prefix.push(size);
  const out = new Uint8Array(prefix.length + message.length);
  out.set(prefix);
  out.set(message, prefix.length);
  return out;
}

/** One decoded field: a number for varints and fixed values, bytes for everything with a length. */
export class ProtobufField {
  readonly number: number;
  private readonly value: bigint | Uint8Array;

  constructor(number: number, value: bigint | Uint8Array) {
    this.number = number;
    this.value = value;
  }

  private scalar(): bigint {
    if (typeof this.value !== "bigint") throw new ProtobufError(`field ${this.number} is no number`);
    return this.value;
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.scalar());
  }

  uint64(): bigint {
    return BigInt.asUintN(64, this.scalar());
  }

  int32(): number {
    return Number(BigInt.asIntN(32, this.scalar()));
  }

  uint32(): number {
    return Number(BigInt.asUintN(32, this.scalar()));
  }

  bool(): boolean {
    return this.scalar() !== 0n;
  }

  bytes(): Uint8Array {
    if (typeof this.value === "bigint") throw new ProtobufError(`field ${this.number} has no length`);
    return this.value;
  }

  string(): string {
    const text = fromUtf8(this.bytes());
    if (text === undefined) throw new ProtobufError(`field ${this.number} is not UTF-8`);
    return text;
  }
}

function readVarint(bytes: Uint8Array, at: number): [value: bigint, next: number] {
  let value = 0n;
  for (let i = 0; i < maxVarintBytes; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) throw new ProtobufError("the message is cut off");
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [BigInt.asUintN(64, value), at + i + 1];
  }
  throw new ProtobufError("a varint is longer than ten bytes");
}

/** The fields of a message in their order. Throws {@link ProtobufError} when the bytes are no message. */
export function* readFields(bytes: Uint8Array): Generator<ProtobufField> {
  let at = 0;
  while (at < bytes.length) {
    const [tag, afterTag] = readVarint(bytes, at);
    const number = Number(tag >> 3n);
    if (number === 0) throw new ProtobufError("field number zero");
    const type = Number(tag & 7n);
    at = afterTag;
    if (type === 0) {
      const [value, next] = readVarint(bytes, at);
      at = next;
      yield new ProtobufField(number, value);
    } else if (type === 2) {
      const [length, next] = readVarint(bytes, at);
      if (length > BigInt(bytes.length - next)) throw new ProtobufError("the message is cut off");
      at = next + Number(length);
      yield new ProtobufField(number, bytes.subarray(next, at));
    } else if (type === 1 || type === 5) {
      const size = type === 1 ? 8 : 4;
      if (bytes.length - at < size) throw new ProtobufError("the message is cut off");
      const view = new DataView(bytes.buffer, bytes.byteOffset + at, size);
      at += size;
      yield new ProtobufField(number, type === 1 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true)));
    } else {
      throw new ProtobufError(`wire type ${type}`);
    }
  }
}

/** google.protobuf.{String,Int64,Bytes}Value of a header field; a zero value is no bytes at all (§2.2). */
export function wrapperValue(value: string | bigint | Uint8Array): Uint8Array {
  const writer = new ProtobufWriter();
  if (typeof value === "string") return value === "" ? emptyBytes : writer.string(1, value).finish();
  if (typeof value === "bigint") return value === 0n ? emptyBytes : writer.varint(1, value).finish();
  assert(value instanceof Uint8Array, "a wrapper holds a text, an integer or bytes");
  return writer.bytes(1, value).finish();
}

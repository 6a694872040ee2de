import { ScalarType } from "@bufbuild/protobuf";
import { Dec, parseGoInteger, utf8 } from "@stoa/std";
import type { CustomNumber } from "./field-options.ts";
import { WireError } from "./wire-error.ts";
import type { WireReader } from "./wire-reader.ts";
import { wireText } from "./wire-text.ts";
import type { WireWriter } from "./wire-writer.ts";

/** How one kind of value is written and read, without its field number. */
export interface ValueCodec {
  readonly wireType: 0 | 1 | 2 | 5;
  /** True if a singular field with this value is left out. */
  isZero(value: unknown): boolean;
  write(writer: WireWriter, value: unknown): void;
  read(reader: WireReader): unknown;
}

function codec<T>(
  wireType: 0 | 1 | 2 | 5,
  zero: T,
  write: (writer: WireWriter, value: T) => void,
  read: (reader: WireReader) => T,
): ValueCodec {
  return {
    wireType,
    isZero: (value) => value === zero,
    write: (writer, value) => write(writer, value as T),
    read,
  };
}

const zigzag64 = (value: bigint): bigint => (value << 1n) ^ (value >> 63n);
const unzigzag64 = (value: bigint): bigint => (value >> 1n) ^ -(value & 1n);

function writeInt32(writer: WireWriter, value: number): void {
  if (value < 0) writer.varint64(BigInt(value));
  else writer.varint32(value);
}

/** Enumerations are signed 32-bit numbers; unknown numbers pass. */
export const enumCodec: ValueCodec = codec(0, 0, writeInt32, (reader) => reader.varint32() | 0);

const textCodec: ValueCodec = codec(
  2,
  "",
  (writer, value) => {
    const before = writer.length;
    writer.text(value);
    writer.varint32(writer.length - before);
  },
  (reader) => wireText(reader.chunk()),
);

const bytesCodec: ValueCodec = {
  wireType: 2,
  isZero: (value) => (value as Uint8Array).length === 0,
  write: (writer, value) => {
    const bytes = value as Uint8Array;
    writer.bytes(bytes);
    writer.varint32(bytes.length);
  },
  read: (reader) => reader.chunk().slice(),
};

const scalarCodecs: Readonly<Record<ScalarType, ValueCodec>> = {
  [ScalarType.DOUBLE]: codec<number>(
    1,
    0,
    (w, v) => w.double(v),
    (r) => r.double(),
  ),
  [ScalarType.FLOAT]: codec<number>(
    5,
    0,
    (w, v) => w.float(v),
    (r) => r.float(),
  ),
  [ScalarType.INT64]: codec(
    0,
    0n,
    (w, v) => w.varint64(v),
    (r) => BigInt.asIntN(64, r.varint64()),
  ),
  [ScalarType.UINT64]: codec(
    0,
    0n,
    (w, v) => w.varint64(v),
    (r) => r.varint64(),
  ),
  [ScalarType.INT32]: enumCodec,
  [ScalarType.FIXED64]: codec(
    1,
    0n,
    (w, v) => w.fixed64(v),
    (r) => r.fixed64(),
  ),
  [ScalarType.FIXED32]: codec(
    5,
    0,
    (w, v) => w.fixed32(v),
    (r) => r.fixed32(),
  ),
  [ScalarType.BOOL]: codec(
    0,
    false,
    (w, v) => w.varint32(v ? 1 : 0),
    (r) => r.bool(),
  ),
  [ScalarType.STRING]: textCodec,
  [ScalarType.BYTES]: bytesCodec,
  [ScalarType.UINT32]: codec(
    0,
    0,
    (w, v) => w.varint32(v),
    (r) => r.varint32(),
  ),
  [ScalarType.SFIXED32]: codec(
    5,
    0,
    (w, v) => w.fixed32(v),
    (r) => r.fixed32() | 0,
  ),
  [ScalarType.SFIXED64]: codec(
    1,
    0n,
    (w, v) => w.fixed64(v),
    (r) => BigInt.asIntN(64, r.fixed64()),
  ),
  [ScalarType.SINT32]: codec(
    0,
    0,
    (w, v) => w.varint32((v << 1) ^ (v >> 31)),
    (r) => {
      const value = r.varint32();
      return (value >>> 1) ^ -(value & 1);
    },
  ),
  [ScalarType.SINT64]: codec(
    0,
    0n,
    (w, v) => w.varint64(zigzag64(v)),
    (r) => BigInt.asIntN(64, unzigzag64(r.varint64())),
  ),
};

export function scalarCodec(scalar: ScalarType): ValueCodec {
  return scalarCodecs[scalar];
}

/** Texts that are canonical and in range as they stand: 76 digits are below 2^256. */
const plainNumber = /^(0|-?[1-9][0-9]{0,75})$/;

/** Plain decimal text of a number field's text, "" for the empty (nil) one. Throws {@link WireError}. */
export function canonicalNumber(text: string, kind: CustomNumber): string {
  if (text === "" || plainNumber.test(text)) return text;
  const value = kind === "int" ? parseGoInteger(text) : Dec.fromWire(text)?.scaled;
  if (value === undefined) throw new WireError(`not a number of the type ${kind}: ${text.slice(0, 80)}`);
  return value.toString();
}

/**
 * A string or bytes field that the reference keeps as a number (market-modules.md §2.2). Reading normalises the text;
 * writing an empty non-nullable one gives "0".
 */
export function numberCodec(kind: CustomNumber, isBytes: boolean, nonNullable: boolean): ValueCodec {
  return {
    wireType: 2,
    isZero: (value) => !nonNullable && (isBytes ? (value as Uint8Array).length === 0 : value === ""),
    write: (writer, value) => {
      if (typeof value === "string") textCodec.write(writer, value === "" ? "0" : value);
      else bytesCodec.write(writer, (value as Uint8Array).length === 0 ? utf8("0") : value);
    },
    read: (reader) => {
      if (reader.verbatim) return isBytes ? bytesCodec.read(reader) : textCodec.read(reader);
      const chunk = reader.chunk();
      const text = wireText(chunk);
      const canonical = canonicalNumber(text, kind);
      if (!isBytes) return canonical;
      return canonical === text ? chunk.slice() : utf8(canonical);
    },
  };
}

import { assert, concatBytes, emptyBytes, fromUtf8Lossy, readUint64Be, uint32Be, uint64Be, utf8 } from "@stoa/std";

/**
 * How a value becomes part of a key. `encode` and `decode` are for the last part, `encodePart` and `decodePart` for
 * a part with others behind it: only texts and bytes differ, which then must say where they end.
 */
export interface KeyCodec<K> {
  encode(key: K): Uint8Array;
  encodePart(key: K): Uint8Array;
  decode(bytes: Uint8Array): K;
  /** Reads one part at `offset`; returns it and where the next begins. */
  decodePart(bytes: Uint8Array, offset: number): readonly [key: K, next: number];
}

function fixed<K>(size: number, encode: (key: K) => Uint8Array, decode: (bytes: Uint8Array) => K): KeyCodec<K> {
  const read = (bytes: Uint8Array, offset: number): readonly [K, number] => {
    assert(offset + size <= bytes.length, "a stored key is too short");
    return [decode(bytes.subarray(offset, offset + size)), offset + size];
  };
  return { encode, encodePart: encode, decode: (bytes) => read(bytes, 0)[0], decodePart: read };
}

/** Unsigned 64 bits, big endian: byte order is numeric order. */
export const uint64Key: KeyCodec<bigint> = fixed(8, uint64Be, (bytes) => readUint64Be(bytes, 0));

/** Unsigned 32 bits, big endian. */
export const uint32Key: KeyCodec<number> = fixed(4, uint32Be, (bytes) =>
  new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0),
);

/** One byte, such as a state's number. */
export const byteKey: KeyCodec<number> = fixed(
  1,
  (value) => Uint8Array.of(value),
  (bytes) => bytes[0] ?? 0,
);

/** Text: bare when last, else ended by a zero byte, which it must not hold. */
export const textKey: KeyCodec<string> = {
  encode: utf8,
  encodePart(key) {
    assert(!key.includes("\0"), "a text key holds a zero byte");
    return concatBytes(utf8(key), Uint8Array.of(0));
  },
  decode: fromUtf8Lossy,
  decodePart(bytes, offset) {
    const end = bytes.indexOf(0, offset);
    assert(end >= 0, "a stored text key has no end");
    return [fromUtf8Lossy(bytes.subarray(offset, end)), end + 1];
  },
};

/** Bytes such as addresses: bare when last, else with their length (at most 255) in front. */
export const bytesKey: KeyCodec<Uint8Array> = {
  encode: (key) => key,
  encodePart(key) {
    assert(key.length <= 255, "a key part is longer than 255 bytes");
    return concatBytes(Uint8Array.of(key.length), key);
  },
  decode: (bytes) => bytes,
  decodePart(bytes, offset) {
    const end = offset + 1 + (bytes[offset] ?? 0);
    assert(end <= bytes.length, "a stored key is too short");
    return [bytes.subarray(offset + 1, end), end];
  },
};

/** Bytes that carry their length even when last, as the SDK's addresses do in most keys. */
export const prefixedBytesKey: KeyCodec<Uint8Array> = {
  ...bytesKey,
  encode: bytesKey.encodePart,
  decode: (bytes) => bytesKey.decodePart(bytes, 0)[0],
};

type Parts<T extends readonly unknown[]> = { readonly [I in keyof T]: KeyCodec<T[I]> };

/** A key of several parts, with the bytes of its leading parts for scans. */
export interface TupleKey<T extends readonly unknown[]> extends KeyCodec<T> {
  /** The common beginning of all keys that start with these values. */
  partial(...values: Partial<T>): Uint8Array;
}

/** Several parts in order: keys sort by the first, then the second, and so on. */
export function tupleKey<T extends readonly unknown[]>(...parts: Parts<T>): TupleKey<T> {
  const codecs: readonly KeyCodec<unknown>[] = parts as readonly KeyCodec<unknown>[];
  const encodeAll = (key: T, lastBare: boolean): Uint8Array =>
    concatBytes(
      ...codecs.map((codec, i) =>
        lastBare && i === codecs.length - 1 ? codec.encode(key[i]) : codec.encodePart(key[i]),
      ),
    );
  const decodePart = (bytes: Uint8Array, offset: number): readonly [T, number] => {
    const values: unknown[] = [];
    for (const codec of codecs) {
      const [value, next] = codec.decodePart(bytes, offset);
      values.push(value);
      offset = next;
    }
    return [values as unknown as T, offset];
  };
  return {
    encode: (key) => encodeAll(key, true),
    encodePart: (key) => encodeAll(key, false),
    decode(bytes) {
      const values: unknown[] = [];
      let offset = 0;
      codecs.forEach((codec, i) => {
        if (i === codecs.length - 1) {
          values.push(codec.decode(bytes.subarray(offset)));
          return;
        }
        const [value, next] = codec.decodePart(bytes, offset);
        values.push(value);
        offset = next;
      });
      return values as unknown as T;
    },
    decodePart,
    partial: (...values) => concatBytes(...values.map((value, i) => codecs[i]?.encodePart(value) ?? emptyBytes)),
  };
}

import { concatBytes } from "@stoa/std";
import { type Certificate, CertificateSchema } from "@stoa/wire/akash.cert.v1";
import { Index, messageValue, TypedMap } from "../../collections.ts";
import { byteKey, bytesKey, prefixedBytesKey, tupleKey } from "../../key-codec.ts";

/** The store `cert`: certificates by owner and serial, with an index by state. */
export type CertKey = readonly [owner: Uint8Array, serial: Uint8Array];

/** Numbers of `akash.cert.v1.State`. */
export const certStates = { valid: 1, revoked: 2 } as const;

/** A serial has at most this many bytes (market-modules.md §12). */
export const maxSerialBytes = 40;

export const certKeyCodec = tupleKey<CertKey>(bytesKey, prefixedBytesKey);

export const certsByState = new Index<number, CertKey, Certificate>({
  prefix: Uint8Array.of(0x12),
  key: byteKey,
  of: (certificate) => certificate.state,
});

export const certs = new TypedMap<CertKey, Certificate>({
  store: "cert",
  prefix: Uint8Array.of(0x11),
  key: certKeyCodec,
  value: messageValue(CertificateSchema),
  indexes: [certsByState],
});

/** Magnitude of a serial, big endian without leading zeros; the reference drops the sign too. */
export function serialBytes(serial: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = serial < 0n ? -serial : serial; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  return Uint8Array.from(bytes);
}

export function serialText(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  return value.toString();
}

/** Beginning of the keys of one owner, and of one serial if it is given. */
export function certKeysUnder(owner: Uint8Array, serial: Uint8Array | undefined): Uint8Array {
  const head = certKeyCodec.partial(owner);
  return serial === undefined ? head : concatBytes(head, Uint8Array.of(serial.length), serial);
}

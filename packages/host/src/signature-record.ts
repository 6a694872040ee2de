/*
 * How signatures travel to the threads that verify them: one buffer a batch, a record each, of the one scheme whose keys and
 * signatures have fixed lengths and that everybody uses.
 */

const keyBytes = 33;
const digestBytes = 32;
const signatureBytes = 64;

/** Bytes of a secp256k1 signature with its key and digest. */
export const recordBytes = keyBytes + digestBytes + signatureBytes;

/** A secp256k1 signature with what it is verified against. */
export interface SignatureRecord {
  readonly publicKey: Uint8Array;
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
}

/** True if the parts have the lengths of a record's. */
export function fitsRecord({ publicKey, digest, signature }: SignatureRecord): boolean {
  return publicKey.length === keyBytes && digest.length === digestBytes && signature.length === signatureBytes;
}

/** The records one behind another. */
export function packRecords(records: readonly SignatureRecord[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(records.length * recordBytes);
  let at = 0;
  for (const { publicKey, digest, signature } of records) {
    packed.set(publicKey, at);
    packed.set(digest, at + keyBytes);
    packed.set(signature, at + keyBytes + digestBytes);
    at += recordBytes;
  }
  return packed;
}

/** The record with this number. */
export function recordAt(packed: Uint8Array, index: number): SignatureRecord {
  const start = index * recordBytes;
  const digestAt = start + keyBytes;
  const signatureAt = digestAt + digestBytes;
  return {
    publicKey: packed.subarray(start, digestAt),
    digest: packed.subarray(digestAt, signatureAt),
    signature: packed.subarray(signatureAt, signatureAt + signatureBytes),
  };
}

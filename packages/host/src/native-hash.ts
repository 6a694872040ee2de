import { hash } from "node:crypto";
import type { Hash } from "@stoa/std";

function digest(algorithm: string, data: Uint8Array): Uint8Array {
  const out = hash(algorithm, data, "buffer");
  // A plain Uint8Array over the same bytes: Buffer's own slice and JSON form would leak into pure code.
  return new Uint8Array(out.buffer, out.byteOffset, out.byteLength);
}

const sha256Bytes = 32;

/** The Hash port over the system's OpenSSL; equal to `pureHash` on every input. */
export const nativeHash: Hash = {
  sha256: (data) => digest("sha256", data),
  sha512: (data) => digest("sha512", data),
  ripemd160: (data) => digest("ripemd160", data),
  sha256Batch(data, offsets) {
    const count = Math.max(0, offsets.length - 1);
    const out = new Uint8Array(sha256Bytes * count);
    for (let i = 0; i < count; i++) {
      out.set(hash("sha256", data.subarray(offsets[i], offsets[i + 1]), "buffer"), sha256Bytes * i);
    }
    return out;
  },
};

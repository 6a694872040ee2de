import { ripemd160 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Hash } from "../ports.ts";

/** The Hash port over @noble/hashes. */
export const pureHash: Hash = {
  sha256: (data) => sha256(data),
  sha512: (data) => sha512(data),
  ripemd160: (data) => ripemd160(data),
  sha256Batch(data, offsets) {
    const count = Math.max(0, offsets.length - 1);
    const out = new Uint8Array(32 * count);
    for (let i = 0; i < count; i++) out.set(sha256(data.subarray(offsets[i], offsets[i + 1])), 32 * i);
    return out;
  },
};

import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Verifier } from "../ports.ts";

/** The Verifier port over @noble/curves: low-s ECDSA over digests, ed25519 by ZIP-215. */
export const pureVerifier: Verifier = {
  verify(scheme, publicKey, digestOrMessage, signature) {
    try {
      switch (scheme) {
        case "secp256k1":
          return secp256k1.verify(signature, digestOrMessage, publicKey, { prehash: false, lowS: true });
        case "secp256r1":
          return p256.verify(signature, digestOrMessage, publicKey, { prehash: false, lowS: true });
        case "ed25519":
          return ed25519.verify(signature, digestOrMessage, publicKey, { zip215: true });
      }
    } catch {
      return false;
    }
  },
};

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { createRequire } from "node:module";
import { concatBytes, fromHex, type Log, toHex, type Verifier } from "@stoa/std";
import { pureVerifier } from "@stoa/std/crypto";
import { messageOf } from "./errors.ts";

const require = createRequire(import.meta.url);

/** The one function used of the native secp256k1 library; throws for keys and lengths that it cannot parse. */
type EcdsaVerify = (signature: Uint8Array, digest: Uint8Array, publicKey: Uint8Array) => boolean;

/**
 * Loads the compiled binding, never the package's main entry: that one falls back silently to a JavaScript library with
 * other bounds and a hundredth of the speed.
 */
function loadBinding(log: Log): EcdsaVerify | undefined {
  try {
    const library: unknown = require("secp256k1/bindings.js");
    if (typeof library === "object" && library !== null && "ecdsaVerify" in library) {
      const { ecdsaVerify } = library;
      if (typeof ecdsaVerify === "function") return ecdsaVerify as EcdsaVerify;
    }
    log.warn(
      "the native secp256k1 library has another form than expected; signatures are checked about 20 times slower",
    );
  } catch (error) {
    const reason = messageOf(error);
    log.warn("no native secp256k1 library for this platform; signatures are checked about 20 times slower", { reason });
  }
  return undefined;
}

const digestBytes = 32;
const signatureBytes = 64;
const compressedKeyBytes = 33;

function secp256k1(binding: EcdsaVerify, key: Uint8Array, digest: Uint8Array, signature: Uint8Array): boolean {
  if (key.length !== compressedKeyBytes || digest.length !== digestBytes || signature.length !== signatureBytes) {
    // Forms that the chain does not use: the pure verifier decides, so that no host differs.
    return pureVerifier.verify("secp256k1", key, digest, signature);
  }
  try {
    // libsecp256k1 itself refuses high s.
    return binding(signature, digest, key);
  } catch {
    return false;
  }
}

// DER of a SubjectPublicKeyInfo for Ed25519 up to the key's 32 bytes (RFC 8410 §4).
const ed25519Head = fromHex("302a300506032b6570032100") ?? new Uint8Array(0);
const ed25519KeyBytes = 32;
// Validators' keys come back at every block; other keys are rare.
const maxCachedKeys = 1024;

/** Ed25519 by ZIP-215: OpenSSL accepts a subset of it, so only its refusals are asked again of the pure verifier. */
class Ed25519 {
  private readonly keys = new Map<string, KeyObject>();

  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (key.length === ed25519KeyBytes && signature.length === signatureBytes) {
      try {
        if (verify(null, message, this.parse(key), signature)) return true;
      } catch {
        // OpenSSL refuses some keys that ZIP-215 allows.
      }
    }
    return pureVerifier.verify("ed25519", key, message, signature);
  }

  private parse(key: Uint8Array): KeyObject {
    const name = toHex(key);
    const known = this.keys.get(name);
    if (known !== undefined) return known;
    const der = Buffer.from(concatBytes(ed25519Head, key));
    const parsed = createPublicKey({ key: der, format: "der", type: "spki" });
    if (this.keys.size >= maxCachedKeys) this.keys.clear();
    this.keys.set(name, parsed);
    return parsed;
  }
}

/**
 * The Verifier port over native libraries; answers as `pureVerifier` does. Without a native secp256k1 it says so in the
 * log and uses the pure one. secp256r1 stays pure: OpenSSL's interface in Node does not take a digest.
 */
export function createNativeVerifier(params: { readonly log: Log }): Verifier {
  const binding = loadBinding(params.log);
  const ed25519 = new Ed25519();
  return {
    verify(scheme, publicKey, digestOrMessage, signature) {
      if (scheme === "secp256k1" && binding !== undefined) {
        return secp256k1(binding, publicKey, digestOrMessage, signature);
      }
      if (scheme === "ed25519") return ed25519.verify(publicKey, digestOrMessage, signature);
      return pureVerifier.verify(scheme, publicKey, digestOrMessage, signature);
    },
  };
}

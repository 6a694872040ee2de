import { equalBytes, type SignatureScheme, type Verifier } from "@stoa/std";

/** A signature that was found good, but for its own bytes. */
interface Verified {
  readonly scheme: SignatureScheme;
  readonly publicKey: Uint8Array;
  readonly digestOrMessage: Uint8Array;
}

/** A digest. Ed25519 signs whole messages, which may be as long as transactions: longer ones are verified each time. */
const maxMessageBytes = 32;

/** A verifier that can be told what others found. */
export interface RememberingVerifier extends Verifier {
  /** From now on the signature is good, by whoever verified it. */
  remember(scheme: SignatureScheme, publicKey: Uint8Array, digestOrMessage: Uint8Array, signature: Uint8Array): void;
}

/**
 * A verifier that remembers the last `limit` good signatures by all that they depend on: a transaction is checked when it
 * comes and again in its block. Bad ones are not remembered, since nobody sends them twice but to do harm.
 */
export function rememberVerified(verifier: Verifier, limit: number): RememberingVerifier {
  const known = new Map<string, Verified>();
  const nameOf = (signature: Uint8Array): string =>
    Buffer.from(signature.buffer, signature.byteOffset, signature.length).toString("latin1");
  const keep = (name: string, { scheme, publicKey, digestOrMessage }: Verified): void => {
    if (digestOrMessage.length > maxMessageBytes) return;
    // Copies: the bytes are parts of whole transactions.
    known.set(name, { scheme, publicKey: publicKey.slice(), digestOrMessage: digestOrMessage.slice() });
    for (const oldest of known.keys()) {
      if (known.size <= limit) break;
      known.delete(oldest);
    }
  };
  return {
    verify(scheme, publicKey, digestOrMessage, signature) {
      const name = nameOf(signature);
      const found = known.get(name);
      const isKnown =
        found !== undefined &&
        found.scheme === scheme &&
        equalBytes(found.publicKey, publicKey) &&
        equalBytes(found.digestOrMessage, digestOrMessage);
      if (isKnown) return true;
      if (!verifier.verify(scheme, publicKey, digestOrMessage, signature)) return false;
      keep(name, { scheme, publicKey, digestOrMessage });
      return true;
    },
    remember(scheme, publicKey, digestOrMessage, signature) {
      keep(nameOf(signature), { scheme, publicKey, digestOrMessage });
    },
  };
}

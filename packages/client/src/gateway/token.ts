/** Tokens that a tenant signs for providers. */
import { createJwt, type JwtAlgorithm, type JwtLeases } from "@stoa/wire";

export interface TokenWishes {
  /** The tenant's address. */
  readonly owner: string;
  readonly nowSeconds: bigint;
  /** The reference's client takes 900. */
  readonly lifetimeSeconds: bigint;
  readonly leases: JwtLeases;
  /** Providers that the token is for; empty for any. Only Stoa's providers compare it. */
  readonly audience: readonly string[];
  readonly algorithm?: JwtAlgorithm;
}

/** Clocks differ: a token is valid from a little before it was made. */
const skewSeconds = 10n;

/** Everything that the tenant may do. */
export const fullAccess: JwtLeases = { access: "full", scope: undefined, permissions: undefined };

/** A signed token. `sign` answers 64 bytes r‖s over the SHA-256 of what it is given. */
export function newToken(wishes: TokenWishes, sign: (bytes: Uint8Array) => Uint8Array): string {
  const from = wishes.nowSeconds - skewSeconds;
  const claims = {
    iss: wishes.owner,
    iat: from,
    nbf: from,
    exp: wishes.nowSeconds + wishes.lifetimeSeconds,
    jti: "",
    aud: wishes.audience,
    version: "v1",
    leases: wishes.leases,
  };
  return createJwt(wishes.algorithm ?? "ES256K", claims, sign);
}

/** Who a request comes from: an account's token or the certificate of its connection (provider.md §6.2). */
import type { Hash, Verifier } from "@stoa/std";
import {
  attestationScope,
  type JwtClaims,
  type JwtScope,
  jwtAllows,
  jwtAllowsProvider,
  jwtScopes,
  jwtServices,
  parseJwt,
  verifyJwt,
} from "@stoa/wire";
import type { LeaseId } from "../runtimes/runtime.ts";
import { authError, type GatewayRequest, type GatewayResponse, unauthorized } from "./message.ts";
import type { ChainQueries } from "./ports.ts";

/** Every scope that may occur in a token here, the newest included. */
const knownScopes: readonly string[] = [...jwtScopes, attestationScope];

export interface CallerParams {
  /** This provider's address. */
  readonly provider: string;
  readonly keys: Pick<ChainQueries, "accountPublicKey">;
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly nowSeconds: () => bigint;
}

/** A deployment, a group of it or a lease. */
interface Target {
  readonly dseq: bigint;
  readonly gseq?: number;
  readonly oseq?: number;
}

/** An account and what it may do here. */
export class Caller {
  readonly owner: string;
  readonly #provider: string;
  readonly #claims: JwtClaims;

  constructor(provider: string, claims: JwtClaims) {
    // Bech32 has an upper-case spelling too; ids have one. A token that spells its issuer so matches nothing.
    this.owner = claims.iss.toLowerCase();
    this.#provider = provider;
    this.#claims = claims;
  }

  /** True if the caller's token says anything of this provider. */
  get knowsProvider(): boolean {
    return jwtAllowsProvider(this.#claims, this.#provider);
  }

  /** The id of one of the caller's leases here: owner and provider never come from the request. */
  lease(dseq: bigint, gseq: number, oseq: number): LeaseId {
    return { owner: this.owner, dseq, gseq, oseq, provider: this.#provider };
  }

  /** True if the caller may do this with a deployment or a lease, and with these services of it. */
  may(scope: JwtScope | undefined, target: Target, services: readonly string[] = []): boolean {
    return jwtAllows(this.#claims, { ...target, owner: this.owner, provider: this.#provider, services }, scope);
  }

  /** True if the caller may do this with anything here. */
  mayAnything(scope: JwtScope): boolean {
    const { access, scope: list, permissions } = this.#claims.leases;
    if (access === "full") return true;
    if (access === "scoped") return list?.includes(scope) ?? false;
    const permission = permissions?.find(({ provider }) => provider === this.#provider);
    if (permission?.access === "full") return true;
    if (permission?.access === "scoped") return permission.scope?.includes(scope) ?? false;
    return permission?.deployments?.some((entry) => entry.scope.includes(scope)) ?? false;
  }

  /** The services of a lease that the caller may do this with; undefined for all. */
  services(scope: JwtScope, lease: LeaseId): readonly string[] | undefined {
    return jwtServices(this.#claims, lease, scope);
  }
}

/** `anonymous` may use the open routes. */
export type Identity = { readonly kind: "caller"; readonly caller: Caller } | { readonly kind: "anonymous" } | Refusal;

/** Why nobody is taken for who he says. */
export interface Refusal {
  readonly kind: "refused";
  /** Where the fault lies: in how the request is made, in its token, or with a chain that does not answer. */
  readonly reason: "request" | "token" | "chain";
  /** HTTP's status. */
  readonly status: 400 | 401 | 503;
  readonly message: string;
  /** More than the reference's words say; "" for nothing. */
  readonly detail: string;
}

function badRequest(message: string): Refusal {
  return { kind: "refused", reason: "request", status: 400, message, detail: "" };
}

function badToken(status: 400 | 401, message: string, detail: string): Refusal {
  return { kind: "refused", reason: "token", status, message, detail };
}

const fullAccess = { access: "full", scope: undefined, permissions: undefined };

function byCertificate(owner: string, provider: string): Identity {
  const claims = { iss: owner, iat: 0n, nbf: 0n, exp: 0n, jti: "", aud: [], version: "v1", leases: fullAccess };
  return { kind: "caller", caller: new Caller(provider, claims) };
}

async function byToken(token: string, params: CallerParams): Promise<Identity> {
  const parsed = parseJwt(token);
  if (!parsed.ok) return badToken(401, "JWT is invalid", parsed.error.message);
  let publicKey: Uint8Array | undefined;
  try {
    publicKey = await params.keys.accountPublicKey(parsed.value.claims.iss);
  } catch {
    const message = "the chain cannot be asked for the account's key";
    return { kind: "refused", reason: "chain", status: 503, message, detail: "" };
  }
  if (publicKey === undefined) return badToken(401, "JWT is invalid", "the account has no key on the chain");
  const { hash, verifier, nowSeconds } = params;
  const check = { publicKey, nowSeconds: nowSeconds(), hash, verifier, scopes: knownScopes };
  const verified = verifyJwt(parsed.value, check);
  if (!verified.ok) {
    const { kind, message } = verified.error;
    return kind === "claims"
      ? badToken(400, "JWT has invalid claims", message)
      : badToken(401, "JWT is invalid", message);
  }
  const { aud } = verified.value;
  if (aud.length > 0 && !aud.includes(params.provider)) {
    return badToken(401, "unauthorized access", "the token is for other providers");
  }
  return { kind: "caller", caller: new Caller(params.provider, verified.value) };
}

/** Finds out who asks. A malformed header refuses open routes too. */
export async function identify(
  request: Pick<GatewayRequest, "headers" | "certificateOwner">,
  params: CallerParams,
): Promise<Identity> {
  const header = request.headers.authorization ?? "";
  // A page of another origin may ride on a certificate that the browser shows by itself, never on a token.
  const owner = request.headers.origin === undefined ? request.certificateOwner : undefined;
  if (header === "") return owner === undefined ? { kind: "anonymous" } : byCertificate(owner, params.provider);
  const [scheme = "", token = "", ...more] = header.trim().split(/\s+/);
  if (scheme.toLowerCase() !== "bearer" || token === "" || more.length > 0) {
    return badRequest("invalid authorization header");
  }
  if (request.certificateOwner !== undefined) {
    return badRequest("auth: ambiguous authentication. may not use mTLS and JWT at the same time");
  }
  return byToken(token, params);
}

/** The caller of a route that needs one, with any access here at all; else the answer. */
export function requireCaller(identity: Identity): Caller | GatewayResponse {
  if (identity.kind === "refused") return authError(identity.status, identity.message);
  return identity.kind === "caller" && identity.caller.knowsProvider ? identity.caller : unauthorized;
}

/** What verified claims allow (provider.md §6.2). The reference never compares `services`; here they count. */
import type { JwtClaims, JwtDeployment, JwtPermission, JwtScope } from "./jwt-claims.ts";

/** What is asked for. Without `gseq` and `oseq` the whole deployment, without `services` no service in particular. */
export interface JwtTarget {
  readonly owner: string;
  readonly provider: string;
  readonly dseq: bigint;
  readonly gseq?: number;
  readonly oseq?: number;
  readonly services?: readonly string[];
}

function permissionOf(claims: JwtClaims, provider: string): JwtPermission | undefined {
  return claims.leases.permissions?.find((permission) => permission.provider === provider);
}

function covers(deployment: JwtDeployment, target: JwtTarget): boolean {
  if (deployment.dseq !== target.dseq) return false;
  if (target.gseq !== undefined && deployment.gseq !== 0 && deployment.gseq !== target.gseq) return false;
  if (target.oseq !== undefined && deployment.oseq !== 0 && deployment.oseq !== target.oseq) return false;
  return (target.services ?? []).every((service) => deployment.services.includes(service));
}

/** True if the claims give any access at this provider. */
export function jwtAllowsProvider(claims: JwtClaims, provider: string): boolean {
  const { access } = claims.leases;
  if (access === "full" || access === "scoped") return true;
  return access === "granular" && permissionOf(claims, provider) !== undefined;
}

/** True if the claims give any access to the target, or this scope of it when one is named. */
export function jwtAllows(claims: JwtClaims, target: JwtTarget, scope?: JwtScope): boolean {
  const has = (list: readonly string[] | undefined) => scope === undefined || (list ?? []).includes(scope);
  if (claims.iss !== target.owner) return false;
  const { access } = claims.leases;
  if (access === "full") return true;
  if (access === "scoped") return has(claims.leases.scope);
  const permission = access === "granular" ? permissionOf(claims, target.provider) : undefined;
  if (permission === undefined) return false;
  if (permission.access === "full") return true;
  if (permission.access === "scoped") return has(permission.scope);
  if (permission.access !== "granular") return false;
  return (permission.deployments ?? []).some((entry) => has(entry.scope) && covers(entry, target));
}

/**
 * The services of a target that the claims allow for a scope: undefined for all of them, an empty list for none.
 */
export function jwtServices(claims: JwtClaims, target: JwtTarget, scope: JwtScope): readonly string[] | undefined {
  const permission = claims.leases.access === "granular" ? permissionOf(claims, target.provider) : undefined;
  if (permission === undefined || permission.access !== "granular") return undefined;
  const names = new Set<string>();
  for (const entry of permission.deployments ?? []) {
    if (!entry.scope.includes(scope) || !covers(entry, { ...target, services: [] })) continue;
    for (const name of entry.services) names.add(name);
  }
  return [...names];
}

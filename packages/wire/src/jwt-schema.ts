/** The published JSON schema of tokens (AEP-64): narrower than what the reference's verifier asks. */
import { jwtScopes } from "./jwt-claims.ts";
import type { JsonNode } from "./jwt-json.ts";

type Check = (node: JsonNode) => boolean;
type Shape = Readonly<Record<string, Check>>;

const address: Check = (node) => node.kind === "string" && /^akash1[a-z0-9]{38}$/.test(node.value);

function text(node: JsonNode, allowed: readonly string[]): boolean {
  return node.kind === "string" && allowed.includes(node.value);
}

/** A number without a fraction, at least `least`. */
function integer(least: bigint): Check {
  return (node) => {
    if (node.kind !== "number") return false;
    const match = /^(-?\d+)(?:\.0+)?$/.exec(node.text);
    return match !== null && BigInt(match[1] as string) >= least;
  };
}

function unique(least: number, item: Check): Check {
  return (node) => {
    if (node.kind !== "array" || node.items.length < least || !node.items.every(item)) return false;
    const texts = node.items.map((entry) => JSON.stringify(entry));
    return new Set(texts).size === texts.length;
  };
}

/** The fields of an object without unknown ones, the last of each name; undefined when the shape is another. */
function shaped(node: JsonNode, shape: Shape, required: readonly string[]): Map<string, JsonNode> | undefined {
  if (node.kind !== "object") return undefined;
  const fields = new Map(node.entries);
  for (const [name, value] of fields) if (shape[name]?.(value) !== true) return undefined;
  return required.every((name) => fields.has(name)) ? fields : undefined;
}

const nonEmpty: Check = (node) => node.kind === "string" && node.value.length > 0;

function scopesOf(scopes: readonly string[]): Check {
  return unique(1, (node) => text(node, scopes));
}

function permission(scopes: readonly string[]): Check {
  const scope = scopesOf(scopes);
  const deployment: Check = (node) => {
    const shape = { dseq: integer(1n), gseq: integer(0n), oseq: integer(0n), scope, services: unique(1, nonEmpty) };
    const fields = shaped(node, shape, ["dseq", "scope", "services"]);
    return fields !== undefined && (!fields.has("oseq") || fields.has("gseq"));
  };
  const deployments: Check = (node) => node.kind === "array" && node.items.length > 0 && node.items.every(deployment);
  const base = { provider: address };
  const access = (value: string) => ({ access: (node: JsonNode) => text(node, [value]) });
  return (node) =>
    shaped(node, { ...base, ...access("full") }, ["provider", "access"]) !== undefined ||
    shaped(node, { ...base, ...access("scoped"), scope }, ["provider", "access", "scope"]) !== undefined ||
    shaped(node, { ...base, ...access("granular"), deployments }, ["provider", "access", "deployments"]) !== undefined;
}

function leases(scopes: readonly string[]): Check {
  const access = (value: string) => ({ access: (node: JsonNode) => text(node, [value]) });
  const entry = permission(scopes);
  const permissions: Check = (node) => node.kind === "array" && node.items.length > 0 && node.items.every(entry);
  return (node) =>
    shaped(node, access("full"), ["access"]) !== undefined ||
    shaped(node, { ...access("scoped"), scope: scopesOf(scopes) }, ["access", "scope"]) !== undefined ||
    shaped(node, { ...access("granular"), permissions }, ["access", "permissions"]) !== undefined;
}

/** True if a token's claims agree with the published schema. */
export function jwtSchemaValid(claims: JsonNode, scopes: readonly string[] = jwtScopes): boolean {
  const time = integer(0n);
  const shape: Shape = {
    iss: address,
    iat: time,
    nbf: time,
    exp: time,
    jti: nonEmpty,
    version: (node) => text(node, ["v1"]),
    leases: leases(scopes),
  };
  return shaped(claims, shape, ["iss", "iat", "exp", "nbf", "version", "leases"]) !== undefined;
}

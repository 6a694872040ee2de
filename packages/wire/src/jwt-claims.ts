/** What a token of AEP-64 claims, read from its JSON as the reference reads it (provider.md §6.2). */
import { compareText, err, maxUint32, maxUint64, ok, type Result } from "@stoa/std";
import { parseAccount } from "./address.ts";
import { type JsonNode, jsonFields } from "./jwt-json.ts";

/** Scopes that every gateway knows. */
export const jwtScopes = [
  "send-manifest",
  "get-manifest",
  "logs",
  "shell",
  "events",
  "status",
  "restart",
  "hostname-migrate",
  "ip-migrate",
] as const;

/** The scope that came later: older gateways refuse a whole token that carries it. */
export const attestationScope = "attestation";

export type JwtScope = (typeof jwtScopes)[number] | typeof attestationScope;

/** What a token may do with one deployment. Sequence numbers of 0 stand for any. */
export interface JwtDeployment {
  readonly dseq: bigint;
  readonly gseq: number;
  readonly oseq: number;
  readonly scope: readonly string[];
  readonly services: readonly string[];
}

/** What a token may do at one provider. `undefined` lists were absent. */
export interface JwtPermission {
  readonly provider: string;
  readonly access: string;
  readonly scope: readonly string[] | undefined;
  readonly deployments: readonly JwtDeployment[] | undefined;
}

export interface JwtLeases {
  readonly access: string;
  readonly scope: readonly string[] | undefined;
  readonly permissions: readonly JwtPermission[] | undefined;
}

/** The claims of a token. Times are seconds since the Unix epoch. */
export interface JwtClaims {
  readonly iss: string;
  readonly iat: bigint | undefined;
  readonly nbf: bigint | undefined;
  readonly exp: bigint | undefined;
  readonly jti: string;
  /** Providers that the token is for; empty for any. */
  readonly aud: readonly string[];
  readonly version: string;
  readonly leases: JwtLeases;
}

class Unreadable extends Error {}

/** Where a value stands: the reference names the struct and the path in its texts. */
interface Place {
  readonly struct: string;
  readonly path: string;
}

function mismatch(node: JsonNode, place: Place, type: string): never {
  const target =
    place.path === "" ? `value of type ${type}` : `struct field ${place.struct}.${place.path} of type ${type}`;
  const what = node.kind === "number" && type.startsWith("uint") ? `number ${node.text}` : node.kind;
  throw new Unreadable(`json: cannot unmarshal ${what} into Go ${target}`);
}

function readText(node: JsonNode, place: Place, type: string, before: string): string {
  if (node.kind === "null") return before;
  return node.kind === "string" ? node.value : mismatch(node, place, type);
}

function readUnsigned(node: JsonNode, place: Place, max: bigint, before: bigint): bigint {
  if (node.kind === "null") return before;
  const type = max === maxUint64 ? "uint64" : "uint32";
  if (node.kind !== "number" || !/^\d+$/.test(node.text)) return mismatch(node, place, type);
  const value = BigInt(node.text);
  return value > max ? mismatch(node, place, type) : value;
}

function readList<T>(node: JsonNode, place: Place, type: string, item: (node: JsonNode) => T): T[] | undefined {
  if (node.kind === "null") return undefined;
  return node.kind === "array" ? node.items.map(item) : mismatch(node, place, type);
}

function readEntries(node: JsonNode, place: Place, type: string, names: readonly string[]) {
  if (node.kind === "null") return [];
  return node.kind === "object" ? jsonFields(node.entries, names) : mismatch(node, place, type);
}

/** A NumericDate: whole or fractional seconds, rounded down; text that is a number counts too. */
function readTime(node: JsonNode): bigint | undefined {
  if (node.kind === "null") return undefined;
  const text = node.kind === "number" ? node.text : node.kind === "string" ? node.value : undefined;
  if (text === undefined) {
    throw new Unreadable(
      `could not parse NumericData: json: cannot unmarshal ${node.kind} into Go value of type json.Number`,
    );
  }
  const match = /^(-?\d+)(\.\d+)?([eE]([+-]?\d{1,3}))?$/.exec(text);
  if (match === null) {
    const quoted = JSON.stringify(JSON.stringify(text));
    throw new Unreadable(
      `could not parse NumericData: json: invalid number literal, trying to unmarshal ${quoted} into Number`,
    );
  }
  const [, whole = "0", fraction = "", , exponent = "0"] = match;
  const digits = whole + fraction.slice(1);
  const shift = Number(exponent) - Math.max(0, fraction.length - 1);
  return shift >= 0 ? BigInt(digits) * 10n ** BigInt(shift) : BigInt(digits) / 10n ** BigInt(-shift);
}

function readAudience(node: JsonNode): readonly string[] {
  if (node.kind === "null") return [];
  if (node.kind === "string") return [node.value];
  const items = node.kind === "array" ? node.items : [node];
  return items.map((item) => {
    if (item.kind !== "string") throw new Unreadable("invalid type for claim: aud is invalid");
    return item.value;
  });
}

function readScopes(node: JsonNode, place: Place): string[] | undefined {
  return readList(node, place, "jwt.PermissionScopes", (item) => readText(item, place, "jwt.PermissionScope", ""));
}

function readDeployment(node: JsonNode, path: string): JwtDeployment {
  const place = (field: string): Place => ({ struct: "PermissionDeployment", path: `${path}.${field}` });
  let out: JwtDeployment = { dseq: 0n, gseq: 0, oseq: 0, scope: [], services: [] };
  const whole = { struct: "Permission", path };
  for (const [name, value] of readEntries(node, whole, "jwt.PermissionDeployment", deploymentFields)) {
    if (name === "dseq") out = { ...out, dseq: readUnsigned(value, place(name), maxUint64, out.dseq) };
    else if (name === "gseq") out = { ...out, gseq: sequence(value, place(name), out.gseq) };
    else if (name === "oseq") out = { ...out, oseq: sequence(value, place(name), out.oseq) };
    else if (name === "scope") out = { ...out, scope: readScopes(value, place(name)) ?? [] };
    else {
      const services = readList(value, place(name), "[]string", (item) => readText(item, place(name), "string", ""));
      out = { ...out, services: services ?? [] };
    }
  }
  return out;
}

const deploymentFields = ["scope", "dseq", "gseq", "oseq", "services"];

function sequence(node: JsonNode, place: Place, before: number): number {
  return Number(readUnsigned(node, place, BigInt(maxUint32), BigInt(before)));
}

function readPermission(node: JsonNode): JwtPermission {
  const path = "leases.permissions";
  const place = (field: string): Place => ({ struct: "Permission", path: `${path}.${field}` });
  let out: JwtPermission = { provider: "", access: "", scope: undefined, deployments: undefined };
  const fields = ["provider", "access", "scope", "deployments"];
  for (const [name, value] of readEntries(node, { struct: "Leases", path }, "jwt.Permission", fields)) {
    if (name === "provider") {
      const provider = readText(value, { struct: "", path: "" }, "string", out.provider);
      if (provider !== "") {
        const address = parseAccount(provider);
        if (!address.ok) throw new Unreadable(address.error);
      }
      out = { ...out, provider: provider.toLowerCase() };
    } else if (name === "access") out = { ...out, access: readText(value, place(name), "jwt.AccessType", out.access) };
    else if (name === "scope") out = { ...out, scope: readScopes(value, place(name)) };
    else {
      const at = place(name);
      const list = readList(value, at, "[]jwt.PermissionDeployment", (item) => readDeployment(item, at.path));
      out = { ...out, deployments: list };
    }
  }
  return out;
}

function readLeases(node: JsonNode, before: JwtLeases): JwtLeases {
  const place = (field: string): Place => ({ struct: "Leases", path: `leases.${field}` });
  let out = before;
  const whole = { struct: "Claims", path: "leases" };
  for (const [name, value] of readEntries(node, whole, "jwt.Leases", ["access", "scope", "permissions"])) {
    if (name === "access") out = { ...out, access: readText(value, place(name), "jwt.AccessType", out.access) };
    else if (name === "scope") out = { ...out, scope: readScopes(value, place(name)) };
    else {
      const list = readList(value, place(name), "jwt.Permissions", readPermission);
      out = { ...out, permissions: list };
    }
  }
  return out;
}

const claimFields = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "version", "leases"];

/** Reads the claims of a token from its JSON; the error is the reference's text. */
export function readJwtClaims(node: JsonNode): Result<JwtClaims, string> {
  const place = (field: string): Place => ({ struct: "Claims", path: field });
  let out: JwtClaims = {
    iss: "",
    iat: undefined,
    nbf: undefined,
    exp: undefined,
    jti: "",
    aud: [],
    version: "",
    leases: { access: "", scope: undefined, permissions: undefined },
  };
  try {
    for (const [name, value] of readEntries(node, { struct: "", path: "" }, "jwt.Claims", claimFields)) {
      if (name === "iss") out = { ...out, iss: readText(value, place(name), "string", out.iss) };
      else if (name === "jti") out = { ...out, jti: readText(value, place(name), "string", out.jti) };
      else if (name === "version") out = { ...out, version: readText(value, place(name), "string", out.version) };
      else if (name === "aud") out = { ...out, aud: readAudience(value) };
      else if (name === "exp") out = { ...out, exp: readTime(value) };
      else if (name === "nbf") out = { ...out, nbf: readTime(value) };
      else if (name === "iat") out = { ...out, iat: readTime(value) };
      else if (name === "leases") out = { ...out, leases: readLeases(value, out.leases) };
      else readText(value, place(name), "string", "");
    }
    return ok(out);
  } catch (problem) {
    if (problem instanceof Unreadable) return err(problem.message);
    throw problem;
  }
}

/** The JSON of claims, fields in the reference's order; absent ones are left out. */
export function writeJwtClaims(claims: JwtClaims): string {
  const { iss, iat, nbf, exp, jti, aud, version, leases } = claims;
  const number = (value: bigint | number | undefined) =>
    value === undefined ? undefined : new Verbatim(String(value));
  const deployments = (list: readonly JwtDeployment[] | undefined) =>
    list?.map(({ scope, dseq, gseq, oseq, services }) => ({
      scope,
      dseq: number(dseq),
      gseq: gseq === 0 ? undefined : gseq,
      oseq: oseq === 0 ? undefined : oseq,
      services: services.length === 0 ? undefined : services,
    }));
  const permissions = leases.permissions?.map((entry) => ({ ...entry, deployments: deployments(entry.deployments) }));
  return writeJson({
    iss,
    aud: aud.length === 0 ? undefined : aud.length === 1 ? aud[0] : aud,
    exp: number(exp),
    nbf: number(nbf),
    iat: number(iat),
    jti: jti === "" ? undefined : jti,
    version,
    leases: { access: leases.access, scope: leases.scope, permissions },
  });
}

/** Digits that JSON.stringify would round. */
class Verbatim {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

function writeJson(value: unknown): string {
  if (value instanceof Verbatim) return value.text;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${writeJson(field)}`).join(",")}}`;
}

function duplicate(texts: readonly string[]): string | undefined {
  const sorted = [...texts].sort(compareText);
  return sorted.length === new Set(sorted).size ? undefined : texts.find((text, i) => texts.indexOf(text) < i);
}

function checkScopes(scopes: readonly string[], known: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const scope of scopes) {
    if (!known.includes(scope)) return `invalid scope ${scope}`;
    if (seen.has(scope)) return `duplicate scope ${scope}`;
    seen.add(scope);
  }
  return undefined;
}

function checkDeployment(deployment: JwtDeployment, known: readonly string[]): string | undefined {
  if (deployment.scope.length === 0) return "deployment permission scope must be set";
  if (deployment.dseq === 0n) return "dseq must be set";
  if (deployment.oseq > 0 && deployment.gseq === 0) return "gseq must be set if oseq is set";
  const scopes = checkScopes(deployment.scope, known);
  if (scopes !== undefined) return scopes;
  if (deployment.services.length === 0) return "empty services";
  const twice = duplicate(deployment.services);
  return twice === undefined ? undefined : `duplicate service ${twice}`;
}

function checkPermission(permission: JwtPermission, known: readonly string[]): string | undefined {
  const { access, scope, deployments } = permission;
  switch (access) {
    case "full":
      if ((deployments?.length ?? 0) > 0) return "permission with full access cannot have deployments set";
      return (scope?.length ?? 0) > 0 ? "permission with full access cannot have scope set" : undefined;
    case "scoped":
      if (deployments !== undefined) return "permission with scoped access cannot have deployments set";
      if (scope === undefined || scope.length === 0) return "permission with scope access must have scope set";
      return checkScopes(scope, known);
    case "granular":
      if (scope !== undefined) return "permission with granular access cannot have scope set";
      if (deployments === undefined || deployments.length === 0) return "granular access must have permissions set";
      for (const deployment of deployments) {
        const problem = checkDeployment(deployment, known);
        if (problem !== undefined) return problem;
      }
      return undefined;
    case "":
      return "missing access type";
    default:
      return `permission with invalid access type '${access}'`;
  }
}

function checkPermissions(permissions: readonly JwtPermission[], known: readonly string[]): string | undefined {
  const providers = new Set<string>();
  for (const permission of permissions) {
    if (permission.provider === "") return "empty provider";
    if (providers.has(permission.provider)) return `duplicate provider ${permission.provider}`;
    providers.add(permission.provider);
    const problem = checkPermission(permission, known);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Why the `leases` claim means nothing, in the reference's words and order, or undefined. */
export function checkJwtLeases(leases: JwtLeases, known: readonly string[]): string | undefined {
  const { access, scope, permissions } = leases;
  const prefix = "jwt: validation error: ";
  const of = (problem: string | undefined) => (problem === undefined ? undefined : prefix + problem);
  switch (access) {
    case "full":
      if ((permissions?.length ?? 0) > 0) return of("full access cannot have permissions set");
      return (scope?.length ?? 0) > 0 ? of("full access cannot have scope set") : undefined;
    case "scoped":
      if (permissions !== undefined) return of("scoped access cannot have permissions set");
      if (scope === undefined || scope.length === 0) return of("scope access must have scope set");
      return of(checkScopes(scope, known));
    case "granular": {
      if (permissions === undefined || permissions.length === 0) return of("granular access must have permissions set");
      const problem = of(checkPermissions(permissions, known));
      return problem === undefined ? undefined : of(`invalid permissions: ${problem}`);
    }
    case "":
      return of("missing access type");
    default:
      return of(`invalid access type '${access}'`);
  }
}

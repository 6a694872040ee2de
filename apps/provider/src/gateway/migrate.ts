/** The moving of host names and leased addresses between deployments of one owner (provider.md §6.3). */
import { maxUint32, maxUint64 } from "@stoa/std";
import { type JsonNode, type JwtScope, jsonFields, parseJsonBytes } from "@stoa/wire";
import type { LeaseId } from "../runtimes/runtime.ts";
import type { Caller } from "./caller.ts";
import { emptyResponse, type GatewayResponse, jsonResponse, textError, unauthorized } from "./message.ts";
import type { LeaseService, ManagedLease, TransferProblem } from "./ports.ts";

interface Migration {
  readonly names: readonly string[];
  readonly dseq: bigint;
  readonly gseq: number;
}

/** More names than a manifest can declare in any sensible deployment. */
const maxNames = 256;

function readNames(node: JsonNode): readonly string[] | undefined {
  if (node.kind === "null") return [];
  if (node.kind !== "array") return undefined;
  const names = node.items.map((item) => (item.kind === "null" ? "" : item.kind === "string" ? item.value : undefined));
  return names.includes(undefined) ? undefined : names.filter((name) => name !== undefined);
}

function readSequence(node: JsonNode, max: bigint): bigint | undefined {
  if (node.kind === "null") return 0n;
  const value = node.kind === "number" && /^\d+$/.test(node.text) ? BigInt(node.text) : undefined;
  return value === undefined || value > max ? undefined : value;
}

/** The request's body, or undefined if it is not of this shape. */
function readMigration(body: Uint8Array, namesField: string): Migration | undefined {
  const node = parseJsonBytes(body, "stream");
  if (!node.ok || (node.value.kind !== "object" && node.value.kind !== "null")) return undefined;
  let migration: Migration = { names: [], dseq: 0n, gseq: 0 };
  const entries = node.value.kind === "object" ? node.value.entries : [];
  for (const [field, value] of jsonFields(entries, [namesField, "destination_dseq", "destination_gseq"])) {
    const names = field === namesField ? readNames(value) : migration.names;
    const dseq = field === "destination_dseq" ? readSequence(value, maxUint64) : migration.dseq;
    const gseq = field === "destination_gseq" ? readSequence(value, BigInt(maxUint32)) : BigInt(migration.gseq);
    if (names === undefined || dseq === undefined || gseq === undefined) return undefined;
    migration = { names, dseq, gseq: Number(gseq) };
  }
  return migration;
}

/** One kind of thing that can move. */
interface Kind {
  readonly scope: JwtScope;
  readonly field: string;
  /** Services of a group by the names that they declare. */
  readonly declared: (managed: ManagedLease) => ReadonlyMap<string, string>;
  readonly unknown: (name: string) => string;
  readonly transfer: (leases: LeaseService, lease: LeaseId, names: readonly string[]) => Promise<TransferProblem>;
}

function declaredBy(managed: ManagedLease, of: "hosts" | "ip"): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const service of managed.group.services ?? []) {
    for (const expose of service.expose ?? []) {
      if (of === "hosts") for (const host of expose.hosts ?? []) found.set(host, service.name);
      else if (expose.global && expose.ip !== "") found.set(expose.ip, service.name);
    }
  }
  return found;
}

const hostnames: Kind = {
  scope: "hostname-migrate",
  field: "hostnames_to_migrate",
  declared: (managed) => declaredBy(managed, "hosts"),
  unknown: (name) => `the hostname ${JSON.stringify(name)} is not used by this deployment`,
  transfer: (leases, lease, names) => leases.transferHostnames(lease, names),
};

const endpoints: Kind = {
  scope: "ip-migrate",
  field: "endpoints_to_migrate",
  declared: (managed) => declaredBy(managed, "ip"),
  unknown: (name) => `the endpoint ${JSON.stringify(name)} does not exist in the destination deployment`,
  transfer: (leases, lease, names) => leases.transferEndpoints(lease, names),
};

async function migrate(kind: Kind, body: Uint8Array, caller: Caller, leases: LeaseService): Promise<GatewayResponse> {
  const migration = readMigration(body, kind.field);
  if (migration === undefined) return emptyResponse(422);
  const { names, dseq, gseq } = migration;
  if (names.length === 0) return emptyResponse(400);
  if (names.length > maxNames) return textError(400, `more than ${maxNames} names`);
  if (!caller.may(kind.scope, { dseq, gseq })) return unauthorized;
  const found = await leases.find(caller.owner, dseq, gseq);
  if (found === undefined) return textError(400, "destination deployment does not exist");
  const declared = kind.declared(found);
  const unknown = names.find((name) => !declared.has(name));
  if (unknown !== undefined) return textError(400, kind.unknown(unknown));
  const services = names.flatMap((name) => declared.get(name) ?? []);
  if (!caller.may(kind.scope, { dseq, gseq }, services)) return unauthorized;
  const problem = await kind.transfer(leases, found.lease, names);
  if (problem !== undefined) return textError(400, problem);
  return jsonResponse({ transferred: names }, "application/json");
}

/** POST /hostname/migrate */
export function migrateHostnames(body: Uint8Array, caller: Caller, leases: LeaseService): Promise<GatewayResponse> {
  return migrate(hostnames, body, caller, leases);
}

/** POST /endpoint/migrate */
export function migrateEndpoints(body: Uint8Array, caller: Caller, leases: LeaseService): Promise<GatewayResponse> {
  return migrate(endpoints, body, caller, leases);
}

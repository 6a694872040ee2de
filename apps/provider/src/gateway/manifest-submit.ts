/** The sending of a manifest: its own checks, then the chain's, then the names (provider.md §4.2). */
import { HostError } from "@stoa/host";
import {
  checkManifestAgainstGroups,
  isIngress,
  type Manifest,
  type ManifestGroup,
  type ManifestProblem,
  manifestMaxChars,
  manifestVersion,
  validateManifest,
} from "@stoa/market";
import { equalBytes, type Hash, type Log } from "@stoa/std";
import type { LeaseId } from "../runtimes/runtime.ts";
import type { Caller } from "./caller.ts";
import { decodeManifest } from "./manifest-decode.ts";
import { emptyResponse, type GatewayResponse, textError, unauthorized } from "./message.ts";
import type { ChainQueries, DeploymentFacts, LeaseService, ManagedLease } from "./ports.ts";

export interface SubmitParams {
  readonly chain: ChainQueries;
  readonly leases: LeaseService;
  readonly hash: Hash;
  /** True if the provider gives every HTTP service a name of its own, so that none must be named. */
  readonly generatesHosts: boolean;
  readonly log: Log;
}

/** The largest body that any route reads: what the manifest's reader takes. The reference reads without bound. */
export const maxManifestBytes = manifestMaxChars;

/** All host names of a group, in order. */
export function groupHostnames(group: ManifestGroup): readonly string[] {
  return (group.services ?? []).flatMap((service) => (service.expose ?? []).flatMap((expose) => expose.hosts ?? []));
}

function problemResponse(problem: ManifestProblem): GatewayResponse {
  // The reference loses the kind of some refusals and answers 500; clients read the text.
  return textError(problem.kind === "other" ? 500 : 422, problem.message);
}

function namelessIngress(group: ManifestGroup): string | undefined {
  for (const service of group.services ?? []) {
    for (const expose of service.expose ?? []) {
      if (isIngress(expose) && (expose.hosts ?? []).length === 0) {
        const port = expose.externalPort === 0 ? expose.port : expose.externalPort;
        const name = JSON.stringify(service.name);
        return `manifest rejected: service ${name} exposed on ${port}:${expose.proto} must have a hostname`;
      }
    }
  }
  return undefined;
}

/** The leases of a deployment here, each with its group of the manifest. */
function leasedGroups(leases: readonly LeaseId[], facts: DeploymentFacts, manifest: Manifest): readonly ManagedLease[] {
  return leases.flatMap((lease) => {
    const name = facts.groups.find(({ gseq }) => gseq === lease.gseq)?.spec.name;
    const group = manifest.find((candidate) => candidate.name === name);
    return group === undefined ? [] : [{ lease, group }];
  });
}

async function checkNames(leased: readonly ManagedLease[], owner: string, params: SubmitParams) {
  for (const { group } of leased) {
    const nameless = params.generatesHosts ? undefined : namelessIngress(group);
    if (nameless !== undefined) return textError(422, nameless);
  }
  const names = leased.flatMap(({ group }) => groupHostnames(group));
  const problem = await params.leases.hostnameProblem(owner, names);
  // 409 where the reference answers 500: the name is another tenant's, nothing here is broken.
  return problem === undefined ? undefined : textError(409, problem);
}

/** Nothing is promised before it is kept: what cannot be written is refused, and what ran before runs on. */
async function keep(leased: readonly ManagedLease[], params: SubmitParams): Promise<GatewayResponse | undefined> {
  try {
    await params.leases.accept(leased);
    return undefined;
  } catch (cause) {
    params.log.error("a manifest cannot be kept", { leases: leased.length, reason: String(cause) });
    const full = cause instanceof HostError && cause.code === "disk-full";
    const why = full ? "the provider's disk is full" : "the provider cannot write it down";
    return textError(503, `the manifest was not taken: ${why}; try again later`);
  }
}

/** Takes a manifest for a deployment that the caller may send it to, or says why not. */
export async function submitManifest(
  body: Uint8Array,
  dseq: bigint,
  caller: Caller,
  params: SubmitParams,
): Promise<GatewayResponse> {
  const decoded = decodeManifest(body);
  if (!decoded.ok) return textError(422, decoded.error);
  const manifest = decoded.value;
  const services = manifest.flatMap((group) => (group.services ?? []).map(({ name }) => name));
  if (!caller.may("send-manifest", { dseq }, services)) return unauthorized;
  const { chain } = params;
  const [facts, leases] = await Promise.all([chain.deployment(caller.owner, dseq), chain.leases(caller.owner, dseq)]);
  if (facts === undefined) {
    return textError(404, "rpc error: code = NotFound desc = Deployment not found: key not found");
  }
  const invalid = validateManifest(manifest);
  if (invalid !== undefined) return problemResponse(invalid);
  if (!equalBytes(manifestVersion(manifest, params.hash), facts.hash)) {
    return textError(422, "manifest version validation failed");
  }
  const groups = facts.groups.map(({ spec }) => spec);
  const mismatch = checkManifestAgainstGroups(manifest, groups);
  if (mismatch !== undefined) return problemResponse(mismatch);
  const leased = leasedGroups(leases, facts, manifest);
  const names = await checkNames(leased, caller.owner, params);
  if (names !== undefined) return names;
  if (leased.length === 0) return textError(404, "no lease for deployment");
  return (await keep(leased, params)) ?? emptyResponse(200);
}

/** Labels and names of everything that this provider makes in the engine. */
import { leaseNamespace } from "../fingerprint.ts";
import { type LeaseId, leaseKey } from "../runtime.ts";

/** Label keys. `stoa` carries the home's id on every container, network and volume: clean-up goes by it. */
export const label = {
  home: "stoa",
  provider: "stoa.provider",
  lease: "stoa.lease",
  group: "stoa.group",
  service: "stoa.service",
  replica: "stoa.replica",
  fingerprint: "stoa.fingerprint",
} as const;

/** Who owns the things in the engine: one provider of one home. */
export interface Owner {
  readonly homeId: string;
  readonly provider: string;
}

export function leaseLabels(owner: Owner, lease: LeaseId): Record<string, string> {
  return { [label.home]: owner.homeId, [label.provider]: owner.provider, [label.lease]: leaseKey(lease) };
}

/** Engine filter: everything of this provider, or of one lease. */
export function labelFilter(owner: Owner, lease?: LeaseId): string[] {
  const filters = [`${label.home}=${owner.homeId}`, `${label.provider}=${owner.provider}`];
  if (lease !== undefined) filters.push(`${label.lease}=${leaseKey(lease)}`);
  return filters;
}

/** Engine-wide names carry no tenant data but the lease's hash; two homes with one key differ by their ids. */
export function networkName(owner: Owner, lease: LeaseId): string {
  return `stoa-${owner.homeId.slice(0, 8)}-${leaseNamespace(lease)}`;
}

export function containerName(owner: Owner, lease: LeaseId, service: string, replica: number): string {
  return `${networkName(owner, lease)}-${service}-${replica}`;
}

export function volumeName(owner: Owner, lease: LeaseId, service: string, replica: number, volume: string): string {
  return `${containerName(owner, lease, service, replica)}-${volume}`;
}

/** Reads `leaseKey` back; `null` for a label that we did not write. */
export function parseLeaseKey(text: string): LeaseId | null {
  const match = /^([a-z0-9]+)\/(\d{1,20})\/(\d{1,10})\/(\d{1,10})\/([a-z0-9]+)$/.exec(text);
  if (match === null) return null;
  const [, owner = "", dseq = "0", gseq = "0", oseq = "0", provider = ""] = match;
  return { owner, dseq: BigInt(dseq), gseq: Number(gseq), oseq: Number(oseq), provider };
}

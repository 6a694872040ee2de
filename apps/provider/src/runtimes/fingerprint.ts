/** Short identities of workloads and leases that a runtime can write into labels and names. */
import { createHash } from "node:crypto";
import { type LeaseId, type LeaseWorkload, leaseKey, type ServiceWorkload } from "./runtime.ts";

const base32hex = "0123456789abcdefghijklmnopqrstuv";

/** Lower-case base32hex without padding. */
export function base32hexText(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32hex[(value >> bits) & 31];
      value &= (1 << bits) - 1;
    }
  }
  if (bits > 0) text += base32hex[(value << (5 - bits)) & 31];
  return text;
}

/** The lease's name towards machines: base32hex of SHA-224 of its key, 45 characters (provider.md §5.1). */
export function leaseNamespace(lease: LeaseId): string {
  return base32hexText(createHash("sha224").update(leaseKey(lease)).digest());
}

/**
 * What of a service cannot change under a running container. Host names and HTTP options are left out:
 * they belong to the router, and changing them must not restart anything.
 */
export function serviceFingerprint(service: ServiceWorkload): string {
  const fixed = {
    ...service,
    credentials: service.credentials !== null,
    exposes: service.exposes.map(({ kind, port, protocol }) => ({ kind, port, protocol })),
  };
  return digest(fixed);
}

/** The whole workload, host names included. */
export function workloadFingerprint(workload: LeaseWorkload): string {
  return digest({ ...workload, lease: leaseKey(workload.lease) });
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
}

/** Address ranges for leases' networks when the engine's own pools are used up: by default those end after some thirty. */
import { createHash } from "node:crypto";

/** A private range that few people use; each lease gets 62 addresses of it, so that a thousand leases fit. */
const base = "10.213";
const sizeBits = 26;
const subnetsPerRange = 1024;
const addressesPerSubnet = 64;
/** Ranges that are tried before a machine counts as full. */
const candidatesMax = 64;

/** Ranges to try for a network, in an order of its own: two networks seldom want the same one. */
export function subnetCandidates(network: string): string[] {
  const start = createHash("sha256").update(network).digest().readUInt16BE(0);
  // An odd step visits every range once.
  return Array.from({ length: candidatesMax }, (_, i) => subnet((start + i * 37) % subnetsPerRange));
}

function subnet(index: number): string {
  const first = index * addressesPerSubnet;
  return `${base}.${Math.floor(first / 256)}.${first % 256}/${sizeBits}`;
}

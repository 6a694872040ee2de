import { fromUtf8, parseGoInteger } from "@stoa/std";
import type { Attribute } from "./attributes.ts";

/*
 * What is asked for and offered, as structure only: the generated messages of akash.base.resources.v1beta4 and
 * akash.deployment.v1beta4 fit these interfaces.
 */

/** ASCII integer text in bytes: CPU in millicores, GPU in devices, memory and storage in bytes. */
export interface ResourceValue {
  readonly val: Uint8Array;
}

export interface ComputeUnits {
  readonly units?: ResourceValue | undefined;
  readonly attributes: readonly Attribute[];
}

export interface MemoryUnits {
  readonly quantity?: ResourceValue | undefined;
  readonly attributes: readonly Attribute[];
}

export interface StorageVolume extends MemoryUnits {
  readonly name: string;
}

/** `kind`: 0 shared HTTP, 1 random port, 2 leased IP. */
export interface Endpoint {
  readonly kind: number;
  readonly sequenceNumber: number;
}

/** Numbers of `akash.base.resources.v1beta4.Endpoint.Kind`. */
export const endpointKinds = { sharedHttp: 0, randomPort: 1, leasedIp: 2 } as const;

export interface Resources {
  readonly id: number;
  readonly cpu?: ComputeUnits | undefined;
  readonly memory?: MemoryUnits | undefined;
  readonly storage: readonly StorageVolume[];
  readonly gpu?: ComputeUnits | undefined;
  readonly endpoints: readonly Endpoint[];
}

/** Price as the wire carries it: `amount` is the integer times 10^18 in text. */
export interface WireDecCoin {
  readonly denom: string;
  readonly amount: string;
}

export interface ResourceUnit {
  readonly resource?: Resources | undefined;
  readonly count: number;
  readonly price?: WireDecCoin | undefined;
}

export interface PlacementRequirements {
  readonly signedBy?: { readonly allOf: readonly string[]; readonly anyOf: readonly string[] } | undefined;
  readonly attributes: readonly Attribute[];
}

export interface GroupSpec {
  readonly name: string;
  readonly requirements?: PlacementRequirements | undefined;
  readonly resources: readonly ResourceUnit[];
}

/** The integer in a resource value (market-modules.md §2.2); undefined if it is none. Absent counts as 0. */
export function resourceAmount(value: ResourceValue | undefined): bigint | undefined {
  if (value === undefined || value.val.length === 0) return 0n;
  const text = fromUtf8(value.val);
  return text === undefined ? undefined : parseGoInteger(text);
}

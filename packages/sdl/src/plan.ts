import type { Attribute, Manifest, ManifestResources } from "@stoa/market";

/*
 * What both dialects make of an SDL before it takes its forms: groups with amounts as text (the `ts` dialect may
 * carry fractions that no chain accepts), and the manifest.
 */

export interface PlannedUnit {
  readonly resources: ManifestResources;
  readonly count: number;
  readonly denom: string;
  /** Decimal text; usually with 18 places. */
  readonly amount: string;
}

export interface PlannedGroup {
  readonly name: string;
  readonly allOf: readonly string[];
  readonly anyOf: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly units: readonly PlannedUnit[];
}

export interface Plan {
  readonly groups: readonly PlannedGroup[];
  readonly manifest: Manifest;
  /** Nanoseconds; undefined if the SDL has no reclamation. */
  readonly minWindowNs: bigint | undefined;
}

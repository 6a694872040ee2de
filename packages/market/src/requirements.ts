import { type Attribute, attributesAnyOf, attributesSubsetOf } from "./attributes.ts";
import { type GroupSpec, type PlacementRequirements, resourceAmount } from "./resources.ts";

/** What one auditor signed about a provider. */
export interface SignedAttributes {
  readonly auditor: string;
  readonly attributes: readonly Attribute[];
}

/**
 * True if a provider fits the placement requirements (market-modules.md §5.3 MsgCreateBid step 7): its own attributes
 * when no auditors are named; otherwise every auditor of `allOf`, and at least one of `anyOf` if that is not empty,
 * must have signed attributes that cover the requirement.
 */
export function matchRequirements(
  requirements: PlacementRequirements | undefined,
  declared: readonly Attribute[],
  signed: readonly SignedAttributes[],
): boolean {
  const required = requirements?.attributes ?? [];
  const { allOf, anyOf } = requirements?.signedBy ?? { allOf: [], anyOf: [] };
  if (allOf.length === 0 && anyOf.length === 0) return attributesSubsetOf(required, declared);
  const byAuditor = new Map(signed.map((record) => [record.auditor, record.attributes]));
  if (byAuditor.size === 0) return false;
  const covers = (auditor: string): boolean => {
    const attributes = byAuditor.get(auditor);
    return attributes !== undefined && attributesSubsetOf(required, attributes);
  };
  return allOf.every(covers) && (anyOf.length === 0 || anyOf.some(covers));
}

const capabilityPrefix = "capabilities/";

// `capabilities/storage/N/key`: one map of attributes for each N. The reference tests the prefix without the slash
// behind the kind, so `capabilities/storage-x/1/class` counts too.
function storageGroups(declared: readonly Attribute[]): ReadonlyMap<string, readonly Attribute[]> {
  const groups = new Map<string, Attribute[]>();
  for (const { key, value } of declared) {
    if (!key.startsWith(`${capabilityPrefix}storage`)) continue;
    const parts = key.slice(capabilityPrefix.length).split("/");
    if (parts.length !== 3) continue;
    const [, index = "", name = ""] = parts;
    const group = groups.get(index) ?? [];
    group.push({ key: name, value });
    groups.set(index, group);
  }
  return groups;
}

/** The GPU models that a provider declares: `capabilities/gpu/KEY` as `KEY`. */
export function gpuCapabilities(declared: readonly Attribute[]): readonly Attribute[] {
  const found: Attribute[] = [];
  for (const { key, value } of declared) {
    if (!key.startsWith(`${capabilityPrefix}gpu`)) continue;
    const parts = key.slice(capabilityPrefix.length).split("/");
    if (parts.length >= 3) found.push({ key: parts.slice(1).join("/"), value });
  }
  return found;
}

/**
 * True if a provider's declared attributes cover what the group's units need (market-modules.md §5.3 MsgCreateBid
 * step 8): every volume with attributes within one storage class; for GPUs with attributes, any one of them.
 */
export function matchCapabilities(group: GroupSpec, declared: readonly Attribute[]): boolean {
  const storage = [...storageGroups(declared).values()];
  const gpus = gpuCapabilities(declared);
  return group.resources.every(({ resource }) => {
    const volumes = resource?.storage ?? [];
    const stored = volumes.every(
      ({ attributes }) => attributes.length === 0 || storage.some((group) => attributesSubsetOf(attributes, group)),
    );
    if (!stored) return false;
    const wanted = resource?.gpu;
    if (wanted === undefined || (resourceAmount(wanted.units) ?? 0n) === 0n) return true;
    return wanted.attributes.length === 0 || attributesAnyOf(wanted.attributes, gpus);
  });
}

import { type GroupSpec, type ResourceOffer, type Resources, type ResourceValue, resourceAmount } from "@stoa/market";

function below(offered: ResourceValue | undefined, wanted: ResourceValue | undefined): boolean {
  return (resourceAmount(offered) ?? -1n) < (resourceAmount(wanted) ?? 0n);
}

function amountProblem(offered: Resources, wanted: Resources): string | undefined {
  if (below(offered.cpu?.units, wanted.cpu?.units)) return "less CPU";
  if (below(offered.memory?.quantity, wanted.memory?.quantity)) return "less memory";
  if (below(offered.gpu?.units, wanted.gpu?.units)) return "fewer GPUs";
  for (const volume of wanted.storage) {
    const match = offered.storage.find((candidate) => candidate.name === volume.name);
    if (match === undefined || below(match.quantity, volume.quantity)) return `less storage in volume ${volume.name}`;
  }
  return undefined;
}

/**
 * Why an offer does not fit a group; undefined if it does. An empty offer stands for all that was asked; otherwise
 * every unit of the group must be offered once, in full number and amount (M-7).
 */
export function offerProblem(spec: GroupSpec, offer: readonly ResourceOffer[]): string | undefined {
  if (offer.length === 0) return undefined;
  const wanted = new Map(spec.resources.map((unit) => [unit.resource?.id ?? 0, unit]));
  for (const { resources, count } of offer) {
    const id = resources?.id ?? 0;
    const unit = wanted.get(id);
    if (resources === undefined || unit?.resource === undefined)
      return `resource ${id} is not asked for, or offered twice`;
    if (unit.count !== count) return `resource ${id}: ${count} offered, ${unit.count} asked for`;
    const problem = amountProblem(resources, unit.resource);
    if (problem !== undefined) return `resource ${id}: ${problem} than asked for`;
    wanted.delete(id);
  }
  return wanted.size === 0 ? undefined : `resource ${[...wanted.keys()].join(", ")} is not offered`;
}

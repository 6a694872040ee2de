/** To bid or not to bid, and at what price: one order, the ledger and the provider's policy in, an offer or reasons out. */
import {
  type Attribute,
  attributesSubsetOf,
  type DecCoin,
  formatOrderId,
  type GroupSpec,
  groupPrice,
  matchCapabilities,
  matchRequirements,
  type OrderId,
  type SignedAttributes,
  validateGroupSpec,
} from "@stoa/market";
import type { Features, GpuDevice } from "./capacity.ts";
import { groupDemand, isRam, type UnitDemand } from "./demand.ts";
import { deviceKey } from "./gpu-match.ts";
import type { Ledger, Reservation } from "./ledger.ts";
import { type PriceStrategy, priceGroup } from "./pricing.ts";

/** The reference provider's own constant: more volumes than this in one unit are declined. */
export const volumesPerUnitMax = 4;

const engineSilent = "this provider's container engine does not answer; the order is looked at again when it does";

export interface OrderFacts {
  readonly id: OrderId;
  readonly group: GroupSpec;
  /** Seconds of notice that the tenant asks for before a lease is taken away; `null` when none. */
  readonly reclamationMinS: bigint | null;
}

/** What the provider's owner decided. */
export interface Policy {
  readonly address: string;
  /** As registered on the chain. */
  readonly attributes: readonly Attribute[];
  readonly signed: readonly SignedAttributes[];
  /** Attributes that an order must name to be served; empty serves all. */
  readonly onlyOrdersWith: readonly Attribute[];
  readonly features: Features;
  /** A strategy for each denomination that is taken. */
  readonly prices: Readonly<Record<string, PriceStrategy>>;
  /** Seconds of notice that every bid offers; 0 for none. */
  readonly reclamationWindowS: bigint;
}

/** What holds at the moment of a decision. */
export interface Moment {
  readonly blockIntervalMs: bigint;
  /** What would run the order can be reached; a bid without it may win what cannot be started. */
  readonly engineAnswers: boolean;
}

export type DeclineCode =
  | "own-order"
  | "invalid-group"
  | "attributes"
  | "order-attributes"
  | "auditors"
  | "capabilities"
  | "feature"
  | "volumes"
  | "reclamation"
  | "denomination"
  | "capacity"
  | "engine"
  | "price";

/** Why an order is declined: what, and what would have to be different. */
export interface DeclineReason {
  readonly code: DeclineCode;
  readonly message: string;
}

/** What the tenant gets for one resource unit: its GPU named exactly. */
export interface UnitOffer {
  readonly resourceId: number;
  readonly count: number;
  /** Concrete GPU attributes; `null` leaves the unit as it was asked for. */
  readonly gpu: readonly Attribute[] | null;
}

export type BidDecision =
  | {
      readonly kind: "offer";
      readonly price: DecCoin;
      readonly units: readonly UnitOffer[];
      readonly reservation: Reservation;
    }
  | { readonly kind: "decline"; readonly reasons: readonly DeclineReason[] };

/**
 * Decides on an order. An offer has reserved its room in the ledger; the caller releases it when the bid is lost.
 * A decline names every reason that was found, not only the first, and reserves nothing.
 */
export function bid(order: OrderFacts, ledger: Ledger, policy: Policy, moment: Moment): BidDecision {
  const invalid = validateGroupSpec(order.group);
  if (invalid !== undefined) return decline([{ code: "invalid-group", message: invalid.message }]);
  const units = groupDemand(order.group);
  const reasons = [...placementReasons(order, policy), ...featureReasons(order, units, policy)];
  if (!moment.engineAnswers) reasons.push({ code: "engine", message: engineSilent });
  const ceiling = groupPrice(order.group);
  const strategy = ceiling === undefined ? undefined : policy.prices[ceiling.denom];
  if (ceiling === undefined || strategy === undefined) {
    const taken = Object.keys(policy.prices).join(", ");
    reasons.push({ code: "denomination", message: `prices in ${ceiling?.denom ?? "?"} are not taken; ${taken} is` });
    return decline(reasons);
  }
  const key = formatOrderId(order.id);
  const known = ledger.get(key) !== undefined;
  const reserved = ledger.reserve(key, units);
  if (!reserved.ok) {
    return decline([...reasons, ...reserved.shortages.map(({ message }) => ({ code: "capacity" as const, message }))]);
  }
  const { reservation } = reserved;
  const devices = grantedDevices(reservation, ledger);
  const price = priceGroup(strategy, {
    units,
    devices,
    ceiling: ceiling.amount,
    blockIntervalMs: moment.blockIntervalMs,
  });
  if (!price.ok) reasons.push({ code: "price", message: price.message });
  else if (price.perBlock.gt(ceiling.amount)) {
    const message = `costs ${price.perBlock}${ceiling.denom} per block here, the order pays at most ${ceiling.amount}`;
    reasons.push({ code: "price", message });
  }
  if (reasons.length > 0 || !price.ok) {
    if (!known) ledger.release(key);
    return decline(reasons);
  }
  return {
    kind: "offer",
    price: { denom: ceiling.denom, amount: price.perBlock },
    units: units.map((unit) => unitOffer(unit, devices.get(unit.id) ?? [])),
    reservation,
  };
}

function decline(reasons: readonly DeclineReason[]): BidDecision {
  return { kind: "decline", reasons };
}

function placementReasons(order: OrderFacts, policy: Policy): DeclineReason[] {
  const reasons: DeclineReason[] = [];
  const requirements = order.group.requirements;
  const required = requirements?.attributes ?? [];
  if (order.id.owner === policy.address) reasons.push({ code: "own-order", message: "nobody bids on his own order" });
  const missing = required.filter((attribute) => !attributesSubsetOf([attribute], policy.attributes));
  if (missing.length > 0) {
    const list = missing.map(({ key, value }) => `${key}=${value}`).join(", ");
    reasons.push({ code: "attributes", message: `this provider does not have ${list}` });
  } else if (!matchRequirements(requirements, policy.attributes, policy.signed)) {
    reasons.push({ code: "auditors", message: "the auditors that the order names have not signed its attributes" });
  }
  if (!attributesSubsetOf(policy.onlyOrdersWith, required)) {
    const list = policy.onlyOrdersWith.map(({ key, value }) => `${key}=${value}`).join(", ");
    reasons.push({ code: "order-attributes", message: `only orders that ask for ${list} are served` });
  }
  if (!matchCapabilities(order.group, policy.attributes)) {
    const message = "the GPU model or storage class is not among this provider's capabilities";
    reasons.push({ code: "capabilities", message });
  }
  return reasons;
}

function featureReasons(order: OrderFacts, units: readonly UnitDemand[], policy: Policy): DeclineReason[] {
  const { features, reclamationWindowS } = policy;
  const reasons: DeclineReason[] = [];
  const lacks = (what: string) => reasons.push({ code: "feature", message: `${what} not offered here` });
  if (!features.replicas && units.some((unit) => unit.count > 1)) lacks("more than one replica of a service is");
  if (!features.gpu && units.some((unit) => unit.gpu !== null)) lacks("GPUs are");
  if (!features.leasedIps && units.some((unit) => unit.ipEndpoints.length > 0)) lacks("leased addresses are");
  const persistent = units.some((unit) => unit.volumes.some((volume) => volume.persistent && !isRam(volume)));
  if (!features.persistentVolumes && persistent) lacks("persistent volumes are");
  if (units.some((unit) => unit.volumes.length > volumesPerUnitMax)) {
    reasons.push({ code: "volumes", message: `more than ${volumesPerUnitMax} volumes in one unit` });
  }
  if (order.reclamationMinS !== null && reclamationWindowS < order.reclamationMinS) {
    const message = `the order asks for ${order.reclamationMinS} s of notice, ${reclamationWindowS} s are offered`;
    reasons.push({ code: "reclamation", message });
  }
  return reasons;
}

function grantedDevices(reservation: Reservation, ledger: Ledger): Map<number, readonly GpuDevice[]> {
  const byId = new Map(ledger.capacity.gpus.map((device) => [device.id, device]));
  return new Map(
    reservation.grants.map(({ resourceId, devices }) => [
      resourceId,
      devices.map((id) => byId.get(id)).filter((device) => device !== undefined),
    ]),
  );
}

function unitOffer(unit: UnitDemand, devices: readonly GpuDevice[]): UnitOffer {
  const [device] = devices;
  const gpu = device === undefined ? null : [{ key: deviceKey(device), value: "true" }];
  return { resourceId: unit.id, count: unit.count, gpu };
}

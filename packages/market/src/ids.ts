import { err, maxUint32, maxUint64, ok, type Result } from "@stoa/std";
import { parseAccount } from "@stoa/wire";
import { canonicalAddress } from "./address.ts";
import { errorKinds, type Refusal, refusal, refusalText, within, wrapped } from "./refusal.ts";

/*
 * Identifiers and their text (market-modules.md §3.1). Structural: the generated protobuf messages fit these
 * interfaces. 64-bit numbers are bigint, 32-bit ones numbers.
 */

/** One deployment of an owner. */
export interface DeploymentId {
  readonly owner: string;
  readonly dseq: bigint;
}

/** One group of a deployment; `gseq` counts from 1 in the order of the create message. */
export interface GroupId extends DeploymentId {
  readonly gseq: number;
}

/** One order of a group; `oseq` counts from 1. */
export interface OrderId extends GroupId {
  readonly oseq: number;
}

/** One provider's bid on an order. A lease has the same identity. `bseq` must be 0 and has no place in the text. */
export interface BidId extends OrderId {
  readonly provider: string;
  readonly bseq: number;
}

export type LeaseId = BidId;

/** An unsigned integer as Go's strconv.ParseUint(text, 10, bits) reads it, or its error text. */
export function parseUint(text: string, max: bigint): Result<bigint, string> {
  // Longer digit strings cannot come from our own writers; leading zeros beyond this are not worth reading.
  const wellFormed = /^[0-9]{1,1000}$/.test(text);
  if (!wellFormed) return err(`strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = BigInt(text);
  return value <= max ? ok(value) : err(`strconv.ParseUint: parsing ${JSON.stringify(text)}: value out of range`);
}

function badPath(message: string): { readonly ok: false; readonly error: Refusal } {
  return err(refusalText(errorKinds.invalidIdPath, message));
}

function part(parts: readonly string[], index: number): string {
  return parts[index] ?? "";
}

function parseDeploymentParts(parts: readonly string[]): Result<DeploymentId, Refusal> {
  const owner = canonicalAddress(part(parts, 0));
  if (!owner.ok) return badPath(owner.error);
  const dseq = parseUint(part(parts, 1), maxUint64);
  if (!dseq.ok) return badPath(dseq.error);
  return ok({ owner: owner.value, dseq: dseq.value });
}

/** Reads `owner/dseq`. */
export function parseDeploymentId(text: string): Result<DeploymentId, Refusal> {
  const parts = text.split("/");
  return parts.length === 2 ? parseDeploymentParts(parts) : err(refusal(errorKinds.invalidIdPath));
}

function parseSequence<T>(text: string, make: (sequence: number) => T): Result<T, Refusal> {
  const sequence = parseUint(text, BigInt(maxUint32));
  return sequence.ok ? ok(make(Number(sequence.value))) : badPath(sequence.error);
}

// The reference's path readers take the first parts and ignore what follows them.
function splitPath(text: string, atLeast: number): Result<readonly string[], Refusal> {
  const parts = text.split("/");
  return parts.length >= atLeast ? ok(parts) : badPath("query: invalid path");
}

function parseGroupParts(parts: readonly string[]): Result<GroupId, Refusal> {
  const deployment = parseDeploymentParts(parts);
  return deployment.ok ? parseSequence(part(parts, 2), (gseq) => ({ ...deployment.value, gseq })) : deployment;
}

function parseOrderParts(parts: readonly string[]): Result<OrderId, Refusal> {
  const group = parseGroupParts(parts);
  return group.ok ? parseSequence(part(parts, 3), (oseq) => ({ ...group.value, oseq })) : group;
}

/** Reads `owner/dseq/gseq`; further parts are ignored. */
export function parseGroupId(text: string): Result<GroupId, Refusal> {
  const parts = splitPath(text, 3);
  return parts.ok ? parseGroupParts(parts.value) : parts;
}

/** Reads `owner/dseq/gseq/oseq`; further parts are ignored. */
export function parseOrderId(text: string): Result<OrderId, Refusal> {
  const parts = splitPath(text, 4);
  return parts.ok ? parseOrderParts(parts.value) : parts;
}

/** Reads `owner/dseq/gseq/oseq/provider`; further parts are ignored; bseq is 0. */
export function parseBidId(text: string): Result<BidId, Refusal> {
  const parts = splitPath(text, 5);
  if (!parts.ok) return parts;
  const order = parseOrderParts(parts.value);
  if (!order.ok) return order;
  const provider = canonicalAddress(part(parts.value, 4));
  return provider.ok ? ok({ ...order.value, provider: provider.value, bseq: 0 }) : badPath(provider.error);
}

/** A lease's text is its bid's. */
export const parseLeaseId: (text: string) => Result<LeaseId, Refusal> = parseBidId;

export function formatDeploymentId(id: DeploymentId): string {
  return `${id.owner}/${id.dseq}`;
}

export function formatGroupId(id: GroupId): string {
  return `${formatDeploymentId(id)}/${id.gseq}`;
}

export function formatOrderId(id: OrderId): string {
  return `${formatGroupId(id)}/${id.oseq}`;
}

export function formatBidId(id: BidId): string {
  return `${formatOrderId(id)}/${id.provider}`;
}

export const formatLeaseId: (id: LeaseId) => string = formatBidId;

/** Undefined if the id is valid: an address for the owner, dseq above 0. */
export function validateDeploymentId(id: DeploymentId): Refusal | undefined {
  if (!parseAccount(id.owner).ok) {
    return wrapped(errorKinds.invalidAddress, "DeploymentID: Invalid Owner Address");
  }
  if (id.dseq === 0n) return wrapped(errorKinds.invalidSequence, "DeploymentID: Invalid Deployment Sequence");
  return undefined;
}

/** Undefined if the id is valid: a valid deployment, gseq above 0. */
export function validateGroupId(id: GroupId): Refusal | undefined {
  const inner = validateDeploymentId(id);
  if (inner !== undefined) return within("GroupID: Invalid DeploymentID", inner);
  return id.gseq === 0 ? wrapped(errorKinds.invalidSequence, "GroupID: Invalid Group Sequence") : undefined;
}

/** Undefined if the id is valid: a valid group, oseq above 0. */
export function validateOrderId(id: OrderId): Refusal | undefined {
  const inner = validateGroupId(id);
  if (inner !== undefined) return within("OrderID: Invalid GroupID", inner);
  return id.oseq === 0 ? wrapped(errorKinds.invalidSequence, "OrderID: Invalid Order Sequence") : undefined;
}

/** Undefined if the id is valid: a valid order, an address for the provider, nobody bids on his own order, bseq 0. */
export function validateBidId(id: BidId): Refusal | undefined {
  const inner = validateOrderId(id);
  if (inner !== undefined) return within("BidID: Invalid OrderID", inner);
  if (!parseAccount(id.provider).ok) {
    return wrapped(errorKinds.invalidAddress, "BidID: Invalid Provider Address");
  }
  if (id.owner === id.provider) return wrapped(errorKinds.conflict, "BidID: self-bid");
  return id.bseq === 0 ? undefined : wrapped(errorKinds.conflict, "BidID: invalid bseq");
}

/** Undefined if the id is valid: as a bid's. */
export function validateLeaseId(id: LeaseId): Refusal | undefined {
  const inner = validateBidId(id);
  return inner === undefined ? undefined : within("LeaseID: Invalid BidID", inner);
}

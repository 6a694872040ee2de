import { err, maxUint32, maxUint64, ok, type Result } from "@stoa/std";
import { parseAccount } from "@stoa/wire";
import { type BidId, type DeploymentId, formatBidId, formatDeploymentId, type LeaseId, parseUint } from "./ids.ts";
import { errorKinds, type Refusal, wrapped } from "./refusal.ts";

/** Numbers of `akash.escrow.id.v1.Scope`. */
export const escrowScopes = { invalid: 0, deployment: 1, bid: 2 } as const;

const scopeNames: readonly string[] = ["invalid", "deployment", "bid"];

/** An escrow account: `xid` is the text of a deployment id or of a bid id (market-modules.md §3.1). */
export interface EscrowAccountId {
  readonly scope: number;
  readonly xid: string;
}

/** A payment out of an account; for a lease `xid` is `gseq/oseq/provider`. */
export interface EscrowPaymentId {
  readonly aid: EscrowAccountId;
  readonly xid: string;
}

/** The account that pays for a deployment's leases. */
export function deploymentEscrowId(id: DeploymentId): EscrowAccountId {
  return { scope: escrowScopes.deployment, xid: formatDeploymentId(id) };
}

/** The account that holds a bid's deposit. */
export function bidEscrowId(id: BidId): EscrowAccountId {
  return { scope: escrowScopes.bid, xid: formatBidId(id) };
}

/** The payment of a lease. */
export function leasePaymentId(id: LeaseId): EscrowPaymentId {
  return { aid: deploymentEscrowId(id), xid: `${id.gseq}/${id.oseq}/${id.provider}` };
}

/** `scope/xid`: the account's text key. */
export function formatEscrowAccountId(id: EscrowAccountId): string {
  return `${scopeNames[id.scope] ?? ""}/${id.xid}`;
}

/** `scope/account xid/payment xid`: the payment's text key. */
export function formatEscrowPaymentId(id: EscrowPaymentId): string {
  return `${formatEscrowAccountId(id.aid)}/${id.xid}`;
}

function badId(message: string): Refusal {
  return wrapped(errorKinds.invalidEscrowId, message);
}

function validateLeaseParts(parts: readonly string[]): Refusal | undefined {
  const [gseqText = "", oseqText = "", provider = ""] = parts;
  const gseq = parseUint(gseqText, BigInt(maxUint32));
  if (!gseq.ok) return badId(`invalid xid/gseq: ${gseq.error}`);
  const oseq = parseUint(oseqText, BigInt(maxUint32));
  if (!oseq.ok) return badId(`invalid xid/oseq: ${oseq.error}`);
  const address = parseAccount(provider);
  return address.ok ? undefined : badId(`invalid xid/provider: ${address.error}`);
}

const accountParts: ReadonlyMap<number, number> = new Map([
  [escrowScopes.deployment, 2],
  [escrowScopes.bid, 5],
]);

/** Undefined if the account id is well formed for its scope: 2 or 5 parts, addresses, numbers. */
export function validateEscrowAccountId(id: EscrowAccountId): Refusal | undefined {
  const wanted = accountParts.get(id.scope);
  if (wanted === undefined) return badId("invalid scope");
  const parts = id.xid.split("/");
  if (parts.length !== wanted) return badId("invalid xid format");
  const owner = parseAccount(parts[0] ?? "");
  if (!owner.ok) return badId(`invalid xid/owner: ${owner.error}`);
  const dseq = parseUint(parts[1] ?? "", maxUint64);
  if (!dseq.ok) return badId(`invalid xid/dseq: ${dseq.error}`);
  return id.scope === escrowScopes.bid ? validateLeaseParts(parts.slice(2)) : undefined;
}

/** Undefined if the payment id is well formed. */
export function validateEscrowPaymentId(id: EscrowPaymentId): Refusal | undefined {
  const account = validateEscrowAccountId(id.aid);
  if (account !== undefined) return account;
  const parts = id.xid.split("/");
  return parts.length === 3 ? validateLeaseParts(parts) : badId("invalid xid format");
}

function malformed(message: string): { readonly ok: false; readonly error: Refusal } {
  return err(wrapped(errorKinds.malformedKey, message));
}

/** Reads an account's text key. */
export function parseEscrowAccountId(text: string): Result<EscrowAccountId, Refusal> {
  const [scopeName = "", ...xid] = text.split("/");
  if (xid.length < 2) return malformed(`malformed account key ${text}`);
  const scope = scopeNames.indexOf(scopeName);
  if (scope < 0) return malformed(`invalid account scope "${scopeName}"`);
  const wanted = accountParts.get(scope);
  if (wanted === undefined) return malformed(`invalid account scope "${text}"`);
  if (xid.length !== wanted) return malformed(`malformed account key for ${scopeName} scope "${text}"`);
  const id: EscrowAccountId = { scope, xid: xid.join("/") };
  const problem = validateEscrowAccountId(id);
  return problem === undefined ? ok(id) : malformed(problem.message);
}

/** Reads a payment's text key. */
export function parseEscrowPaymentId(text: string): Result<EscrowPaymentId, Refusal> {
  const parts = text.split("/");
  if (parts.length < 6) return malformed(`malformed payment key ${text}`);
  const scopeName = parts[0] ?? "";
  const scope = scopeNames.indexOf(scopeName);
  const ofAccount = accountParts.get(scope);
  if (ofAccount === undefined) return malformed(`invalid payment scope "${scopeName}"`);
  if (parts.length !== 1 + ofAccount + 3) return malformed(`malformed payment key for ${scopeName} scope "${text}"`);
  const id: EscrowPaymentId = {
    aid: { scope, xid: parts.slice(1, 1 + ofAccount).join("/") },
    xid: parts.slice(1 + ofAccount).join("/"),
  };
  const problem = validateEscrowPaymentId(id);
  return problem === undefined ? ok(id) : malformed(problem.message);
}

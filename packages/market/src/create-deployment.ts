import { parseGoInteger } from "@stoa/std";
import { type Deposit, validateDeposit } from "./deposit.ts";
import { validateGroupSpec } from "./group-validation.ts";
import { type DeploymentId, validateDeploymentId } from "./ids.ts";
import { errorKinds, type Refusal, refusal, wrapped } from "./refusal.ts";
import type { GroupSpec } from "./resources.ts";

/** Bytes of a deployment's hash: SHA-256 of its manifest. */
export const hashLengthBytes = 32;

/** The parts of MsgCreateDeployment that can be judged without state. */
export interface CreateDeployment {
  readonly id?: DeploymentId | undefined;
  readonly groups: readonly GroupSpec[];
  readonly hash: Uint8Array;
  readonly deposit?: Deposit | undefined;
  readonly reclamation?:
    | { readonly minWindow?: { readonly seconds: bigint; readonly nanos: number } | undefined }
    | undefined;
}

/** Undefined if the hash has 32 bytes (deployment 9 when empty, 10 otherwise). */
export function validateHash(hash: Uint8Array): Refusal | undefined {
  if (hash.length === 0) return refusal(errorKinds.emptyHash);
  return hash.length === hashLengthBytes ? undefined : refusal(errorKinds.invalidHash);
}

/** Undefined if the message passes every check that needs no state (market-modules.md §4.2, ValidateBasic). */
export function validateCreateDeployment(message: CreateDeployment): Refusal | undefined {
  const deposit: Deposit = message.deposit ?? { sources: [] };
  const early = validateDeploymentId(message.id ?? { owner: "", dseq: 0n }) ?? validateDeposit(deposit);
  if (early !== undefined) return early;
  if (message.groups.length === 0) return refusal(errorKinds.invalidGroups);
  const hash = validateHash(message.hash);
  if (hash !== undefined) return hash;
  const window = message.reclamation?.minWindow;
  if (window !== undefined && (window.seconds < 0n || window.nanos < 0)) {
    return wrapped(errorKinds.invalidReclamation, "min_window must be >= 0");
  }
  const denom = deposit.amount?.denom ?? "";
  const funded = parseGoInteger(deposit.amount?.amount ?? "") !== 0n;
  for (const group of message.groups) {
    const problem = validateGroupSpec(group);
    if (problem !== undefined) return problem;
    const priceDenom = group.resources[0]?.price?.denom ?? "";
    if (funded && priceDenom !== denom) {
      return wrapped(errorKinds.invalidDeposit, `Mismatched denominations (${denom} != ${priceDenom})`);
    }
  }
  return undefined;
}

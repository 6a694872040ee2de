import { compareBytes, err, type Hash, ok, type Result, toHexUpper } from "@stoa/std";
import { addressOfKey, type PublicKey } from "./public-key.ts";
import { byPower, centred, maxTotalPower, rescaled, type Validator, ValidatorSet } from "./validator-set.ts";

/** What a block asks of the validator set: the key's new power, zero to remove it (base-chain.md §1.4). */
export interface ValidatorUpdate {
  readonly publicKey: PublicKey;
  readonly power: bigint;
}

interface Changes {
  readonly updates: readonly Validator[];
  readonly removals: readonly Validator[];
}

/** A validator in the reference's messages. */
export function validatorText(validator: Validator): string {
  const kind = validator.publicKey.type === "ed25519" ? "PubKeyEd25519" : "PubKeySecp256k1";
  const key = `${kind}{${toHexUpper(validator.publicKey.bytes)}}`;
  return `Validator{${toHexUpper(validator.address)} ${key} VP:${validator.power} A:${validator.priority}}`;
}

/** The first set of a chain: every power positive, the first turn taken. */
export function newValidatorSet(hash: Hash, updates: readonly ValidatorUpdate[]): Result<ValidatorSet, string> {
  if (updates.length === 0) return ok(new ValidatorSet([]));
  const changed = applyChanges(hash, new ValidatorSet([]), updates, false);
  return changed.ok ? ok(changed.value.increment()) : changed;
}

/** The set after a block's updates, without taking a turn; or the reference's error (base-chain.md §2.7). */
export function updateValidatorSet(
  hash: Hash,
  set: ValidatorSet,
  updates: readonly ValidatorUpdate[],
): Result<ValidatorSet, string> {
  return applyChanges(hash, set, updates, true);
}

function applyChanges(
  hash: Hash,
  set: ValidatorSet,
  updates: readonly ValidatorUpdate[],
  allowRemovals: boolean,
): Result<ValidatorSet, string> {
  if (updates.length === 0) return ok(set);
  const sorted = sortChanges(hash, updates);
  if (!sorted.ok) return sorted;
  const changes = sorted.value;
  if (!allowRemovals && changes.removals.length > 0) {
    const list = changes.removals.map(validatorText).join(" ");
    return err(`cannot process validators with voting power 0: [${list}]`);
  }
  const added = changes.updates.filter((v) => set.byAddress(v.address) === undefined);
  if (added.length === 0 && set.validators.length === changes.removals.length) {
    return err("applying the validator changes would result in empty set");
  }
  let removedPower = 0n;
  for (const removal of changes.removals) {
    const known = set.byAddress(removal.address);
    if (known === undefined) return err(`failed to find validator ${toHexUpper(removal.address)} to remove`);
    removedPower += known.power;
  }
  const total = totalAfterUpdates(set, changes.updates, removedPower);
  return total.ok ? ok(mergeChanges(set, changes, total.value)) : total;
}

function sortChanges(hash: Hash, updates: readonly ValidatorUpdate[]): Result<Changes, string> {
  const entries: Validator[] = updates.map(({ publicKey, power }) => {
    return { address: addressOfKey(hash, publicKey), publicKey, power, priority: 0n };
  });
  entries.sort((a, b) => compareBytes(a.address, b.address));
  let previous: Validator | undefined;
  for (const entry of entries) {
    if (previous !== undefined && compareBytes(previous.address, entry.address) === 0) {
      return err(`duplicate entry ${validatorText(entry)} in [${entries.map(validatorText).join(" ")}]`);
    }
    if (entry.power < 0n) return err(`voting power can't be negative: ${entry.power}`);
    if (entry.power > maxTotalPower) {
      return err(
        `to prevent clipping/overflow, voting power can't be higher than ${maxTotalPower}, got ${entry.power}`,
      );
    }
    previous = entry;
  }
  return ok({
    updates: entries.filter(({ power }) => power > 0n),
    removals: entries.filter(({ power }) => power === 0n),
  });
}

/** Total power after updates and before removals. Checked in order of growth, as the reference does. */
function totalAfterUpdates(
  set: ValidatorSet,
  updates: readonly Validator[],
  removedPower: bigint,
): Result<bigint, string> {
  const growth = updates.map((update) => update.power - (set.byAddress(update.address)?.power ?? 0n));
  growth.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let total = set.totalPower - removedPower;
  for (const delta of growth) {
    total += delta;
    if (total > maxTotalPower) return err(`total voting power of resulting valset exceeds max ${maxTotalPower}`);
  }
  return ok(total + removedPower);
}

function mergeChanges(set: ValidatorSet, changes: Changes, totalBeforeRemovals: bigint): ValidatorSet {
  // A newcomer starts behind everybody, so that leaving and joining again cannot win turns.
  const newcomerPriority = -(totalBeforeRemovals + (totalBeforeRemovals >> 3n));
  const changed = new Map<string, Validator>();
  for (const validator of set.validators) changed.set(toHexUpper(validator.address), validator);
  for (const update of changes.updates) {
    const known = changed.get(toHexUpper(update.address));
    changed.set(toHexUpper(update.address), { ...update, priority: known?.priority ?? newcomerPriority });
  }
  for (const removal of changes.removals) changed.delete(toHexUpper(removal.address));
  const merged = [...changed.values()];
  const total = merged.reduce((sum, { power }) => sum + power, 0n);
  return new ValidatorSet(centred(rescaled(merged, total)).sort(byPower), set.proposer());
}

import { assert, compareBytes, equalBytes, type Hash, maxInt64, minInt64, toHexUpper } from "@stoa/std";
import { merkleRoot } from "./merkle.ts";
import { ProtobufError, ProtobufWriter, readFields } from "./protobuf.ts";
import { addressOfKey, decodePublicKey, encodePublicKey, type PublicKey } from "./public-key.ts";

/** Total voting power is at most MaxInt64 / 8, so that priorities cannot overflow (base-chain.md §1.4). */
export const maxTotalPower: bigint = maxInt64 / 8n;

/** Priorities of one set stay within twice its total power (base-chain.md §2.7). */
const priorityWindowFactor = 2n;

/** A validator with its power and its turn-taking priority. */
export interface Validator {
  readonly address: Uint8Array;
  readonly publicKey: PublicKey;
  readonly power: bigint;
  readonly priority: bigint;
}

const clip = (value: bigint): bigint => (value > maxInt64 ? maxInt64 : value < minInt64 ? minInt64 : value);

/** Order of a set: power descending, then address ascending (base-chain.md §2.3). */
export function byPower(a: Validator, b: Validator): number {
  if (a.power !== b.power) return a.power > b.power ? -1 : 1;
  return compareBytes(a.address, b.address);
}

/** The validators of one height. Immutable: every operation answers a new set. */
export class ValidatorSet {
  readonly validators: readonly Validator[];
  readonly totalPower: bigint;
  private readonly chosen: Validator | undefined;

  /** Takes the validators in their order. `proposer` is the one that was picked last, if any was. */
  constructor(validators: readonly Validator[], proposer?: Validator) {
    this.validators = validators;
    this.totalPower = validators.reduce((sum, { power }) => sum + power, 0n);
    assert(this.totalPower <= maxTotalPower, "total voting power above the cap");
    this.chosen = proposer;
  }

  byAddress(address: Uint8Array): Validator | undefined {
    return this.validators.find((validator) => equalBytes(validator.address, address));
  }

  /** Whose turn it is: the one picked last, else the one of highest priority. Undefined for an empty set. */
  proposer(): Validator | undefined {
    if (this.chosen === undefined) return highest(this.validators);
    return this.byAddress(this.chosen.address) ?? this.chosen;
  }

  /** ValidatorsHash (base-chain.md §2.3). */
  hash(hash: Hash): Uint8Array {
    return merkleRoot(hash, this.validators.map(encodeSimpleValidator));
  }

  /** Takes `times` turns (base-chain.md §2.7). */
  increment(times = 1): ValidatorSet {
    assert(this.validators.length > 0 && times > 0, "an empty set takes no turns");
    let validators = centred(rescaled(this.validators, this.totalPower));
    let proposer: Validator | undefined;
    for (let turn = 0; turn < times; turn++) {
      validators = validators.map((v) => ({ ...v, priority: clip(v.priority + v.power) }));
      const best = highest(validators);
      assert(best !== undefined, "a set that is not empty has a highest priority");
      proposer = { ...best, priority: clip(best.priority - this.totalPower) };
      const next = proposer;
      validators = validators.map((v) => (v === best ? next : v));
    }
    return new ValidatorSet(validators, proposer);
  }
}

function highest(validators: readonly Validator[]): Validator | undefined {
  let best: Validator | undefined;
  for (const candidate of validators) {
    if (best === undefined || candidate.priority > best.priority) best = candidate;
    else if (candidate.priority === best.priority && compareBytes(candidate.address, best.address) < 0)
      best = candidate;
  }
  return best;
}

/** Divides all priorities so that they fit the window of this total power. */
export function rescaled(validators: readonly Validator[], totalPower: bigint): Validator[] {
  const window = priorityWindowFactor * totalPower;
  if (window <= 0n) return [...validators];
  const priorities = validators.map((v) => v.priority);
  const max = priorities.reduce((a, b) => (b > a ? b : a), minInt64);
  const min = priorities.reduce((a, b) => (b < a ? b : a), maxInt64);
  const spread = max - min;
  if (spread <= window) return [...validators];
  const ratio = (spread + window - 1n) / window;
  return validators.map((v) => ({ ...v, priority: v.priority / ratio }));
}

/** Shifts all priorities so that their average is zero, within rounding towards minus infinity. */
export function centred(validators: readonly Validator[]): Validator[] {
  const count = BigInt(validators.length);
  const sum = validators.reduce((total, v) => total + v.priority, 0n);
  const average = sum % count < 0n ? sum / count - 1n : sum / count;
  return validators.map((v) => ({ ...v, priority: clip(v.priority - average) }));
}

/** tendermint.types.SimpleValidator: the leaf of ValidatorsHash. */
export function encodeSimpleValidator(validator: Validator): Uint8Array {
  return new ProtobufWriter().message(1, encodePublicKey(validator.publicKey)).varint(2, validator.power).finish();
}

/** tendermint.types.Validator. */
export function encodeValidator(validator: Validator): Uint8Array {
  return new ProtobufWriter()
    .bytes(1, validator.address)
    .message(2, encodePublicKey(validator.publicKey))
    .varint(3, validator.power)
    .varint(4, validator.priority)
    .finish();
}

export function decodeValidator(bytes: Uint8Array): Validator {
  const empty = new Uint8Array(0);
  let publicKey: PublicKey | undefined;
  let address: Uint8Array = empty;
  let power = 0n;
  let priority = 0n;
  for (const field of readFields(bytes)) {
    if (field.number === 1) address = field.bytes();
    else if (field.number === 2) publicKey = decodePublicKey(field.bytes());
    else if (field.number === 3) power = field.int64();
    else if (field.number === 4) priority = field.int64();
  }
  if (publicKey === undefined) throw new ProtobufError("a validator without public key");
  return { address, publicKey, power, priority };
}

/** tendermint.types.ValidatorSet. The total power is left out, as the reference does. */
export function encodeValidatorSet(set: ValidatorSet): Uint8Array {
  const writer = new ProtobufWriter();
  for (const validator of set.validators) writer.message(1, encodeValidator(validator));
  const proposer = set.proposer();
  return writer.optional(2, proposer && encodeValidator(proposer)).finish();
}

export function decodeValidatorSet(bytes: Uint8Array): ValidatorSet {
  const validators: Validator[] = [];
  let proposer: Validator | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) validators.push(decodeValidator(field.bytes()));
    else if (field.number === 2) proposer = decodeValidator(field.bytes());
  }
  const total = validators.reduce((sum, { power }) => sum + power, 0n);
  if (total > maxTotalPower) throw new ProtobufError(`total voting power ${total} exceeds max ${maxTotalPower}`);
  return new ValidatorSet(validators, proposer);
}

/** The reference's text when the set alone is malformed, or undefined. */
export function checkValidatorSet(hash: Hash, set: ValidatorSet): string | undefined {
  if (set.validators.length === 0) return "validator set is nil or empty";
  for (const [index, validator] of set.validators.entries()) {
    const problem = checkValidator(hash, validator);
    if (problem !== undefined) return `invalid validator #${index}: ${problem}`;
  }
  const proposer = set.proposer();
  const problem = proposer && checkValidator(hash, proposer);
  if (problem !== undefined) return `proposer failed validate basic, error: ${problem}`;
  return proposer && set.byAddress(proposer.address) === undefined ? "proposer not in validator set" : undefined;
}

/** The set's hash covers keys and powers, not addresses: they count only when they follow from the keys. */
function checkValidator(hash: Hash, validator: Validator): string | undefined {
  if (validator.power < 0n) return "validator has negative voting power";
  const derived = addressOfKey(hash, validator.publicKey);
  if (equalBytes(derived, validator.address)) return undefined;
  const [expected, got] = [toHexUpper(derived), toHexUpper(validator.address)];
  return `validator address is incorrectly derived from pubkey. Exp: ${expected}, got ${got}`;
}

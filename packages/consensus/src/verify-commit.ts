import { equalBytes, err, type Hash, maxInt64, ok, type Result, toHexUpper, utf8, type Verifier } from "@stoa/std";
import { type BlockId, blockIdText, equalBlockIds } from "./block-id.ts";
import { blockIdFlag, type Commit, type CommitSignature, commitSignBytes } from "./commit.ts";
import { type PublicKey, verifyMessage } from "./public-key.ts";
import { formatTime } from "./time.ts";
import { validatorText } from "./validator-changes.ts";
import type { Validator, ValidatorSet } from "./validator-set.ts";

/** What verification needs of its host. */
export interface VerifyPorts {
  readonly hash: Hash;
  readonly verifier: Verifier;
}

/** Why a commit does not count. `power`: well formed, but too few signed; everything else is `invalid`. */
export interface CommitProblem {
  readonly kind: "power" | "invalid";
  readonly message: string;
}

/** A fraction of voting power, such as 1/3. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

interface Counting {
  readonly counts: (signature: CommitSignature) => boolean;
  readonly ignores: (signature: CommitSignature) => boolean;
  /** Verify signatures even after enough power is found. */
  readonly all: boolean;
  /** The commit was made by this very set, so that positions agree. */
  readonly byIndex: boolean;
  readonly needed: bigint;
}

const invalid = (message: string) => err<CommitProblem>({ kind: "invalid", message });

const isCommit = (signature: CommitSignature): boolean => signature.flag === blockIdFlag.commit;

/** More than two thirds of the set signed this block, and every signature there, nil votes included, is good. */
export function verifyCommit(
  ports: VerifyPorts,
  chainId: string,
  set: ValidatorSet,
  blockId: BlockId,
  height: bigint,
  commit: Commit,
): Result<undefined, CommitProblem> {
  const problem = checkAgainstSet(set, blockId, height, commit);
  if (problem !== undefined) return invalid(problem);
  const ignores = (signature: CommitSignature): boolean => signature.flag === blockIdFlag.absent;
  const needed = (set.totalPower * 2n) / 3n;
  return countSignatures(ports, chainId, set, commit, { counts: isCommit, ignores, all: true, byIndex: true, needed });
}

/** As {@link verifyCommit}, but stops when enough power has signed (base-chain.md §2.5, light verify). */
export function verifyCommitLight(
  ports: VerifyPorts,
  chainId: string,
  set: ValidatorSet,
  blockId: BlockId,
  height: bigint,
  commit: Commit,
): Result<undefined, CommitProblem> {
  const problem = checkAgainstSet(set, blockId, height, commit);
  if (problem !== undefined) return invalid(problem);
  const needed = (set.totalPower * 2n) / 3n;
  const ignores = (signature: CommitSignature): boolean => !isCommit(signature);
  return countSignatures(ports, chainId, set, commit, { counts: isCommit, ignores, all: false, byIndex: true, needed });
}

/** More than `level` of a set that is trusted already signed the commit of a later height. */
export function verifyCommitTrusting(
  ports: VerifyPorts,
  chainId: string,
  set: ValidatorSet,
  commit: Commit,
  level: Fraction,
): Result<undefined, CommitProblem> {
  if (level.denominator === 0n) return invalid("trustLevel has zero Denominator");
  const product = set.totalPower * level.numerator;
  if (product > maxInt64) {
    return invalid("int64 overflow while calculating voting power needed. please provide smaller trustLevel numerator");
  }
  const ignores = (signature: CommitSignature): boolean => !isCommit(signature);
  const needed = product / level.denominator;
  return countSignatures(ports, chainId, set, commit, {
    counts: isCommit,
    ignores,
    all: false,
    byIndex: false,
    needed,
  });
}

function checkAgainstSet(set: ValidatorSet, blockId: BlockId, height: bigint, commit: Commit): string | undefined {
  if (set.validators.length !== commit.signatures.length) {
    return `Invalid commit -- wrong set size: ${set.validators.length} vs ${commit.signatures.length}`;
  }
  if (height !== commit.height) return `Invalid commit -- wrong height: ${height} vs ${commit.height}`;
  if (!equalBlockIds(blockId, commit.blockId)) {
    return `invalid commit -- wrong block ID: want ${blockIdText(blockId)}, got ${blockIdText(commit.blockId)}`;
  }
  return undefined;
}

interface Signed {
  readonly index: number;
  readonly key: PublicKey;
  readonly signature: CommitSignature;
}

/**
 * True when signatures are looked at only after enough power has been found; else one after another, so that a wrong one
 * is named before missing power. The reference batches commits of two or more signatures of ed25519 keys.
 */
function countsFirst(set: ValidatorSet, commit: Commit): boolean {
  return commit.signatures.length >= 2 && set.validators.every(({ publicKey }) => publicKey.type === "ed25519");
}

function countSignatures(
  ports: VerifyPorts,
  chainId: string,
  set: ValidatorSet,
  commit: Commit,
  counting: Counting,
): Result<undefined, CommitProblem> {
  const signed: Signed[] = [];
  const seen = new Map<Validator, number>();
  const byAddress = counting.byIndex ? undefined : indexByAddress(set);
  const later = countsFirst(set, commit);
  const wrongSignature = ({ index, key, signature }: Signed): string | undefined => {
    const good = verifyMessage(ports, key, commitSignBytes(chainId, commit, signature), signature.signature);
    if (good) return undefined;
    const shown = later ? utf8(signatureText(signature)) : signature.signature;
    return `wrong signature (#${index}): ${toHexUpper(shown)}`;
  };
  let tallied = 0n;
  for (const [index, signature] of commit.signatures.entries()) {
    if (counting.ignores(signature)) continue;
    const validator =
      byAddress === undefined ? set.validators[index] : byAddress.get(toHexUpper(signature.validatorAddress));
    if (validator === undefined) continue;
    if (counting.byIndex && !equalBytes(validator.address, signature.validatorAddress)) {
      const [expected, got] = [toHexUpper(validator.address), toHexUpper(signature.validatorAddress)];
      return invalid(`validator address mismatch at index ${index}: expected ${expected}, got ${got}`);
    }
    const first = seen.get(validator);
    if (first !== undefined) return invalid(`double vote from ${validatorText(validator)} (${first} and ${index})`);
    seen.set(validator, index);
    const vote = { index, key: validator.publicKey, signature };
    const wrong = later ? undefined : wrongSignature(vote);
    if (wrong !== undefined) return invalid(wrong);
    if (later) signed.push(vote);
    if (counting.counts(signature)) tallied += validator.power;
    if (!counting.all && tallied > counting.needed) break;
  }
  if (tallied <= counting.needed) {
    const message = `invalid commit -- insufficient voting power: got ${tallied}, needed more than ${counting.needed}`;
    return err({ kind: "power", message });
  }
  for (const vote of signed) {
    const wrong = wrongSignature(vote);
    if (wrong !== undefined) return invalid(wrong);
  }
  return ok(undefined);
}

/** Bytes of hashes and signatures that the reference shows. */
const fingerprintBytes = 6;

/** A signature in the reference's messages, which print this text as hex when they found it in a batch. */
function signatureText({ flag, validatorAddress, signature, time }: CommitSignature): string {
  const shown = (bytes: Uint8Array): string => {
    const fingerprint = new Uint8Array(fingerprintBytes);
    fingerprint.set(bytes.subarray(0, fingerprintBytes));
    return toHexUpper(fingerprint);
  };
  return `CommitSig{${shown(signature)} by ${shown(validatorAddress)} on ${flag} @ ${formatTime(time)}}`;
}

/** Looking each signer up in the list would cost the square of a large set. The first of equal addresses counts. */
function indexByAddress(set: ValidatorSet): ReadonlyMap<string, Validator> {
  const index = new Map<string, Validator>();
  for (const validator of set.validators) {
    const address = toHexUpper(validator.address);
    if (!index.has(address)) index.set(address, validator);
  }
  return index;
}

import { equalBytes, err, ok, type Result, toHexUpper } from "@stoa/std";
import { type Commit, checkCommit, decodeCommit, encodeCommit } from "./commit.ts";
import { checkHeader, decodeHeader, encodeHeader, type Header, headerHash } from "./header.ts";
import { ProtobufError, ProtobufWriter, readFields } from "./protobuf.ts";
import { formatTime, type Time } from "./time.ts";
import { checkValidatorSet, decodeValidatorSet, encodeValidatorSet, ValidatorSet } from "./validator-set.ts";
import { type Fraction, type VerifyPorts, verifyCommitLight, verifyCommitTrusting } from "./verify-commit.ts";

/** A header and the commit that signs it. */
export interface SignedHeader {
  readonly header: Header;
  readonly commit: Commit;
}

/** A signed header with the set that signed it (tendermint.types.LightBlock). */
export interface LightBlock extends SignedHeader {
  readonly validators: ValidatorSet;
}

/** Why a header is refused. `cannot-be-trusted`: too little of the trusted set signed, a nearer header may do. */
export interface LightProblem {
  readonly kind: "expired" | "invalid-header" | "cannot-be-trusted" | "other";
  readonly message: string;
}

/** How far and how long a trusted header is trusted. Periods in nanoseconds. */
export interface LightPolicy {
  readonly trustingPeriodNs: bigint;
  readonly maxClockDriftNs: bigint;
  /** Share of the trusted set that must have signed when headers are skipped; 1/3 by default. */
  readonly trustLevel: Fraction;
}

/** The default share of the trusted set. */
export const defaultTrustLevel: Fraction = { numerator: 1n, denominator: 3n };

const problem = (kind: LightProblem["kind"], message: string) => err<LightProblem>({ kind, message });

/** The reference's text when a trust level is outside [1/3, 1], or undefined. */
export function checkTrustLevel({ numerator, denominator }: Fraction): string | undefined {
  const allowed = denominator > 0n && numerator * 3n >= denominator && numerator <= denominator;
  return allowed ? undefined : `trustLevel must be within [1/3, 1], given ${numerator}/${denominator}`;
}

/** Text when header and commit do not fit together, or undefined. */
export function checkSignedHeader(ports: VerifyPorts, signed: SignedHeader, chainId: string): string | undefined {
  const { header, commit } = signed;
  const badHeader = checkHeader(header);
  if (badHeader !== undefined) return `invalid header: ${badHeader}`;
  const badCommit = checkCommit(commit);
  if (badCommit !== undefined) return `invalid commit: ${badCommit}`;
  if (header.chainId !== chainId) return `header belongs to another chain "${header.chainId}", not "${chainId}"`;
  if (commit.height !== header.height) return `header and commit height mismatch: ${header.height} vs ${commit.height}`;
  const hash = headerHash(ports.hash, header);
  if (!equalBytes(hash, commit.blockId.hash)) {
    return `commit signs block ${toHexUpper(commit.blockId.hash)}, header is block ${toHexUpper(hash)}`;
  }
  return undefined;
}

/** Text when a light block is malformed, or undefined. */
export function checkLightBlock(ports: VerifyPorts, block: LightBlock, chainId: string): string | undefined {
  const badSigned = checkSignedHeader(ports, block, chainId);
  if (badSigned !== undefined) return `invalid signed header: ${badSigned}`;
  const badSet = checkValidatorSet(ports.hash, block.validators);
  if (badSet !== undefined) return `invalid validator set: ${badSet}`;
  const own = block.validators.hash(ports.hash);
  if (!equalBytes(own, block.header.validatorsHash)) {
    const stated = toHexUpper(block.header.validatorsHash);
    return `expected validator hash of header to match validator set hash (${stated} != ${toHexUpper(own)})`;
  }
  return undefined;
}

/**
 * Accepts a header on the strength of a trusted one: the next height by the announced set, any later one by a share of
 * the set that was to sign after the trusted header (base-chain.md §2.5). `now` is the verifier's clock.
 * The caller has made sure that `trustedNextValidators` is the set which the trusted header names, as its own or as the
 * next one, and that addresses follow from keys (`checkLightBlock`): as in the reference, neither is looked at again here.
 */
export function verifyHeader(
  ports: VerifyPorts,
  trusted: SignedHeader,
  trustedNextValidators: ValidatorSet,
  untrusted: LightBlock,
  policy: LightPolicy,
  now: Time,
): Result<undefined, LightProblem> {
  const expiry = trusted.header.time + policy.trustingPeriodNs;
  if (expiry <= now) {
    return problem("expired", `old header has expired at ${formatTime(expiry)} (now: ${formatTime(now)})`);
  }
  const malformed = checkNewHeader(ports, trusted.header, untrusted, policy, now);
  if (malformed !== undefined) return problem("invalid-header", `invalid header: ${malformed}`);
  const chainId = trusted.header.chainId;
  const { header, commit } = untrusted;
  if (header.height === trusted.header.height + 1n) {
    const announced = trusted.header.nextValidatorsHash;
    if (!equalBytes(header.validatorsHash, announced)) {
      const [old, got] = [toHexUpper(announced), toHexUpper(header.validatorsHash)];
      return problem("other", `expected old header next validators (${old}) to match those from new header (${got})`);
    }
  } else {
    const share = verifyCommitTrusting(ports, chainId, trustedNextValidators, commit, policy.trustLevel);
    if (!share.ok && share.error.kind === "power") {
      return problem("cannot-be-trusted", `cant trust new val set: ${share.error.message}`);
    }
    if (!share.ok) return problem("other", share.error.message);
  }
  const signed = verifyCommitLight(ports, chainId, untrusted.validators, commit.blockId, header.height, commit);
  return signed.ok ? ok(undefined) : problem("invalid-header", `invalid header: ${signed.error.message}`);
}

function checkNewHeader(
  ports: VerifyPorts,
  trusted: Header,
  untrusted: LightBlock,
  policy: LightPolicy,
  now: Time,
): string | undefined {
  const header = untrusted.header;
  const malformed = checkSignedHeader(ports, untrusted, trusted.chainId);
  if (malformed !== undefined) return `untrustedHeader.ValidateBasic failed: ${malformed}`;
  if (header.height <= trusted.height) {
    return `expected new header height ${header.height} to be greater than one of old header ${trusted.height}`;
  }
  if (header.time <= trusted.time) {
    const [later, earlier] = [formatTime(header.time), formatTime(trusted.time)];
    return `expected new header time ${later} to be after old header time ${earlier}`;
  }
  if (header.time >= now + policy.maxClockDriftNs) {
    const drift = `max clock drift: ${policy.maxClockDriftNs}ns`;
    return `new header has a time from the future ${formatTime(header.time)} (now: ${formatTime(now)}; ${drift})`;
  }
  const supplied = untrusted.validators.hash(ports.hash);
  if (!equalBytes(header.validatorsHash, supplied)) {
    const [stated, given] = [toHexUpper(header.validatorsHash), toHexUpper(supplied)];
    return `expected new header validators (${stated}) to match those that were supplied (${given}) at height ${header.height}`;
  }
  return undefined;
}

/** tendermint.types.SignedHeader. */
export function encodeSignedHeader(signed: SignedHeader): Uint8Array {
  return new ProtobufWriter().message(1, encodeHeader(signed.header)).message(2, encodeCommit(signed.commit)).finish();
}

export function decodeSignedHeader(bytes: Uint8Array): SignedHeader {
  let header: Header | undefined;
  let commit: Commit | undefined;
  for (const field of readFields(bytes)) {
    if (field.number === 1) header = decodeHeader(field.bytes());
    else if (field.number === 2) commit = decodeCommit(field.bytes());
  }
  if (header === undefined) throw new ProtobufError("missing header");
  if (commit === undefined) throw new ProtobufError("missing commit");
  return { header, commit };
}

/** tendermint.types.LightBlock. */
export function encodeLightBlock(block: LightBlock): Uint8Array {
  return new ProtobufWriter()
    .message(1, encodeSignedHeader(block))
    .message(2, encodeValidatorSet(block.validators))
    .finish();
}

export function decodeLightBlock(bytes: Uint8Array): LightBlock {
  let signed: SignedHeader | undefined;
  let validators = new ValidatorSet([]);
  for (const field of readFields(bytes)) {
    if (field.number === 1) signed = decodeSignedHeader(field.bytes());
    else if (field.number === 2) validators = decodeValidatorSet(field.bytes());
  }
  if (signed === undefined) throw new ProtobufError("missing signed header");
  return { ...signed, validators };
}

import { err, maxUint64, ok, parseDecimal, type Result } from "@stoa/std";

/** A height of a chain that may be reborn under a new revision. */
export interface Height {
  readonly revision: bigint;
  readonly height: bigint;
}

export function formatHeight(height: Height): string {
  return `${height.revision}-${height.height}`;
}

function parseUint64(text: string): bigint | undefined {
  // Go's ParseUint takes leading zeros.
  return /^[0-9]{1,64}$/.test(text) ? parseDecimal(text.replace(/^0+(?=[0-9])/, ""), maxUint64) : undefined;
}

/** Reads `revision-height`. */
export function parseHeight(text: string): Result<Height, string> {
  const parts = text.split("-");
  if (parts.length !== 2) return err(`expected height string format: {revision}-{height}. Got: ${text}`);
  const revision = parseUint64(parts[0] as string);
  const height = parseUint64(parts[1] as string);
  if (revision === undefined) return err("invalid revision number");
  if (height === undefined) return err("invalid revision height");
  return ok({ revision, height });
}

/** True for chain ids that end in `-N`, N without a leading zero. */
export function isRevisionFormat(chainId: string): boolean {
  return /^.*[^\n-]-[1-9][0-9]*$/.test(chainId);
}

/** The revision that a chain id names: 0 without one, undefined when it is beyond 64 bits. */
export function revisionOf(chainId: string): bigint | undefined {
  if (!isRevisionFormat(chainId)) return 0n;
  return parseUint64(chainId.slice(chainId.lastIndexOf("-") + 1));
}

/** Lengths of the four kinds of identifiers (ICS-24). */
const identifierLengths = {
  port: [2, 128],
  channel: [8, 64],
  connection: [10, 64],
  client: [4, 64],
} as const;

/** Why a text is no identifier of this kind; undefined when it is one. */
export function identifierProblem(kind: keyof typeof identifierLengths, id: string): string | undefined {
  if (id.trim() === "") return "identifier cannot be blank";
  if (id.includes("/")) return `identifier ${id} cannot contain separator '/'`;
  const [least, most] = identifierLengths[kind];
  if (id.length < least || id.length > most) {
    return `identifier ${id} has invalid length: ${id.length}, must be between ${least}-${most} characters`;
  }
  if (!/^[a-zA-Z0-9._+\-#[\]<>]+$/.test(id)) return `identifier ${id} holds a character that is not allowed`;
  return undefined;
}

/** True for `channel-N` with up to 20 digits. */
export function isChannelFormat(id: string): boolean {
  return /^channel-[0-9]{1,20}$/.test(id);
}

/** True for `type-N`, N within 64 bits, that also is a client identifier. */
export function isClientId(id: string): boolean {
  const match = /^[0-9A-Za-z_]+(?:[0-9A-Za-z_-]+[0-9A-Za-z_])?-([0-9]{1,20})$/.exec(id);
  return (
    match !== null && parseUint64(match[1] as string) !== undefined && identifierProblem("client", id) === undefined
  );
}

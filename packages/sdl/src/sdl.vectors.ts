import { create, toBinary } from "@bufbuild/protobuf";
import { type JsonValue, sortedJson } from "@stoa/market";
import { concatBytes, fromHex, type Hash, toBase64, toHex, utf8 } from "@stoa/std";
import type { VectorFailure } from "@stoa/test";
import { DepositSchema } from "@stoa/wire/akash.base.deposit.v1";
import { MsgCreateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { type CompiledSdl, compileSdl, type SdlDialect } from "./compile.ts";

/** One recorded SDL: `expected` is the parsed expected.json (vectors/sdl/README.md). */
export interface SdlVector {
  readonly name: string;
  readonly input: string;
  readonly expected: object;
  readonly hash: Hash;
}

/** What a producer answered; JSON forms are there only where the README says so. */
interface Answer {
  readonly accepted: boolean;
  readonly versionHash?: string;
  readonly manifest?: JsonValue;
  readonly manifestSha256?: string;
  readonly groupSpecs?: JsonValue;
  readonly groupSpecsSha256?: string;
  readonly msgCreateDeploymentBase64?: string;
  readonly msgCreateDeploymentSha256?: string;
  readonly msgCreateDeploymentError?: string;
}

const messageOwner = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnwduagr";
const messageDseq = 1_234_567n;
const messageDeposit = "5000000";

/**
 * The create message that the vectors wrap an SDL's groups in; undefined if its prices fit no message. The producer's
 * codec writes the deposit's sources one by one, ours packed as the reference chain does: the same message, other
 * bytes, so the deposit is put together here.
 */
function createMessage(compiled: CompiledSdl): Uint8Array | undefined {
  const { groups, reclamation, versionHash } = compiled;
  if (groups === undefined) return undefined;
  const denom = groups[0]?.resources[0]?.price?.denom ?? "";
  const head = create(MsgCreateDeploymentSchema, {
    id: { owner: messageOwner, dseq: messageDseq },
    groups: [...groups],
    hash: fromHex(versionHash) ?? new Uint8Array(),
  });
  const amount = create(DepositSchema, { amount: { denom, amount: messageDeposit } });
  const sourceBalance = Uint8Array.of(5 << 3, 1);
  const deposit = concatBytes(toBinary(DepositSchema, amount), sourceBalance);
  const tail = create(MsgCreateDeploymentSchema, reclamation === undefined ? {} : { reclamation });
  return concatBytes(
    toBinary(MsgCreateDeploymentSchema, head),
    Uint8Array.of((4 << 3) | 2, deposit.length),
    deposit,
    toBinary(MsgCreateDeploymentSchema, tail),
  );
}

function answer(vector: SdlVector, dialect: SdlDialect): Answer {
  const { hash } = vector;
  const compiled = compileSdl(vector.input, { dialect, hash });
  if (!compiled.accepted) return { accepted: false };
  const sha256 = (text: string): string => toHex(hash.sha256(utf8(text)));
  const message = createMessage(compiled);
  return {
    accepted: true,
    versionHash: compiled.versionHash,
    manifest: compiled.manifest,
    manifestSha256: sha256(sortedJson(compiled.manifest, dialect)),
    groupSpecs: compiled.groupSpecs,
    groupSpecsSha256: sha256(sortedJson(compiled.groupSpecs)),
    ...(message === undefined
      ? { msgCreateDeploymentError: "no message" }
      : { msgCreateDeploymentBase64: toBase64(message), msgCreateDeploymentSha256: toHex(hash.sha256(message)) }),
  };
}

function show(value: unknown): string {
  return value === undefined ? "nothing" : typeof value === "object" ? sortedJson(value as JsonValue) : String(value);
}

/** First place at which two texts part, with some of both. */
function parting(want: string, got: string): string {
  let at = 0;
  while (at < want.length && want[at] === got[at]) at++;
  const from = Math.max(0, at - 60);
  return `want …${want.slice(from, at + 60)}… got …${got.slice(from, at + 60)}…`;
}

/** Compares verdict, groups, manifest, hash and wire bytes in both dialects. */
export function checkSdlVector(vector: SdlVector): VectorFailure[] {
  const failures: VectorFailure[] = [];
  for (const dialect of ["go", "ts"] as const) {
    const want = (vector.expected as Readonly<Record<string, Answer | undefined>>)[dialect];
    if (want === undefined) continue;
    const got = answer(vector, dialect);
    const fields = ["accepted", "versionHash", "manifest", "manifestSha256", "groupSpecs", "groupSpecsSha256"] as const;
    const bytes = ["msgCreateDeploymentBase64", "msgCreateDeploymentSha256"] as const;
    for (const field of [...fields, ...bytes]) {
      if (want[field] === undefined) continue;
      const [expected, actual] = [show(want[field]), show(got[field])];
      if (expected === actual) continue;
      failures.push({ case: vector.name, field: `${dialect}.${field}`, message: parting(expected, actual) });
      if (field === "accepted") break;
    }
    if (want.msgCreateDeploymentError !== undefined && got.msgCreateDeploymentError === undefined) {
      const message = "want no message, got one";
      failures.push({ case: vector.name, field: `${dialect}.msgCreateDeploymentError`, message });
    }
  }
  return failures;
}

import { fromBinary } from "@bufbuild/protobuf";
import { fromHex, ok, toHex, utf8 } from "@stoa/std";
import { pureHash } from "@stoa/std/crypto";
import type { VectorFailure, VectorFamily, VectorReport } from "@stoa/test";
import { DepositSchema } from "@stoa/wire/akash.base.deposit.v1";
import { MsgCreateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { type Attribute, attributesAnyOf, attributesSubsetOf, validateAttributes } from "./attributes.ts";
import { validateCreateDeployment } from "./create-deployment.ts";
import { validateDeposit } from "./deposit.ts";
import { parseEscrowAccountId, parseEscrowPaymentId } from "./escrow-ids.ts";
import {
  type BidId,
  formatBidId,
  formatDeploymentId,
  formatGroupId,
  formatOrderId,
  parseBidId,
  parseDeploymentId,
  parseGroupId,
  parseOrderId,
  validateBidId,
  validateDeploymentId,
  validateGroupId,
  validateLeaseId,
  validateOrderId,
} from "./ids.ts";
import { manifestJson, manifestVersion, sortedJson } from "./manifest-json.ts";
import { parseManifest } from "./manifest-parse.ts";
import { validateManifest } from "./manifest-validation.ts";
import { matchOffer } from "./offer.ts";
import type { Refusal } from "./refusal.ts";
import { gpuCapabilities, matchCapabilities, matchRequirements } from "./requirements.ts";
import type { GroupSpec, ResourceUnit } from "./resources.ts";

type Pairs = readonly (readonly [string, string])[];
type Answer = Readonly<Record<string, unknown>>;

function attributes(pairs: Pairs | null | undefined): readonly Attribute[] {
  return (pairs ?? []).map(([key, value]) => ({ key, value }));
}

function text(problem: Refusal | undefined): string | null {
  return problem?.message ?? null;
}

/** JSON form with 64-bit numbers as JSON numbers, as this vectors file has them. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, field: unknown) => (typeof field === "bigint" ? `#${field}` : field)).replace(
      /"#([0-9]+)"/g,
      (_, digits: string) => String(Number(digits)),
    ),
  );
}

interface IdCase {
  readonly as: string;
  readonly text?: string;
  readonly value?: Readonly<Record<string, unknown>>;
}

interface IdKind<T> {
  readonly parse: (
    text: string,
  ) => { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Refusal };
  readonly format: (id: T) => string;
  readonly validate: (id: T) => Refusal | undefined;
}

function answerId<T>(kind: IdKind<T>, idText: string): Answer {
  const parsed = kind.parse(idText);
  if (!parsed.ok) return { error: parsed.error.message };
  const { value } = parsed;
  return { error: null, value: plain(value), validate: text(kind.validate(value)), string: kind.format(value) };
}

function answerEscrowId(
  parsed: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: Refusal },
): Answer {
  return parsed.ok ? { error: null, value: parsed.value } : { error: parsed.error.message };
}

const bidKind: IdKind<BidId> = { parse: parseBidId, format: formatBidId, validate: validateBidId };
const leaseKind: IdKind<BidId> = { ...bidKind, validate: validateLeaseId };

function answerIds(one: IdCase): Answer {
  const idText = one.text ?? "";
  switch (one.as) {
    case "deployment":
      return answerId({ parse: parseDeploymentId, format: formatDeploymentId, validate: validateDeploymentId }, idText);
    case "group":
      return answerId({ parse: parseGroupId, format: formatGroupId, validate: validateGroupId }, idText);
    case "order":
      return answerId({ parse: parseOrderId, format: formatOrderId, validate: validateOrderId }, idText);
    case "bid":
      return answerId(bidKind, idText);
    case "lease":
    case "lease-v1beta5":
      return answerId(leaseKind, idText);
    case "escrow-account":
      return answerEscrowId(parseEscrowAccountId(idText));
    case "escrow-payment":
      return answerEscrowId(parseEscrowPaymentId(idText));
    default: {
      const { owner, dseq, gseq, oseq, provider, bseq } = (one.value ?? {}) as unknown as Omit<BidId, "dseq"> & {
        dseq: number;
      };
      const id: BidId = { owner, dseq: BigInt(dseq), gseq, oseq, provider, bseq };
      return { string: formatBidId(id), validate: text(validateBidId(id)), validateAsLease: text(validateLeaseId(id)) };
    }
  }
}

function bytesOf(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

interface AttributesCase {
  readonly key?: string;
  readonly attributes?: Pairs;
  readonly required?: readonly [string, string];
  readonly offered?: readonly [string, string];
  readonly a?: Pairs;
  readonly b?: Pairs;
}

function answerAttributes(one: AttributesCase): Answer {
  if (one.key !== undefined) return { validate: text(validateAttributes([{ key: one.key, value: "" }])) };
  if (one.attributes !== undefined) return { validate: text(validateAttributes(attributes(one.attributes))) };
  if (one.required !== undefined && one.offered !== undefined) {
    return { subsetOf: attributesSubsetOf(attributes([one.required]), attributes([one.offered])) };
  }
  const [a, b] = [attributes(one.a), attributes(one.b)];
  return { aSubsetOfB: attributesSubsetOf(a, b), aAnyOfB: attributesAnyOf(a, b) };
}

interface RequirementsCase {
  readonly allOf: readonly string[] | null;
  readonly anyOf: readonly string[] | null;
  readonly attributes: Pairs;
  readonly provider: readonly { readonly auditor: string; readonly attributes: Pairs }[];
}

function answerRequirements(one: RequirementsCase): Answer {
  const [declared, ...signed] = one.provider.map(({ auditor, attributes: pairs }) => ({
    auditor,
    attributes: attributes(pairs),
  }));
  const requirements = {
    signedBy: { allOf: one.allOf ?? [], anyOf: one.anyOf ?? [] },
    attributes: attributes(one.attributes),
  };
  return { match: matchRequirements(requirements, declared?.attributes ?? [], signed) };
}

interface ResourcesCase {
  readonly provider: Pairs;
  readonly gpuUnits?: number;
  readonly gpuAttributes?: Pairs;
  readonly storageAttributes?: Pairs;
  readonly capabilitiesMapGpu?: unknown;
}

function unit(id: number, count: number, one: Partial<ResourcesCase> = {}): ResourceUnit {
  const storage = one.storageAttributes;
  const gpu = { units: { val: utf8(String(one.gpuUnits ?? 0)) }, attributes: attributes(one.gpuAttributes) };
  const volumes = storage === undefined ? [] : [{ name: "default", attributes: attributes(storage) }];
  return { resource: { id, storage: volumes, gpu, endpoints: [] }, count };
}

function answerResources(one: ResourcesCase): Answer {
  const provider = attributes(one.provider);
  if (one.capabilitiesMapGpu !== undefined) {
    return { capabilitiesMapGpu: [gpuCapabilities(provider).map(({ key, value }) => [key, value])] };
  }
  return { match: matchCapabilities({ name: "g", resources: [unit(1, 1, one)] }, provider), error: null };
}

type Counts = readonly (readonly [number, number])[];

function answerOffer(one: { readonly group: Counts; readonly offer: Counts }): Answer {
  const group: GroupSpec = { name: "g", resources: one.group.map(([id, count]) => unit(id, count)) };
  const offer = one.offer.map(([id, count]) => ({ resources: { id, storage: [], endpoints: [] }, count }));
  return { match: matchOffer(group, offer) };
}

interface ManifestCase {
  readonly manifestJsonText: string;
}

function answerManifest(one: ManifestCase): Answer {
  const parsed = one.manifestJsonText === "null" ? ok(null) : parseManifest(one.manifestJsonText);
  if (!parsed.ok) return { manifestJsonText: parsed.error };
  const manifest = parsed.value;
  const version = toHex(manifestVersion(manifest, pureHash));
  if (manifest === null || manifest.length === 0) return { version };
  const problem = validateManifest(manifest);
  return { sortedJsonText: sortedJson(manifestJson(manifest)), version, validate: problem?.message ?? null };
}

const answers: Readonly<Record<string, (one: never) => Answer>> = {
  manifest: answerManifest,
  ids: answerIds,
  deposits: (one: { readonly hex: string }) => ({
    error: text(validateDeposit(fromBinary(DepositSchema, bytesOf(one.hex)))),
  }),
  attributes: answerAttributes,
  matchRequirements: answerRequirements,
  matchResources: answerResources,
  matchOffer: answerOffer,
  validateDeployment: (one: { readonly hex: string }) => ({
    error: text(validateCreateDeployment(fromBinary(MsgCreateDeploymentSchema, bytesOf(one.hex)))),
  }),
};

function compare(name: string, want: Answer, got: Answer): readonly VectorFailure[] {
  const failures: VectorFailure[] = [];
  for (const [field, answer] of Object.entries(got)) {
    const [expected, actual] = [JSON.stringify(want[field]), JSON.stringify(answer)];
    if (expected !== actual) failures.push({ case: name, field, message: `want ${expected}, got ${actual}` });
  }
  return failures;
}

function check(fileText: string): VectorReport {
  const file = JSON.parse(fileText) as Readonly<Record<string, readonly Answer[]>>;
  const failures: VectorFailure[] = [];
  let cases = 0;
  for (const [section, answer] of Object.entries(answers)) {
    for (const [index, one] of (file[section] ?? []).entries()) {
      cases++;
      failures.push(...compare(`${section}[${index}]`, one, answer(one as never)));
    }
  }
  return { cases, failures };
}

/** Ids, deposits, attributes, matching and validation as the reference's libraries answered them. */
export const marketVectors: VectorFamily = { file: "lib/provider.json", check };

import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { err, ok, type Result } from "@stoa/std";
import { type AuthInfo, AuthInfoSchema, type TxBody, TxBodySchema, TxRawSchema } from "../gen/cosmos.tx.v1beta1.js";
import { decode } from "./codec.ts";
import type { TxTypes } from "./tx-types.ts";
import { rejectUnknownFields } from "./unknown-fields.ts";
import { WireError } from "./wire-error.ts";
import { tagNumber, WireReader } from "./wire-reader.ts";

/** One message of a transaction. */
export interface TxMessage {
  readonly typeUrl: string;
  readonly schema: DescMessage;
  readonly value: Message;
  /** The value's bytes as they came. */
  readonly bytes: Uint8Array;
}

/** A transaction that passed the decoder (base-chain.md §4.1). Its size in bytes is `bytes.length`. */
export interface DecodedTx {
  readonly bytes: Uint8Array;
  /** What signatures cover, as it came. */
  readonly bodyBytes: Uint8Array;
  readonly authInfoBytes: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  readonly body: TxBody;
  readonly authInfo: AuthInfo;
  readonly messages: readonly TxMessage[];
  /** True if the body holds unknown fields that are allowed; amino signatures do not cover them and are refused. */
  readonly hasUnknownNonCritical: boolean;
}

/** A refusal by the decoder. */
export interface TxDecodeError {
  readonly codespace: "sdk";
  readonly code: 2;
  /** What the chain answers. */
  readonly log: "tx parse error";
  /** Why, for people. */
  readonly detail: string;
}

/** Any values in one top-level Any, itself included, and how deep they may nest (base-chain.md §4.1). */
const maxAnyCalls = 100;
const maxAnyDepth = 10;

/**
 * Decodes the bytes of a transaction as strictly as the reference: canonical TxRaw, no unknown critical field anywhere,
 * every Any of a type that may stand there.
 */
export function decodeTx(bytes: Uint8Array, types: TxTypes): Result<DecodedTx, TxDecodeError> {
  try {
    return ok(readTx(bytes, types));
  } catch (problem) {
    if (!(problem instanceof WireError)) throw problem;
    return err({ codespace: "sdk", code: 2, log: "tx parse error", detail: problem.message });
  }
}

function readTx(bytes: Uint8Array, types: TxTypes): DecodedTx {
  checkRawForm(bytes);
  rejectUnknown(bytes, TxRawSchema, false, types);
  const raw = decode(TxRawSchema, bytes);
  const hasUnknownNonCritical = rejectUnknown(raw.bodyBytes, TxBodySchema, true, types);
  const body = decode(TxBodySchema, raw.bodyBytes);
  const messages = body.messages.map((any) => openMessage(any, types));
  const { extensionOptions, nonCriticalExtensionOptions } = TxBodySchema.field;
  for (const any of body.extensionOptions) checkAny(any, extensionOptions, types, newBudget());
  for (const any of body.nonCriticalExtensionOptions) checkAny(any, nonCriticalExtensionOptions, types, newBudget());
  rejectUnknown(raw.authInfoBytes, AuthInfoSchema, false, types);
  const authInfo = decode(AuthInfoSchema, raw.authInfoBytes);
  checkAnys(AuthInfoSchema, authInfo, types);
  return {
    bytes,
    bodyBytes: raw.bodyBytes,
    authInfoBytes: raw.authInfoBytes,
    signatures: raw.signatures,
    body,
    authInfo,
    messages,
    hasUnknownNonCritical,
  };
}

/** TxRaw's own form: length-delimited fields in ascending order, lengths as short as they can be. */
function checkRawForm(bytes: Uint8Array): void {
  const reader = new WireReader(bytes);
  let last = 0;
  while (!reader.done) {
    const tag = lengthRead(() => reader.looseTag());
    const [number, wireType] = [tagNumber(tag), tag & 7];
    if (wireType !== 2) throw new WireError(`expected 2 wire type, got ${wireType}`);
    if (number < last) throw new WireError(`txRaw must follow ADR-027, got tagNum ${number} after tagNum ${last}`);
    last = number;
    const start = reader.position;
    const { length } = lengthRead(() => reader.chunk());
    const prefix = reader.position - start - length;
    if (prefix !== varintLength(length)) {
      throw new WireError(`length prefix varint for tagNum ${number} is not as short as possible`);
    }
  }
}

/** The reference's words for the first bytes that are no field. */
const lengthProblems: ReadonlyMap<string, string> = new Map([
  ["invalid field number", "proto: invalid field number"],
  ["unexpected end of data", "unexpected EOF"],
]);

function lengthRead<T>(read: () => T): T {
  try {
    return read();
  } catch (problem) {
    if (!(problem instanceof WireError)) throw problem;
    throw new WireError(`invalid length; ${lengthProblems.get(problem.message) ?? problem.message}`);
  }
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

function rejectUnknown(bytes: Uint8Array, schema: DescMessage, allowNonCritical: boolean, types: TxTypes): boolean {
  const verdict = rejectUnknownFields({ bytes, schema, allowNonCritical, resolve: types.resolve });
  if (!verdict.ok) throw new WireError(verdict.error.message);
  return verdict.value;
}

function openMessage(any: Any, types: TxTypes): TxMessage {
  return { typeUrl: any.typeUrl, bytes: any.value, ...checkAny(any, TxBodySchema.field.messages, types, newBudget()) };
}

const anyName = "google.protobuf.Any";

/** Checks every Any of a message. Each outermost one has its own budget. */
function checkAnys(schema: DescMessage, message: Message, types: TxTypes, budget?: AnyBudget): void {
  for (const field of schema.fields) {
    if (!("message" in field) || field.message === undefined) continue;
    for (const value of messagesIn(field, message)) {
      if (field.message.typeName !== anyName) checkAnys(field.message, value, types, budget);
      else if (types.isChecked(field)) checkAny(value as Any, field, types, budget ?? newBudget());
    }
  }
}

interface AnyBudget {
  calls: number;
  depth: number;
}

function newBudget(): AnyBudget {
  return { calls: maxAnyCalls, depth: 0 };
}

interface OpenAny {
  readonly schema: DescMessage;
  readonly value: Message;
}

/** Opens an Any that must be of a type that may stand in the field, and checks those within it. */
function checkAny(any: Any, field: DescField, types: TxTypes, budget: AnyBudget): OpenAny {
  if (budget.calls-- === 0) throw new WireError("call limit exceeded");
  if (budget.depth === maxAnyDepth) throw new WireError("max depth exceeded");
  const schema = types.resolve(any.typeUrl);
  if (schema === undefined) throw new WireError(`unable to resolve type URL ${any.typeUrl.slice(0, 128)}`);
  const value = decode(schema, any.value);
  if (!types.mayStand(schema, field)) {
    throw new WireError(`${any.typeUrl} may not stand in ${field.parent.typeName}.${field.name}`);
  }
  budget.depth++;
  checkAnys(schema, value, types, budget);
  budget.depth--;
  return { schema, value };
}

/** The messages that a field holds, whatever its shape. */
function messagesIn(field: DescField, message: Message): readonly Message[] {
  const fields = message as unknown as Readonly<Record<string, unknown>>;
  if (field.oneof !== undefined) {
    const chosen = fields[field.oneof.localName] as { readonly case?: string; readonly value?: Message };
    return chosen.case === field.localName && chosen.value !== undefined ? [chosen.value] : [];
  }
  const value = fields[field.localName];
  if (value === undefined) return [];
  if (field.fieldKind === "list") return value as readonly Message[];
  if (field.fieldKind === "map") return Object.values(value as Readonly<Record<string, Message>>);
  return [value as Message];
}

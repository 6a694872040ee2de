import { type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { assert } from "@stoa/std";
import { optionsOf } from "./field-options.ts";
import { enumCodec, numberCodec, scalarCodec, type ValueCodec } from "./value-codec.ts";

/** A message's fields by name, as the codecs see them. */
export type Fields = Record<string, unknown>;

/** What the reference makes of a message field's value beyond the message itself. */
export type StdKind = "time" | "duration" | undefined;

/** One field of a message, prepared for encoding and decoding. */
export interface FieldPlan {
  readonly desc: DescField;
  readonly number: number;
  /** Property of the message: the field's own or its oneof's. */
  readonly key: string;
  readonly shape: "single" | "list" | "map" | "oneof";
  /** Name within the oneof; the property's name elsewhere. */
  readonly caseName: string;
  /** Absent for a message. */
  readonly value: ValueCodec | undefined;
  readonly message: DescMessage | undefined;
  readonly std: StdKind;
  readonly nonNullable: boolean;
  readonly packed: boolean;
  readonly mapKey: ValueCodec | undefined;
  /** True for a singular field that is left out when it holds its zero value. */
  readonly implicit: boolean;
}

export interface MessagePlan {
  readonly desc: DescMessage;
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
  /** Fields from the last to the first written; a oneof stands where its highest number stands. */
  readonly writeOrder: readonly (FieldPlan | ReadonlyMap<string, FieldPlan>)[];
}

const plans = new WeakMap<DescMessage, MessagePlan>();

/** The plan of a message type, made once. */
export function planOf(desc: DescMessage): MessagePlan {
  const known = plans.get(desc);
  if (known !== undefined) return known;
  const plan = makePlan(desc);
  plans.set(desc, plan);
  return plan;
}

function makePlan(desc: DescMessage): MessagePlan {
  const fields = [...desc.fields].sort((a, b) => b.number - a.number);
  const byNumber = new Map<number, FieldPlan>();
  const writeOrder: (FieldPlan | Map<string, FieldPlan>)[] = [];
  const oneofs = new Map<string, Map<string, FieldPlan>>();
  for (const field of fields) {
    const plan = planField(field);
    byNumber.set(field.number, plan);
    if (plan.shape !== "oneof") {
      writeOrder.push(plan);
      continue;
    }
    let members = oneofs.get(plan.key);
    if (members === undefined) {
      members = new Map();
      oneofs.set(plan.key, members);
      writeOrder.push(members);
    }
    members.set(plan.caseName, plan);
  }
  return { desc, byNumber, writeOrder };
}

function planField(field: DescField): FieldPlan {
  const oneof = field.oneof;
  const message = "message" in field ? field.message : undefined;
  const shape = field.fieldKind === "list" || field.fieldKind === "map" ? field.fieldKind : "single";
  return {
    desc: field,
    number: field.number,
    key: oneof === undefined ? field.localName : oneof.localName,
    shape: oneof === undefined ? shape : "oneof",
    caseName: field.localName,
    value: message === undefined ? valueCodecOf(field) : undefined,
    message,
    std: optionsOf(field).stdTime ? "time" : optionsOf(field).stdDuration ? "duration" : undefined,
    nonNullable: optionsOf(field).nonNullable,
    packed: field.fieldKind === "list" && field.packed,
    mapKey: field.fieldKind === "map" ? textKeyCodec(field.mapKey) : undefined,
    implicit: shape === "single" && field.presence === implicitPresence,
  };
}

/** `google.protobuf.FeatureSet.FieldPresence.IMPLICIT`. */
const implicitPresence = 2;

function textKeyCodec(key: ScalarType): ValueCodec {
  assert(key === ScalarType.STRING, "maps have text keys");
  return scalarCodec(key);
}

function valueCodecOf(field: DescField): ValueCodec {
  const scalar = "scalar" in field ? field.scalar : undefined;
  if (scalar === undefined) return enumCodec;
  const number = optionsOf(field).customNumber;
  if (number === undefined) return scalarCodec(scalar);
  return numberCodec(number, scalar === ScalarType.BYTES, optionsOf(field).nonNullable);
}

/** A message's properties, for code that walks them by plan. */
export function fieldsOf(message: Message): Fields {
  return message as unknown as Fields;
}

/**
 * Messages that stand for the missing value of a map entry: readers see an empty message, encoders leave the value out
 * again, as the reference does with its null.
 */
export const absentMapValues = new WeakSet<object>();

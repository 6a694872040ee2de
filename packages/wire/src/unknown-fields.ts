import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { emptyBytes, err, ok, type Result } from "@stoa/std";
import { type FieldPlan, planOf } from "./message-plan.ts";
import { typeNameOf } from "./type-url.ts";
import { WireError } from "./wire-error.ts";
import { tagNumber, WireReader } from "./wire-reader.ts";
import { wireText } from "./wire-text.ts";

/** Finds the message type of an Any by its type URL; undefined refuses the message. */
export type TypeResolver = (url: string) => DescMessage | undefined;

/** Unknown fields whose number has this bit are "non-critical" (base-chain.md §4.1). */
const nonCriticalBit = 1 << 10;

/** Deepest nesting that is checked. The reference's own limit is 10,000; the decoder stops at the same depth as this. */
const maxDepth = 500;

/** What to refuse and how to see into Any values. */
export interface UnknownFieldsParams {
  readonly bytes: Uint8Array;
  readonly schema: DescMessage;
  /** Unknown fields with a non-critical number pass. */
  readonly allowNonCritical: boolean;
  readonly resolve: TypeResolver;
}

/**
 * Refuses bytes that hold fields which the schema, or a schema nested in it or in an Any, does not know (base-chain.md
 * §4.1). The value says whether unknown non-critical fields were met, whether or not they were allowed; the error is
 * the reason in words, with that flag.
 */
export function rejectUnknownFields(params: UnknownFieldsParams): Result<boolean, UnknownFieldsError> {
  const walk = new Walk(params.allowNonCritical, params.resolve);
  try {
    walk.message(new WireReader(params.bytes), params.schema, maxDepth);
    return ok(walk.sawNonCritical);
  } catch (error) {
    if (error instanceof WireError) return err({ message: error.message, hasNonCritical: walk.sawNonCritical });
    throw error;
  }
}

export interface UnknownFieldsError {
  readonly message: string;
  readonly hasNonCritical: boolean;
}

const anyName = "google.protobuf.Any";

class Walk {
  sawNonCritical = false;
  private readonly allowNonCritical: boolean;
  private readonly resolve: TypeResolver;

  constructor(allowNonCritical: boolean, resolve: TypeResolver) {
    this.allowNonCritical = allowNonCritical;
    this.resolve = resolve;
  }

  message(reader: WireReader, schema: DescMessage, depth: number): void {
    if (reader.done) return;
    if (depth === 0) throw new WireError("recursion limit reached");
    const { byNumber } = planOf(schema);
    while (!reader.done) {
      const tag = reader.looseTag();
      const [number, wireType] = [tagNumber(tag), tag & 7];
      const plan = byNumber.get(number);
      if (plan === undefined) this.unknown(number, wireType, schema);
      else if (!carries(wireType, plan)) {
        throw new WireError(`${schema.typeName}.${plan.desc.name} has the wrong wire type ${wireType}`);
      }
      if (plan?.desc.fieldKind === "map") this.entry(reader.nested(), plan.desc, depth - 1);
      else if (plan?.message === undefined) reader.skip(wireType);
      else this.nested(reader.nested(), plan.message, depth - 1);
    }
  }

  private unknown(number: number, wireType: number, schema: DescMessage): void {
    const critical = (number & nonCriticalBit) === 0;
    if (!critical) this.sawNonCritical = true;
    if (critical || !this.allowNonCritical) {
      throw new WireError(`unknown field ${number} of wire type ${wireType} in ${schema.typeName}`);
    }
  }

  private nested(reader: WireReader, schema: DescMessage, depth: number): void {
    const again = schema.typeName === anyName ? reader.fork() : undefined;
    this.message(reader, schema, depth);
    if (again === undefined) return;
    const { url, value } = anyParts(again);
    const inner = this.resolve(url);
    if (inner === undefined) throw new WireError(`unknown message type ${typeNameOf(url).slice(0, 128)}`);
    this.message(value, inner, depth);
  }

  /** A map's entry is a message with the fields 1 (key) and 2 (value). */
  private entry(reader: WireReader, field: DescField & { fieldKind: "map" }, depth: number): void {
    while (!reader.done) {
      const tag = reader.looseTag();
      const [number, wireType] = [tagNumber(tag), tag & 7];
      if (number > 2) throw new WireError(`unknown field ${number} in an entry of ${field.name}`);
      if (number === 2 && field.mapKind === "message" && wireType === 2) {
        this.nested(reader.nested(), field.message, depth);
      } else reader.skip(wireType);
    }
  }
}

/** The last type URL and value of an Any's bytes, which were checked before. */
function anyParts(reader: WireReader): { readonly url: string; readonly value: WireReader } {
  let url = "";
  let value = new WireReader(emptyBytes);
  while (!reader.done) {
    const tag = reader.tag();
    if (tagNumber(tag) === 1) url = wireText(reader.chunk());
    else if (tagNumber(tag) === 2) value = reader.nested();
    else reader.skip(tag & 7);
  }
  return { url, value };
}

/**
 * True if a field of this type can stand with this wire type. A length stands for packed numbers of any number field
 * but the 32-bit fixed ones, whether or not it is repeated.
 */
function carries(wireType: number, { shape, value }: FieldPlan): boolean {
  const own = shape === "map" ? 2 : (value?.wireType ?? 2);
  return wireType === own || (wireType === 2 && own !== 5);
}

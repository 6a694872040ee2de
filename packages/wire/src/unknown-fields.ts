import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { err, ok, type Result } from "@stoa/std";
import { planOf } from "./message-plan.ts";
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
    walk.message(params.bytes, params.schema, maxDepth);
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

  message(bytes: Uint8Array, schema: DescMessage, depth: number): void {
    if (bytes.length === 0) return;
    if (depth === 0) throw new WireError("recursion limit reached");
    const reader = new WireReader(bytes);
    const { byNumber } = planOf(schema);
    while (!reader.done) {
      const { number, wireType } = reader.looseTag();
      const field = byNumber.get(number)?.desc;
      if (field === undefined) this.unknown(number, wireType, schema);
      else if (!carries(wireType, field)) {
        throw new WireError(`${schema.typeName}.${field.name} has the wrong wire type ${wireType}`);
      }
      const message = field !== undefined && "message" in field ? field.message : undefined;
      if (field?.fieldKind === "map") this.entry(reader.chunk(), field, depth - 1);
      else if (message === undefined) reader.skip(wireType);
      else this.nested(reader.chunk(), message, depth - 1);
    }
  }

  private unknown(number: number, wireType: number, schema: DescMessage): void {
    const critical = (number & nonCriticalBit) === 0;
    if (!critical) this.sawNonCritical = true;
    if (critical || !this.allowNonCritical) {
      throw new WireError(`unknown field ${number} of wire type ${wireType} in ${schema.typeName}`);
    }
  }

  private nested(bytes: Uint8Array, schema: DescMessage, depth: number): void {
    this.message(bytes, schema, depth);
    if (schema.typeName !== anyName) return;
    const { url, value } = anyParts(bytes);
    const inner = this.resolve(url);
    if (inner === undefined) throw new WireError(`unknown message type ${typeNameOf(url).slice(0, 128)}`);
    this.message(value, inner, depth);
  }

  /** A map's entry is a message with the fields 1 (key) and 2 (value). */
  private entry(bytes: Uint8Array, field: DescField & { fieldKind: "map" }, depth: number): void {
    const reader = new WireReader(bytes);
    while (!reader.done) {
      const { number, wireType } = reader.looseTag();
      if (number > 2) throw new WireError(`unknown field ${number} in an entry of ${field.name}`);
      if (number === 2 && field.mapKind === "message" && wireType === 2) {
        this.nested(reader.chunk(), field.message, depth);
      } else reader.skip(wireType);
    }
  }
}

/** The last type URL and value of an Any's bytes, which were checked before. */
function anyParts(bytes: Uint8Array): { readonly url: string; readonly value: Uint8Array } {
  let url = "";
  let value: Uint8Array = new Uint8Array(0);
  const reader = new WireReader(bytes);
  while (!reader.done) {
    const tag = reader.tag();
    if (tagNumber(tag) === 1) url = wireText(reader.chunk());
    else if (tagNumber(tag) === 2) value = reader.chunk();
    else reader.skip(tag & 7);
  }
  return { url, value };
}

const fixed64Scalars: ReadonlySet<ScalarType> = new Set([ScalarType.FIXED64, ScalarType.SFIXED64, ScalarType.DOUBLE]);
const fixed32Scalars: ReadonlySet<ScalarType> = new Set([ScalarType.FIXED32, ScalarType.SFIXED32, ScalarType.FLOAT]);

/**
 * True if a field of this type can stand with this wire type. A length stands for packed numbers of any number field
 * but the 32-bit fixed ones, whether or not it is repeated.
 */
function carries(wireType: number, field: DescField): boolean {
  const scalar = "scalar" in field ? field.scalar : undefined;
  const isMessage = "message" in field && field.message !== undefined;
  if (field.fieldKind === "map" || isMessage || scalar === ScalarType.STRING || scalar === ScalarType.BYTES) {
    return wireType === 2;
  }
  if (scalar !== undefined && fixed32Scalars.has(scalar)) return wireType === 5;
  if (scalar !== undefined && fixed64Scalars.has(scalar)) return wireType === 1 || wireType === 2;
  return wireType === 0 || wireType === 2;
}

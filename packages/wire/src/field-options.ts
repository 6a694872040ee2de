import { type DescField, type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import * as amino from "../gen/amino/amino_pb.js";
import { scalar as cosmosScalar } from "../gen/cosmos_proto/cosmos_pb.js";
import * as gogo from "../gen/gogoproto/gogo_pb.js";

/*
 * Options are extensions of the descriptors and are decoded on every look; what this file answers is therefore kept for
 * each field and message.
 */

/** What the reference's field types do to a value beyond its protobuf type (market-modules.md §2.2). */
export type CustomNumber = "int" | "dec";

const customNumbers: ReadonlyMap<string, CustomNumber> = new Map([
  ["cosmossdk.io/math.Int", "int"],
  ["pkg.akt.dev/go/node/types/sdk.Int", "int"],
  ["cosmossdk.io/math.LegacyDec", "dec"],
]);

/** What the schema says about a field beyond its protobuf type. */
export interface FieldOptions {
  /** The reference keeps this field as a plain value, so that it is written even when it is empty. */
  readonly nonNullable: boolean;
  /** The number type that validates this field's text or bytes. */
  readonly customNumber: CustomNumber | undefined;
  /** A Timestamp that is kept as a time of its own, whose zero is the year 1. */
  readonly stdTime: boolean;
  /** A Duration that is kept as 64-bit nanoseconds. */
  readonly stdDuration: boolean;
  /** Bytes that hold JSON and are printed as that JSON. */
  readonly rawJson: boolean;
  /** Bytes that JSON prints in upper-case hex. */
  readonly hexBytes: boolean;
  readonly amino: AminoField;
}

/** The options that rule a field's legacy amino JSON form (base-chain.md §4.2). */
export interface AminoField {
  readonly name: string;
  readonly encoding: string;
  readonly keepEmpty: boolean;
  /** Type name of a oneof's case; "" if the schema gives none. */
  readonly oneofName: string;
  /** The scalar's meaning, such as `cosmos.Dec` or `cosmos.AddressString`; "" if none. */
  readonly scalar: string;
}

/** The options that rule a message's legacy amino JSON form: its registered name ("" if none) and its encoding. */
export interface AminoMessage {
  readonly name: string;
  readonly encoding: string;
}

const knownFields = new WeakMap<DescField, FieldOptions>();
const knownMessages = new WeakMap<DescMessage, AminoMessage>();

export function optionsOf(field: DescField): FieldOptions {
  const known = knownFields.get(field);
  if (known !== undefined) return known;
  const cast = getOption(field, gogo.casttype);
  const name = getOption(field, amino.field_name);
  const options: FieldOptions = {
    nonNullable: hasOption(field, gogo.nullable) && !getOption(field, gogo.nullable),
    customNumber: customNumbers.get(getOption(field, gogo.customtype)),
    stdTime: getOption(field, gogo.stdtime),
    stdDuration: getOption(field, gogo.stdduration),
    rawJson: cast.endsWith("RawMessage") || cast.endsWith("RawContractMessage"),
    hexBytes: cast.endsWith("HexBytes"),
    amino: {
      name: name === "" ? field.name : name,
      encoding: getOption(field, amino.encoding),
      keepEmpty: getOption(field, amino.dont_omitempty),
      oneofName: getOption(field, amino.oneof_name),
      scalar: getOption(field, cosmosScalar),
    },
  };
  knownFields.set(field, options);
  return options;
}

export function aminoMessageOf(message: DescMessage): AminoMessage {
  const known = knownMessages.get(message);
  if (known !== undefined) return known;
  const options = { name: getOption(message, amino.name), encoding: getOption(message, amino.message_encoding) };
  knownMessages.set(message, options);
  return options;
}

/** The scalar's meaning, such as `cosmos.Dec` or `cosmos.AddressString`; "" if none. */
export function scalarNameOf(field: DescField): string {
  return optionsOf(field).amino.scalar;
}

import { type DescField, type DescMessage, getOption, hasOption } from "@bufbuild/protobuf";
import * as amino from "../gen/amino/amino_pb.js";
import { scalar as cosmosScalar } from "../gen/cosmos_proto/cosmos_pb.js";
import * as gogo from "../gen/gogoproto/gogo_pb.js";

/** What the reference's field types do to a value beyond its protobuf type (market-modules.md §2.2). */
export type CustomNumber = "int" | "dec";

const customNumbers: ReadonlyMap<string, CustomNumber> = new Map([
  ["cosmossdk.io/math.Int", "int"],
  ["pkg.akt.dev/go/node/types/sdk.Int", "int"],
  ["cosmossdk.io/math.LegacyDec", "dec"],
]);

/** True if the reference keeps this field as a plain value, so that it is written even when it is empty. */
export function isNonNullable(field: DescField): boolean {
  return hasOption(field, gogo.nullable) && !getOption(field, gogo.nullable);
}

/** The number type that validates this field's text or bytes, if any. */
export function customNumberOf(field: DescField): CustomNumber | undefined {
  return customNumbers.get(getOption(field, gogo.customtype));
}

/** True if the reference keeps a Timestamp as a time of its own, whose zero is the year 1. */
export function isStdTime(field: DescField): boolean {
  return getOption(field, gogo.stdtime);
}

/** True if the reference keeps a Duration as 64-bit nanoseconds. */
export function isStdDuration(field: DescField): boolean {
  return getOption(field, gogo.stdduration);
}

/** True if the reference's field is a list type of its own, such as Coins. */
export function castRepeatedOf(field: DescField): string {
  return getOption(field, gogo.castrepeated);
}

/** The field's Go type where it was replaced for text forms, such as `encoding/json.RawMessage`. */
export function castTypeOf(field: DescField): string {
  return getOption(field, gogo.casttype);
}

/** True if the reference's structure embeds this message, so that JSON prints it under its Go type name. */
export function isEmbedded(field: DescField): boolean {
  return getOption(field, gogo.embed);
}

/** The scalar's meaning, such as `cosmos.Dec` or `cosmos.AddressString`; "" if none. */
export function scalarNameOf(field: DescField): string {
  return getOption(field, cosmosScalar);
}

/** The options that rule a field's legacy amino JSON form (base-chain.md §4.2). */
export interface AminoField {
  readonly name: string;
  readonly encoding: string;
  readonly keepEmpty: boolean;
  readonly oneofName: string;
  readonly scalar: string;
}

export function aminoFieldOf(field: DescField): AminoField {
  const name = getOption(field, amino.field_name);
  return {
    name: name === "" ? field.name : name,
    encoding: getOption(field, amino.encoding),
    keepEmpty: getOption(field, amino.dont_omitempty),
    oneofName: getOption(field, amino.oneof_name),
    scalar: scalarNameOf(field),
  };
}

/** The options that rule a message's legacy amino JSON form: its registered name ("" if none) and its encoding. */
export function aminoMessageOf(message: DescMessage): { readonly name: string; readonly encoding: string } {
  return { name: getOption(message, amino.name), encoding: getOption(message, amino.message_encoding) };
}

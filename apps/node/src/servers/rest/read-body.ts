import { create, type DescField, type DescMessage, type JsonValue, type Message, ScalarType } from "@bufbuild/protobuf";
import { fromUtf8 } from "@stoa/std";
import { fromProtoJson } from "@stoa/wire";
import { typeByUrl } from "@stoa/wire/registry";
import {
  elementsOf,
  GoJsonError,
  kindOf,
  membersOf,
  type RawJson,
  readFirstRawJson,
  stringOf,
  wrongKind,
} from "../rpc/go-json.ts";
import { ServiceError } from "../services/service-error.ts";

/** Nesting of messages that is followed: no request of any method nests a tenth as deep. */
const maxDepth = 100;

type JsonObject = { [name: string]: JsonValue };

function invalid(message: string): ServiceError {
  return new ServiceError("InvalidArgument", message);
}

/**
 * A request from a JSON body as the reference's gateway reads it: the first value of the text, names that do not exist
 * passed over, null like nothing, and its words for what is wrong. Throws ServiceError.
 */
export function readBodyMessage(schema: DescMessage, body: Uint8Array | undefined): Message {
  const text = fromUtf8(body ?? new Uint8Array());
  if (text === undefined) throw invalid("the body is not UTF-8");
  let json: JsonValue;
  try {
    // No body at all is an empty message.
    if (text.trim() === "") return create(schema);
    json = messageJson(schema, readFirstRawJson(text), maxDepth);
  } catch (problem) {
    if (problem instanceof GoJsonError) throw invalid(problem.message);
    throw problem;
  }
  const parsed = fromProtoJson(schema, json, typeByUrl);
  if (parsed.ok) return parsed.value;
  throw invalid(parsed.error.message);
}

function plainJson(raw: RawJson): JsonValue {
  return JSON.parse(raw) as JsonValue;
}

/** The members of a message that its schema knows. */
function messageJson(schema: DescMessage, raw: RawJson, depth: number): JsonValue {
  if (depth === 0) throw invalid(`the body nests deeper than ${maxDepth} messages`);
  if (schema.typeName === "google.protobuf.Any") return anyJson(raw, depth);
  // Well-known types have forms of their own.
  if (schema.typeName.startsWith("google.protobuf.")) return plainJson(raw);
  if (kindOf(raw) === "null") return {};
  if (kindOf(raw) !== "object") throw wrongKind(raw, "map[string]json.RawMessage");
  return knownMembers(schema, membersOf(raw), depth);
}

function knownMembers(schema: DescMessage, members: ReadonlyMap<string, RawJson>, depth: number): JsonObject {
  const json: JsonObject = {};
  for (const field of schema.fields) {
    const raw = members.get(field.name) ?? members.get(field.jsonName);
    if (raw === undefined || kindOf(raw) === "null") continue;
    json[field.name] = fieldJson(field, raw, depth);
  }
  return json;
}

function fieldJson(field: DescField, raw: RawJson, depth: number): JsonValue {
  if (field.fieldKind === "map") return plainJson(raw);
  if (field.fieldKind !== "list") return singleJson(field, raw, depth);
  if (kindOf(raw) !== "array") throw wrongKind(raw, "[]json.RawMessage");
  return elementsOf(raw).map((each) => singleJson(field, each, depth));
}

function singleJson(field: DescField, raw: RawJson, depth: number): JsonValue {
  if ("message" in field && field.message !== undefined) return messageJson(field.message, raw, depth - 1);
  const kind = kindOf(raw);
  if ("scalar" in field && field.scalar !== undefined) {
    const goType = goTypes.get(field.scalar);
    if (goType !== undefined && goType.kind !== kind) throw wrongKind(raw, goType.name);
  }
  return plainJson(raw);
}

/** Scalars that one kind of JSON value alone can give; numbers may be quoted. */
const goTypes: ReadonlyMap<ScalarType, { readonly kind: string; readonly name: string }> = new Map([
  [ScalarType.BYTES, { kind: "string", name: "[]uint8" }],
  [ScalarType.STRING, { kind: "string", name: "string" }],
  [ScalarType.BOOL, { kind: "bool", name: "bool" }],
]);

function anyJson(raw: RawJson, depth: number): JsonValue {
  if (kindOf(raw) !== "object") throw wrongKind(raw, "map[string]json.RawMessage");
  const members = membersOf(raw);
  const type = members.get("@type");
  if (type === undefined) throw invalid("Any JSON doesn't have '@type'");
  if (kindOf(type) !== "string") throw wrongKind(type, "string");
  const url = stringOf(type);
  const schema = typeByUrl(url);
  if (schema === undefined)
    throw invalid(`unknown message type ${JSON.stringify(url.slice(url.lastIndexOf("/") + 1))}`);
  if (schema.typeName.startsWith("google.protobuf.")) return plainJson(raw);
  return { "@type": url, ...knownMembers(schema, members, depth) };
}

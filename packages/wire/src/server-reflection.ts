/**
 * The door `@stoa/wire/server-reflection`: answers to gRPC's server reflection from descriptors, in both versions of the
 * protocol, which differ in their name only. What carries questions and answers is `host`'s.
 */
import type { DescEnum, DescExtension, DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { compareText } from "@stoa/std";
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "../gen/grpc.reflection.v1.js";
import { encode, tryDecode } from "./codec.ts";

/** Services of reflection itself, listed with the others. */
const ownServices = ["grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"] as const;

/** `grpc.codes.InvalidArgument` and `NotFound`, which answers carry. */
const invalidArgument = 3;
const notFound = 5;

/** What reflection tells of. */
export interface ReflectedDescriptors {
  /** Names of the services that are served; others are not known to it. */
  readonly services: Iterable<string>;
  /** Files with the descriptors; what they import is found through them. */
  readonly files: Iterable<DescFile>;
}

/** A function from one encoded ServerReflectionRequest to its answer; undefined when it does not decode. */
export function serverReflection(described: ReflectedDescriptors): (question: Uint8Array) => Uint8Array | undefined {
  const index = new DescriptorIndex(described);
  return (question) => {
    const request = tryDecode(ServerReflectionRequestSchema, question);
    return request.ok ? encode(ServerReflectionResponseSchema, index.respond(request.value)) : undefined;
  };
}

/** The descriptors by every name that reflection asks for. */
class DescriptorIndex {
  private readonly services: readonly string[];
  private readonly byFile = new Map<string, DescFile>();
  private readonly bySymbol = new Map<string, DescFile>();
  private readonly extensions = new Map<string, Map<number, DescFile>>();
  private readonly encoded = new Map<DescFile, Uint8Array>();

  constructor(described: ReflectedDescriptors) {
    const listed = new Set([...described.services, ...ownServices]);
    this.services = [...listed].sort(compareText);
    for (const file of described.files) this.addFile(file);
    for (const file of this.byFile.values()) for (const type of nestedTypes(file)) this.addType(type, listed);
  }

  private addType(type: DescMessage | DescEnum | DescExtension | DescService, listed: ReadonlySet<string>): void {
    if (type.kind === "service") {
      if (!listed.has(type.typeName)) return;
      for (const { name } of type.methods) this.bySymbol.set(`${type.typeName}.${name}`, type.file);
    }
    if (type.kind === "extension") {
      const known = this.extensions.get(type.extendee.typeName) ?? new Map<number, DescFile>();
      this.extensions.set(type.extendee.typeName, known.set(type.number, type.file));
    }
    this.bySymbol.set(type.typeName, type.file);
  }

  private addFile(file: DescFile): void {
    if (this.byFile.has(file.proto.name)) return;
    this.byFile.set(file.proto.name, file);
    for (const needed of file.dependencies) this.addFile(needed);
  }

  /** The answer to one question. */
  respond(request: ServerReflectionRequest): ServerReflectionResponse {
    return create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse: this.answer(request.messageRequest),
    });
  }

  private answer(question: ServerReflectionRequest["messageRequest"]) {
    switch (question.case) {
      case "listServices":
        return { case: "listServicesResponse" as const, value: { service: this.services.map((name) => ({ name })) } };
      case "fileByFilename":
        return this.file(this.byFile.get(question.value), question.value);
      case "fileContainingSymbol":
        return this.file(this.bySymbol.get(question.value), question.value);
      case "fileContainingExtension": {
        const { containingType, extensionNumber } = question.value;
        const found = this.extensions.get(containingType)?.get(extensionNumber);
        return this.file(found, `${containingType} extension ${extensionNumber}`);
      }
      case "allExtensionNumbersOfType": {
        const numbers = this.extensions.get(question.value);
        if (numbers === undefined && !this.bySymbol.has(question.value)) return missing(question.value);
        const value = { baseTypeName: question.value, extensionNumber: [...(numbers?.keys() ?? [])] };
        return { case: "allExtensionNumbersResponse" as const, value };
      }
      default:
        return {
          case: "errorResponse" as const,
          value: { errorCode: invalidArgument, errorMessage: "invalid MessageRequest" },
        };
    }
  }

  private file(file: DescFile | undefined, name: string) {
    if (file === undefined) return missing(name);
    let bytes = this.encoded.get(file);
    if (bytes === undefined) {
      bytes = toBinary(FileDescriptorProtoSchema, file.proto);
      this.encoded.set(file, bytes);
    }
    return { case: "fileDescriptorResponse" as const, value: { fileDescriptorProto: [bytes] } };
  }
}

function missing(name: string) {
  const errorMessage = `Symbol not found: ${name.slice(0, 256)}`;
  return { case: "errorResponse" as const, value: { errorCode: notFound, errorMessage } };
}

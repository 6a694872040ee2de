import type { DescEnum, DescExtension, DescFile, DescMessage, DescService } from "@bufbuild/protobuf";
import { create, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { type ServerDuplexStream, status } from "@grpc/grpc-js";
import { encode, tryDecode } from "@stoa/wire";
import {
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "@stoa/wire/grpc.reflection.v1";
import { registry } from "@stoa/wire/registry";
import type { ServiceTable } from "../services/service-table.ts";
import { type GrpcService, rawBytes } from "./raw-service.ts";

/** Both versions, which differ in their name only: v1alpha is what the reference and older tools speak. */
const versions = ["grpc.reflection.v1", "grpc.reflection.v1alpha"] as const;

/** Questions that one stream may ask: tools ask one for each file. */
const maxQuestions = 10_000;

/** Names of all services that are listed. */
export function listedServices(services: ServiceTable): string[] {
  const names = new Set([...services.values()].map(({ descriptor }) => descriptor.parent.typeName));
  for (const version of versions) names.add(`${version}.ServerReflection`);
  return [...names].sort();
}

/** gRPC's server reflection over our descriptors; services that are not served are not known to it. */
export function reflectionServices(services: ServiceTable): GrpcService[] {
  const index = new DescriptorIndex(services);
  return versions.map((version) => {
    const path = `/${version}.ServerReflection/ServerReflectionInfo`;
    return {
      definition: {
        ServerReflectionInfo: { path, requestStream: true, responseStream: true, ...rawBytes },
      },
      handlers: { ServerReflectionInfo: (stream: ReflectionStream) => converse(index, stream) },
    };
  });
}

type ReflectionStream = ServerDuplexStream<Uint8Array, Uint8Array>;

function converse(index: DescriptorIndex, stream: ReflectionStream): void {
  let asked = 0;
  stream.on("data", (bytes: Uint8Array) => {
    const request = tryDecode(ServerReflectionRequestSchema, bytes);
    asked += 1;
    if (!request.ok || asked > maxQuestions) {
      const details = request.ok ? `more than ${maxQuestions} questions` : "the request does not decode";
      stream.emit("error", { code: status.INVALID_ARGUMENT, details });
      return;
    }
    const fits = stream.write(encode(ServerReflectionResponseSchema, index.respond(request.value)));
    // A reader that does not read gets no more answers.
    if (!fits) {
      stream.pause();
      stream.once("drain", () => stream.resume());
    }
  });
  stream.on("end", () => stream.end());
  stream.on("error", () => stream.destroy());
}

/** The descriptors by every name that reflection asks for. */
class DescriptorIndex {
  private readonly services: readonly string[];
  private readonly byFile = new Map<string, DescFile>();
  private readonly bySymbol = new Map<string, DescFile>();
  private readonly extensions = new Map<string, Map<number, DescFile>>();
  private readonly encoded = new Map<DescFile, Uint8Array>();

  constructor(services: ServiceTable) {
    this.services = listedServices(services);
    const listed = new Set(this.services);
    for (const type of registry) this.addFile(type.file);
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
          value: { errorCode: status.INVALID_ARGUMENT, errorMessage: "invalid MessageRequest" },
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
  return { case: "errorResponse" as const, value: { errorCode: status.NOT_FOUND, errorMessage } };
}

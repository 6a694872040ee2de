import { request } from "node:http";
import { fromBinary, type JsonValue } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { grpcAbsences, serviceDeviations } from "@stoa/test";
import { encode, fromProtoJson } from "@stoa/wire";
import { registry, typeByUrl } from "@stoa/wire/registry";
import { checkGrpcSurface, type GrpcReport, type GrpcSurface } from "../servers/grpc/grpc-surface.vectors.ts";
import {
  checkRestSurface,
  type RestAnswer,
  type RestMapping,
  type RestQuestion,
  type RestReport,
} from "../servers/rest/rest-surface.vectors.ts";
import { grpcCodes } from "../servers/services/service-error.ts";
import type { GrpcCaller } from "./grpc-caller.ts";
import type { QueryWorld } from "./query-world.ts";

/** Paths go out as they are written: what a URL parser would change is part of the question. */
function ask(url: string, { verb, path, height, body }: RestQuestion): Promise<RestAnswer> {
  const { hostname, port } = new URL(url);
  const headers = height === undefined ? {} : { "x-cosmos-block-height": height };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method: verb, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => {
        const found = new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
        resolve({ status: answer.statusCode ?? 0, headers: found, text: Buffer.concat(chunks).toString() });
      });
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Names of the recorded network, and ours of the same kind and state. */
function mappingOf(world: QueryWorld): RestMapping {
  const { tenant, provider, grantee, other, validator, payment, idle } = world;
  const names: RestMapping = [
    [/akash1qraljvad66n3chlrg9r7al7zdc09uakgwx3m2a/g, tenant.address],
    [/akash17tqmuzs7t9j64dhj54uv0zudtscpmtjxxr3cq6/g, provider.address],
    [/akash1nfdywc8k8f7jtjnlqjrj7dr9zgx4gyf57wt600/g, grantee.address],
    [/akash1zvdkve77skrlsedxsyvkyuu5v62d852jnyxsk7/g, other.address],
    [/akashvaloper1tqzt4dlf4facnmuvlzqnvpy88sje8p7954uqgg/g, validator.operator],
    [/akashvalcons1xu09anuhfsttqsdl3ytlf3rnpmz7kq3urhtxts/g, validator.consensus],
    [/akash1tqzt4dlf4facnmuvlzqnvpy88sje8p797hjxcz/g, validator.account],
    [/3693A4ED65765F590AD042107AB6C19D3186D91700BA38182740BEAC3237C00F/g, payment.hash],
  ];
  const heights: RestMapping = [
    [/(?<![\w.])55(?![\w.])/g, String(payment.height)],
    [/(?<![\w.])600(?![\w.])/g, String(idle)],
  ];
  return [...names, ...heights];
}

/** Asks a network everything that is recorded of REST. */
export function restReport(world: QueryWorld, text: string): Promise<RestReport> {
  return checkRestSurface({
    text,
    mapping: mappingOf(world),
    deviations: serviceDeviations,
    ask: (question) => ask(world.restUrl, question),
  });
}

function requestBytes(path: string, json: unknown): Uint8Array {
  const [, service = "", name = ""] = path.split("/");
  const method = registry.getService(service)?.methods.find((each) => each.name === name);
  if (method === undefined || json === undefined) return new Uint8Array();
  const read = fromProtoJson(method.input, json as JsonValue, typeByUrl);
  if (!read.ok) throw read.error;
  return encode(method.input, read.value);
}

/** A gRPC server as the recorded one was looked at: through reflection, and by calls. */
export function grpcSurfaceOf(caller: GrpcCaller): GrpcSurface {
  return {
    services: async () => {
      const { messageResponse } = await caller.reflect("v1alpha", { case: "listServices", value: "" });
      if (messageResponse.case !== "listServicesResponse") throw new Error("no list of services");
      return messageResponse.value.service.map(({ name }) => name);
    },
    methods: async (service) => {
      const { messageResponse } = await caller.reflect("v1alpha", { case: "fileContainingSymbol", value: service });
      if (messageResponse.case !== "fileDescriptorResponse") throw new Error(`no file of ${service}`);
      const [bytes = new Uint8Array()] = messageResponse.value.fileDescriptorProto;
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      const found = file.service.find(({ name }) => `${file.package}.${name}` === service);
      return found?.method.map(({ name }) => name) ?? [];
    },
    call: async (path, asked) => {
      const { code, message } = await caller.call(path, requestBytes(path, asked));
      const name = Object.entries(grpcCodes).find(([, number]) => number === code)?.[0] ?? String(code);
      return { code: name, message };
    },
  };
}

/** Asks a network everything that is recorded of gRPC. */
export function grpcReport(caller: GrpcCaller, text: string): Promise<GrpcReport> {
  return checkGrpcSurface({ text, absences: grpcAbsences, surface: grpcSurfaceOf(caller) });
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { HostError, messageOf, readBody } from "@stoa/host";
import { unknownCallText } from "@stoa/host/grpc";
import { concatBytes, fromBase64, fromUtf8, type Log, toBase64, uint32Be, utf8 } from "@stoa/std";
import { heightHeader, readHeightHeader } from "../services/height-header.ts";
import { atHeight, ServiceError } from "../services/service-error.ts";
import type { ServiceTable } from "../services/service-table.ts";

/** Largest request, base64 included: the gRPC server's bound for messages. */
const maxBodyBytes = 10 * 1024 * 1024;

const trailerFlag = 0x80;
const compressedFlag = 0x01;
const prefixBytes = 5;

/** gRPC-web, binary and as text: unary calls over HTTP/1.1, for browsers. */
export class GrpcWeb {
  private readonly services: ServiceTable;
  private readonly served: ReadonlySet<string>;
  private readonly log: Log;

  constructor(params: { readonly services: ServiceTable; readonly log: Log }) {
    this.services = params.services;
    this.served = new Set([...params.services.values()].map(({ descriptor }) => descriptor.parent.typeName));
    this.log = params.log;
  }

  /** True if the request is one of gRPC-web. */
  takes(request: IncomingMessage): boolean {
    return request.method === "POST" && (request.headers["content-type"] ?? "").startsWith("application/grpc-web");
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body: Uint8Array;
    let status = new ServiceError("OK", "");
    let height: bigint | undefined;
    try {
      const reply = await this.call(request, isText(request));
      height = reply.height;
      body = frame(0, reply.value);
    } catch (problem) {
      status = this.errorOf(problem, request.url);
      height = status.height;
      body = new Uint8Array();
    }
    send(request, response, { body, status, height });
  }

  /** Answers with a status alone, without reading the request. */
  refuse(request: IncomingMessage, response: ServerResponse, status: ServiceError): void {
    send(request, response, { body: new Uint8Array(), status, height: undefined });
  }

  private async call(request: IncomingMessage, asText: boolean) {
    const path = (request.url ?? "").split("?")[0] ?? "";
    const method = this.services.get(path);
    if (method === undefined) throw new ServiceError("Unimplemented", unknownCallText(path, this.served));
    const body = await readBody(request, maxBodyBytes);
    const asked = request.headers[heightHeader];
    const bytes = asText ? fromBase64((fromUtf8(body) ?? "!").trim()) : body;
    if (bytes === undefined) throw new ServiceError("InvalidArgument", "the body is not base64");
    return method.call(messageIn(bytes), readHeightHeader(typeof asked === "string" ? asked : asked?.[0]));
  }

  private errorOf(problem: unknown, path: string | undefined): ServiceError {
    if (problem instanceof HostError) {
      const grpc = problem.code === "body-too-large" ? "ResourceExhausted" : "InvalidArgument";
      return new ServiceError(grpc, problem.message);
    }
    if (!(problem instanceof ServiceError)) {
      this.log.error("a gRPC-web call failed", { path, reason: messageOf(problem) });
    }
    return atHeight(problem, undefined);
  }
}

/** What a call came to. */
interface Answer {
  readonly body: Uint8Array;
  readonly status: ServiceError;
  readonly height: bigint | undefined;
}

function isText(request: IncomingMessage): boolean {
  return (request.headers["content-type"] ?? "").startsWith("application/grpc-web-text");
}

function send(request: IncomingMessage, response: ServerResponse, { body, status, height }: Answer): void {
  if (!request.complete) response.setHeader("connection", "close");
  const asText = isText(request);
  const trailers = `grpc-status:${status.code}\r\ngrpc-message:${percentEncoded(status.message)}\r\n`;
  const whole = concatBytes(body, frame(trailerFlag, utf8(trailers)));
  const sent = asText ? utf8(toBase64(whole)) : whole;
  if (height !== undefined) response.setHeader(heightHeader, String(height));
  const answerType = asText ? "application/grpc-web-text+proto" : "application/grpc-web+proto";
  response.writeHead(200, { "content-type": answerType, "content-length": sent.length });
  response.end(sent);
}

function frame(flag: number, bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(flag), uint32Be(bytes.length), bytes);
}

/** The one message of a unary request. */
function messageIn(body: Uint8Array): Uint8Array {
  const [flag = 0] = body;
  if (body.length < prefixBytes) throw new ServiceError("InvalidArgument", "the message's prefix is incomplete");
  if ((flag & compressedFlag) !== 0) throw new ServiceError("Unimplemented", "compressed messages are not supported");
  const length = new DataView(body.buffer, body.byteOffset).getUint32(1);
  if (body.length !== prefixBytes + length) {
    throw new ServiceError("InvalidArgument", "the message's length is not what its prefix says");
  }
  return body.subarray(prefixBytes);
}

/** Text of a status in a trailer: printable ASCII but for the percent sign. */
function percentEncoded(text: string): string {
  let encoded = "";
  for (const byte of utf8(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    encoded += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

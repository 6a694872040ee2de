import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { decode, encode } from "@stoa/wire";
import {
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "@stoa/wire/grpc.reflection.v1";

/** What a call came to. */
export interface GrpcOutcome {
  readonly code: number;
  readonly message: string;
  readonly value: Uint8Array;
  /** Of the header `x-cosmos-block-height`. */
  readonly height: string | undefined;
}

const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
const asIs = (bytes: Buffer): Uint8Array => bytes;

/** Calls gRPC methods with raw bytes, through grpc-js's own client. */
export class GrpcCaller {
  private readonly client: Client;

  /** With a certificate it speaks TLS to a server that shows this one, for the name localhost. */
  constructor(url: string, certificate?: Buffer) {
    const { host } = new URL(url);
    this.client =
      certificate === undefined
        ? new Client(host, credentials.createInsecure())
        : new Client(host, credentials.createSsl(certificate), { "grpc.ssl_target_name_override": "localhost" });
  }

  call(path: string, request: Uint8Array, headers: Readonly<Record<string, string>> = {}): Promise<GrpcOutcome> {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    return new Promise((resolve) => {
      let height: string | undefined;
      const options = { deadline: Date.now() + 10_000 };
      const done = (error: ServiceError | null, value?: Uint8Array): void => {
        const { code, details: message } = error ?? { code: 0, details: "" };
        resolve({ code, message, value: value ?? new Uint8Array(), height });
      };
      const call = this.client.makeUnaryRequest(path, toBuffer, asIs, request, metadata, options, done);
      call.on("metadata", (received) => {
        height = received.get("x-cosmos-block-height")[0]?.toString();
      });
    });
  }

  /** One question to server reflection. */
  reflect(
    version: "v1" | "v1alpha",
    messageRequest: MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"],
  ): Promise<ServerReflectionResponse> {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
    const stream = this.client.makeBidiStreamRequest(path, toBuffer, asIs, new Metadata(), {});
    return new Promise((resolve, reject) => {
      stream.on("data", (bytes: Uint8Array) => resolve(decode(ServerReflectionResponseSchema, bytes)));
      stream.on("error", reject);
      const request = create(ServerReflectionRequestSchema, messageRequest === undefined ? {} : { messageRequest });
      stream.write(encode(ServerReflectionRequestSchema, request));
      stream.end();
    });
  }

  close(): void {
    this.client.close();
  }
}

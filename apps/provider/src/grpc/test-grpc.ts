/** A gRPC server over the gateway tests' accounts, and ways to speak to it, for the tests of gRPC. */
import { once } from "node:events";
import {
  type ChannelOptions,
  Client,
  type ClientReadableStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from "@grpc/grpc-js";
import { createNativeVerifier, nativeHash, systemTimers } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { decode } from "@stoa/wire";
import { type Status, StatusSchema } from "@stoa/wire/akash.provider.v1";
import { testCapacity, testGpu } from "../engine/fixtures.ts";
import { Ledger } from "../engine/ledger.ts";
import type { ProviderStatus } from "../gateway/ports.ts";
import type { KeyPair } from "../gateway/server-tls.ts";
import { clock, params, provider, server } from "../gateway/test-gateway.ts";
import { ledgerStatus } from "../keeper/provider-status.ts";
import { ProviderGrpc, type ProviderGrpcParams } from "./provider-grpc.ts";

/** What the status is made from; a test changes it. */
export const world = {
  ledger: new Ledger(testCapacity({ gpus: [testGpu("a", "h100"), testGpu("b", "h100")] })),
  running: new Set<string>(),
  orders: 0,
  problem: "",
};

/** The server looks more often than in earnest: nobody waits for seconds here. */
const lookEveryMs = 20;

const processors = [{ id: "0", vendor: "AuthenticAMD", model: "EPYC", threads: 16 }];

async function readStatus(): Promise<ProviderStatus> {
  if (world.problem !== "") throw new Error(world.problem);
  return {
    ...ledgerStatus(world.ledger, world.running, processors),
    leases: world.running.size,
    orders: world.orders,
    deployments: world.running.size,
    publicHostname: "provider.test",
    reclamationWindowNs: undefined,
  };
}

export interface TestGrpc {
  readonly url: string;
  readonly port: number;
  renew(onChain: KeyPair): void;
  close(): Promise<void>;
}

/** Opens the server on a free port. */
export async function startGrpc(changes: Partial<ProviderGrpcParams> = {}): Promise<TestGrpc> {
  const grpc = new ProviderGrpc({
    address: provider.address,
    chain: params.chain,
    status: { status: readStatus },
    hash: nativeHash,
    verifier: createNativeVerifier({ log: silentLog }),
    nowNs: () => BigInt(Date.now()) * 1_000_000n + clock.aheadS * 1_000_000_000n,
    timers: { after: systemTimers.after, every: (_, run) => systemTimers.every(lookEveryMs, run) },
    onChain: server,
    ...changes,
  });
  const port = await grpc.listen(0, "127.0.0.1");
  return { url: `https://127.0.0.1:${port}`, port, renew: (onChain) => grpc.renew(onChain), close: () => grpc.close() };
}

/** A client that trusts the provider's certificate and shows one of its own, if any. */
export class TestClient {
  readonly #client: Client;

  constructor(
    port: number,
    own?: { readonly certificate: string; readonly privateKey: string },
    more?: ChannelOptions,
  ) {
    const pem = (text: string | undefined) => (text === undefined ? null : Buffer.from(text));
    const secured = credentials.createSsl(Buffer.from(server.certificate), pem(own?.privateKey), pem(own?.certificate));
    this.#client = new Client(`127.0.0.1:${port}`, secured, {
      "grpc.ssl_target_name_override": "localhost",
      "grpc.use_local_subchannel_pool": 1,
      ...more,
    });
  }

  /** One call without a request; the code and the answer's bytes. */
  call(path: string, authorization?: string, body = Buffer.alloc(0)): Promise<CallOutcome> {
    return new Promise((resolve) => {
      const done = (error: ServiceError | null, value: Buffer | undefined) =>
        resolve({ code: error?.code ?? status.OK, details: error?.details ?? "", value: value ?? Buffer.alloc(0) });
      this.#client.makeUnaryRequest(path, asIs, asIs, body, metadataOf(authorization), done);
    });
  }

  /** Follows the status. */
  stream(path: string, authorization?: string): ClientReadableStream<Buffer> {
    return this.#client.makeServerStreamRequest(path, asIs, asIs, Buffer.alloc(0), metadataOf(authorization));
  }

  close(): void {
    this.#client.close();
  }
}

export interface CallOutcome {
  readonly code: status;
  readonly details: string;
  readonly value: Buffer;
}

const asIs = (bytes: Buffer): Buffer => bytes;

function metadataOf(authorization: string | undefined): Metadata {
  const metadata = new Metadata();
  if (authorization !== undefined) metadata.set("authorization", authorization);
  return metadata;
}

/** The next status of a stream. */
export async function nextStatus(stream: ClientReadableStream<Buffer>): Promise<Status> {
  const [bytes] = (await once(stream, "data")) as [Buffer];
  return decode(StatusSchema, bytes);
}

/** The code that a stream ends with. */
export function endOf(stream: ClientReadableStream<Buffer>): Promise<status> {
  return new Promise((resolve) => {
    stream.on("error", (problem) => resolve((problem as ServiceError).code));
    stream.on("data", () => {});
  });
}

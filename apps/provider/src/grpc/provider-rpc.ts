/** The methods of `akash.provider.v1.ProviderRPC` (provider.md §6.7). */
import {
  type Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { messageOf } from "@stoa/host";
import { type GrpcService, rawBytes } from "@stoa/host/grpc";
import { encode } from "@stoa/wire";
import { ProviderRPC, type Status, StatusSchema } from "@stoa/wire/akash.provider.v1";
import type { GrpcRefusal } from "./grpc-auth.ts";
import type { StatusFeed } from "./status-feed.ts";

export interface ProviderRpcParams {
  /** Why a call is not let in; undefined when it is. */
  readonly judge: (metadata: Metadata, peer: string) => Promise<GrpcRefusal | undefined>;
  /** The status now, with its time. */
  readonly status: () => Promise<Status>;
  readonly feed: StatusFeed;
  /** Followers of the status at once: each has at most two statuses in memory and one connection's window. */
  readonly maxFollowers: number;
}

type Call = ServerUnaryCall<Uint8Array, Uint8Array>;
type Stream = ServerWritableStream<Uint8Array, Uint8Array>;

export function providerRpc(params: ProviderRpcParams): GrpcService {
  const method = (name: string, responseStream: boolean) => {
    return { path: `/${ProviderRPC.typeName}/${name}`, requestStream: false, responseStream, ...rawBytes };
  };
  return {
    definition: {
      GetStatus: method("GetStatus", false),
      StreamStatus: method("StreamStatus", true),
      BidScreening: method("BidScreening", false),
    },
    handlers: {
      GetStatus: (call: Call, done: sendUnaryData<Uint8Array>) => void getStatus(call, done, params),
      StreamStatus: (stream: Stream) => void streamStatus(stream, params),
      // The reference has the method and does not implement it either.
      BidScreening: (_: Call, done: sendUnaryData<Uint8Array>) =>
        done({ code: status.UNIMPLEMENTED, details: "BidScreening not implemented" }),
    },
  };
}

async function getStatus(call: Call, done: sendUnaryData<Uint8Array>, params: ProviderRpcParams): Promise<void> {
  const refusal = await params.judge(call.metadata, call.getPeer());
  if (refusal !== undefined) return done(refusal);
  try {
    done(null, encode(StatusSchema, await params.status()));
  } catch (cause) {
    done({ code: status.UNAVAILABLE, details: messageOf(cause) });
  }
}

async function streamStatus(stream: Stream, { judge, feed, maxFollowers }: ProviderRpcParams): Promise<void> {
  stream.on("error", () => stream.destroy());
  const refusal = await judge(stream.metadata, stream.getPeer());
  const full = { code: status.RESOURCE_EXHAUSTED, details: `${maxFollowers} clients follow the status already` };
  const problem = refusal ?? (feed.size >= maxFollowers ? full : undefined);
  if (problem !== undefined) {
    stream.emit("error", problem);
    return;
  }
  if (stream.cancelled) return;
  const writer = new LatestWriter(stream);
  const stop = feed.follow({
    tell: (bytes) => writer.write(bytes),
    end: (reason) => stream.emit("error", { code: status.UNAVAILABLE, details: reason }),
  });
  for (const ending of ["cancelled", "error", "close"]) stream.on(ending, stop);
}

/** Writes the newest status whenever the reader has taken the one before: a slow reader misses some, and holds two. */
class LatestWriter {
  readonly #stream: Stream;
  #busy = false;
  #next: Uint8Array | undefined;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  write(bytes: Uint8Array): void {
    if (this.#busy) {
      this.#next = bytes;
      return;
    }
    this.#busy = true;
    this.#stream.write(bytes, () => {
      this.#busy = false;
      const next = this.#next;
      this.#next = undefined;
      if (next !== undefined) this.write(next);
    });
  }
}

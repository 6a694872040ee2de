import { Worker } from "node:worker_threads";
import { create } from "@bufbuild/protobuf";
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { rawBytes } from "@stoa/host/grpc";
import { encode } from "@stoa/wire";
import { QueryBalanceRequestSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { startQueryWorld } from "../../testing/query-world-moves.ts";

const calls = 8_000;
const parallel = 16;
const defaultRuns = 5;

/** Answers a second that a client in another thread gets. */
function rateOf(url: string, path: string, request: Uint8Array): Promise<number> {
  const workerData = { host: new URL(url).host, path, request, calls, parallel };
  const worker = new Worker(new URL("../../testing/run-grpc-load.ts", import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

const echoPath = "/echo.Service/Echo";

/** A server of grpc-js that gives back what it gets. */
async function startEcho(): Promise<{ readonly url: string; close(): void }> {
  const server = new Server();
  const Echo = { path: echoPath, requestStream: false, responseStream: false, ...rawBytes } as const;
  const answer = (call: ServerUnaryCall<Uint8Array, Uint8Array>, done: sendUnaryData<Uint8Array>): void =>
    done(null, call.request);
  server.addService({ Echo }, { Echo: answer });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { url: `http://127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

async function run({ runs, progress }: { readonly runs: number | undefined; progress(text: string): void }) {
  const ends: (() => Promise<void>)[] = [];
  const echo = await startEcho();
  try {
    const world = await startQueryWorld({ after: (end) => void ends.push(end) });
    const fields = { address: world.tenant.address, denom: "uakt" };
    const request = encode(QueryBalanceRequestSchema, create(QueryBalanceRequestSchema, fields));
    const [echoes, queries, ratios]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < (runs ?? defaultRuns); i += 1) {
      progress(`run ${i + 1}`);
      const bare = await rateOf(echo.url, echoPath, request);
      const query = await rateOf(world.grpcUrl, "/cosmos.bank.v1beta1.Query/Balance", request);
      echoes.push(bare);
      queries.push(query);
      ratios.push(bare / query);
    }
    return {
      conditions: { calls, parallel, query: "cosmos.bank.v1beta1.Query/Balance", blockIntervalMs: 40 },
      series: {
        "bare echo": { unit: "calls/s", samples: echoes },
        "balance query": { unit: "calls/s", samples: queries },
        "echoes per query": { unit: "times", samples: ratios },
      },
      // 0.4 of a bare echo, in the same run.
      goals: [{ of: "echoes per query", statistic: "p50", atMost: 2.5 }] as const,
    };
  } finally {
    echo.close();
    for (const end of ends.toReversed()) await end();
  }
}

export const bench = { about: "unary gRPC queries beside a bare grpc-js echo", run };

import { parentPort, workerData } from "node:worker_threads";
import { Client, credentials, Metadata } from "@grpc/grpc-js";

/*
 * A client in a thread of its own: asks one method again and again, and tells how many answers a second came.
 */
const { host, path, request, calls, parallel } = workerData as {
  readonly host: string;
  readonly path: string;
  readonly request: Uint8Array;
  readonly calls: number;
  readonly parallel: number;
};

const client = new Client(host, credentials.createInsecure());
const bytes = Buffer.from(request);

function call(): Promise<void> {
  return new Promise((resolve, reject) => {
    const asIs = (value: Buffer): Buffer => value;
    client.makeUnaryRequest(path, asIs, asIs, bytes, new Metadata(), {}, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

async function run(count: number): Promise<void> {
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: parallel }, one));
}

await run(calls / 4);
const started = performance.now();
await run(calls);
parentPort?.postMessage((calls * 1_000) / (performance.now() - started));
client.close();

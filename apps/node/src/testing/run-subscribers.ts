import { parentPort, workerData } from "node:worker_threads";
import { WebSocket } from "ws";

/*
 * Subscribers in a thread of their own: each tells when which height came to it. Times are milliseconds since the epoch,
 * to the microsecond.
 */
const { url, count, query } = workerData as { readonly url: string; readonly count: number; readonly query: string };

const arrivals: { readonly height: number; readonly atMs: number }[] = [];
const subscribe = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "subscribe", params: { query } });

function open(): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`, { perMessageDeflate: false });
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    socket.on("open", () => socket.send(subscribe));
    let isAnswered = false;
    socket.on("message", (data: Buffer) => {
      const atMs = performance.timeOrigin + performance.now();
      const height = /"height":"(\d+)"/.exec(data.toString("latin1", 0, 2_000))?.[1];
      if (isAnswered) arrivals.push({ height: Number(height), atMs });
      else resolve(socket);
      isAnswered = true;
    });
  });
}

const sockets = await Promise.all(Array.from({ length: count }, open));
parentPort?.on("message", () => {
  parentPort?.postMessage(arrivals);
  for (const socket of sockets) socket.terminate();
  parentPort?.close();
});
parentPort?.postMessage("subscribed");

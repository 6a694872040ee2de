import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/*
 * A client in a thread of its own: each connection posts its bodies one after another, and the time that all of them
 * took is told, and that of each. It speaks HTTP just well enough, so that the server is what is measured.
 */
const { port, bodies } = workerData as { readonly port: number; readonly bodies: readonly (readonly string[])[] };

const headEnd = Buffer.from("\r\n\r\n");

/** A connection on which one request waits for its answer at a time. */
class Connection {
  private readonly socket: Socket;
  private answer: Buffer = Buffer.alloc(0);
  private settle: (answer: Buffer) => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => this.take(chunk));
  }

  static async open(): Promise<Connection> {
    const socket = connect(port, "127.0.0.1").setNoDelay(true);
    await once(socket, "connect");
    return new Connection(socket);
  }

  /** Posts a body; the answer with its head. */
  post(body: string): Promise<Buffer> {
    const head = "POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ";
    this.socket.write(`${head}${body.length}\r\n\r\n${body}`);
    return new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  private take(chunk: Buffer): void {
    this.answer = this.answer.length === 0 ? chunk : Buffer.concat([this.answer, chunk]);
    const end = this.answer.indexOf(headEnd);
    if (end < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.answer.toString("latin1", 0, end))?.[1] ?? 0);
    if (this.answer.length < end + headEnd.length + length) return;
    const whole = this.answer;
    this.answer = Buffer.alloc(0);
    this.settle(whole);
  }

  close(): void {
    this.socket.destroy();
  }
}

const accepted = Buffer.from('"code":0,');
const connections = await Promise.all(bodies.map(() => Connection.open()));
const started = performance.now();
const times: number[] = [];
const counts = await Promise.all(
  connections.map(async (connection, at) => {
    let taken = 0;
    for (const body of bodies[at] ?? []) {
      const from = performance.now();
      if ((await connection.post(body)).includes(accepted)) taken += 1;
      times.push(performance.now() - from);
    }
    return taken;
  }),
);
const ms = performance.now() - started;
for (const connection of connections) connection.close();
parentPort?.postMessage({ ms, times, accepted: counts.reduce((sum, n) => sum + n, 0) });

import { WebSocket } from "ws";

/** What a call came to. */
export interface RpcAnswer {
  readonly id: string | number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: string };
}

/** What stands at a place of an answer, such as `block.header.height` or `txs.0.hash`; undefined if nothing does. */
export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split(".")) found = (found as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  return found;
}

/** A text at a place of an answer; fails if there is none. */
export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  if (typeof found !== "string") throw new Error(`no text at ${path} of ${JSON.stringify(value)}`);
  return found;
}

/** One call over HTTP, with the body that a client of that kind sends. */
export async function callRpc(url: string, body: Readonly<Record<string, unknown>>): Promise<RpcAnswer> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify({ jsonrpc: "2.0", ...body }) });
  return (await answer.json()) as RpcAnswer;
}

/** A websocket that keeps what arrives until it is asked for. */
export class RpcSocket {
  private readonly socket: WebSocket;
  private readonly arrived: RpcAnswer[] = [];
  private wake: () => void = () => {};

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on("message", (data) => {
      this.arrived.push(JSON.parse(String(data)) as RpcAnswer);
      this.wake();
    });
  }

  static async open(rpcUrl: string): Promise<RpcSocket> {
    const socket = new WebSocket(`${rpcUrl.replace("http", "ws")}/websocket`);
    const opened = new RpcSocket(socket);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    return opened;
  }

  send(body: Readonly<Record<string, unknown>>): void {
    this.socket.send(JSON.stringify({ jsonrpc: "2.0", ...body }));
  }

  /** The next frame of an id, in the order of arrival. */
  async next(id: string | number): Promise<RpcAnswer> {
    for (;;) {
      const at = this.arrived.findIndex((answer) => answer.id === id);
      const [found] = at < 0 ? [] : this.arrived.splice(at, 1);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  close(): void {
    this.socket.terminate();
  }
}

/** Follows a chain block by block: told by a websocket, made sure by asking; no block is left out. */
import type { Timer, Timers } from "@stoa/std";
import type { ChainClient } from "./chain-client.ts";
import type { BlockResults } from "./events.ts";
import type { OpenSocket, Socket } from "./ports.ts";

export interface FollowParams {
  readonly client: ChainClient;
  readonly openSocket: OpenSocket;
  readonly timers: Timers;
  /** The last height that was dealt with; blocks after it are delivered. */
  readonly from: bigint;
  /** Called for every block in order; the next one waits for it. */
  readonly onBlock: (results: BlockResults) => Promise<void>;
  /** Blocks were missed that the node no longer has, or the connection was away: state has to be read anew. */
  readonly onGap: (height: bigint) => Promise<void>;
  /** The node cannot be reached (false) or answers again (true). */
  readonly onConnection?: (connected: boolean, reason: string) => void;
}

/** Asked at least this often, whether the websocket speaks or not. */
const askEveryMs = 2_000;
const reconnectFirstMs = 250;
const reconnectMaxMs = 5_000;
/** More blocks behind than this: reading the state anew is cheaper than every block's events. */
export const catchUpBlocksMax = 200n;

export class ChainFollower {
  readonly #params: FollowParams;
  #last: bigint;
  #socket: Socket | null = null;
  #asking: Timer | null = null;
  #reconnecting: Timer | null = null;
  #reconnectMs = reconnectFirstMs;
  #working = false;
  #again = false;
  #connected: boolean | null = null;
  #stopped = false;

  constructor(params: FollowParams) {
    this.#params = params;
    this.#last = params.from;
  }

  get height(): bigint {
    return this.#last;
  }

  start(): void {
    this.#asking = this.#params.timers.every(askEveryMs, () => void this.#advance());
    this.#connect();
    void this.#advance();
  }

  stop(): void {
    this.#stopped = true;
    this.#asking?.cancel();
    this.#reconnecting?.cancel();
    this.#socket?.close();
  }

  #connect(): void {
    if (this.#stopped) return;
    const url = `${this.#params.client.rpc.url.replace(/^http/, "ws")}/websocket`;
    const socket = this.#params.openSocket(url);
    this.#socket = socket;
    socket.onopen = () => {
      this.#reconnectMs = reconnectFirstMs;
      const params = { query: "tm.event='NewBlockHeader'" };
      socket.send(JSON.stringify({ jsonrpc: "2.0", id: 0, method: "subscribe", params }));
      void this.#advance();
    };
    // What the message says does not matter: it means that there is a block.
    socket.onmessage = () => void this.#advance();
    socket.onerror = () => {};
    socket.onclose = () => {
      if (this.#stopped || this.#socket !== socket) return;
      this.#reconnecting = this.#params.timers.after(this.#reconnectMs, () => this.#connect());
      this.#reconnectMs = Math.min(reconnectMaxMs, this.#reconnectMs * 2);
    };
  }

  /** Delivers every block up to the node's height; calls while it works make it look once more. */
  async #advance(): Promise<void> {
    if (this.#working) {
      this.#again = true;
      return;
    }
    this.#working = true;
    try {
      do {
        this.#again = false;
        await this.#deliver();
        this.#report(true, "");
      } while (this.#again && !this.#stopped);
    } catch (cause) {
      this.#report(false, cause instanceof Error ? cause.message : String(cause));
    } finally {
      this.#working = false;
    }
  }

  async #deliver(): Promise<void> {
    const { client, onBlock, onGap } = this.#params;
    const height = await client.committedHeight();
    if (this.#connected === false || height - this.#last > catchUpBlocksMax || height < this.#last) {
      await onGap(height);
      this.#last = height;
    }
    while (this.#last < height && !this.#stopped) {
      await onBlock(await client.blockResults(this.#last + 1n));
      this.#last += 1n;
    }
  }

  #report(connected: boolean, reason: string): void {
    if (this.#stopped || this.#connected === connected) return;
    this.#connected = connected;
    this.#params.onConnection?.(connected, reason);
  }
}

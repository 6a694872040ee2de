/** One websocket of a stream: keep-alive, back pressure and the close codes that clients know (provider.md §6.6). */
import type { Timer, Timers } from "@stoa/std";
import type { WebSocket } from "ws";

/** Private close codes of the reference. */
export const closeCodes = { normal: 1000, internal: 4000, leaseNotFound: 4001, unavailable: 4002 } as const;

const pingIntervalMs = 10_000;
/** The reference's clients answer within this or are gone. */
const pongTimeoutMs = 15_000;
/** Above this many unsent or untaken bytes the source waits: one slow reader must not fill the memory. */
const maxBufferedBytes = 1 << 20;
/** How long a frame waits before it is counted again. */
const nextTryMs = 100;

/** Takes what a client sent; the next is held back while many bytes wait for it to be done. */
export type Taker = (data: Uint8Array) => Promise<void> | void;

export class StreamSocket {
  readonly #socket: WebSocket;
  readonly #abort = new AbortController();
  /** What came before anybody took it: a client may type before its command has started. */
  #early: Uint8Array[] = [];
  #take: Taker | undefined;
  #untakenBytes = 0;
  readonly #timers: Timers;
  readonly #admits: () => boolean;
  /** Frames that came and are not counted yet: nothing more is read until they are. */
  #uncounted = 0;
  #counting: Timer | undefined;

  /** `admits` counts a frame of the client; false when it is to wait. */
  constructor(socket: WebSocket, timers: Timers, admits: () => boolean = () => true) {
    this.#socket = socket;
    this.#timers = timers;
    this.#admits = admits;
    const expectPong = (): Timer =>
      timers.after(pongTimeoutMs + pingIntervalMs, () => {
        // While we do not read, no pong can come.
        if (socket.isPaused) deadline = expectPong();
        else socket.terminate();
      });
    let deadline = expectPong();
    const pings = timers.every(pingIntervalMs, () => {
      if (socket.readyState === socket.OPEN) socket.ping();
    });
    socket.on("pong", () => {
      deadline.cancel();
      deadline = expectPong();
    });
    socket.on("error", () => socket.terminate());
    socket.on("ping", () => this.#arrived());
    socket.on("message", (data, isBinary) => {
      this.#arrived();
      if (!isBinary) return;
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
      if (bytes.length > 0) this.#receive(bytes);
    });
    socket.on("close", () => {
      deadline.cancel();
      pings.cancel();
      this.#counting?.cancel();
      this.#abort.abort();
    });
  }

  /** Aborted when the client is gone. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Sends one message; resolves when there is room for the next. */
  async send(data: string | Uint8Array): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    const sent = new Promise<void>((resolve) => {
      this.#socket.send(data, () => resolve());
    });
    if (this.#socket.bufferedAmount > maxBufferedBytes) await sent;
  }

  /** Takes what the client sends, what came before this call first. */
  onBinary(take: Taker): void {
    this.#take = take;
    for (const data of this.#early) this.#hand(data, take);
    this.#early = [];
  }

  /** Lets everything that the client sends pass unread. */
  ignoreInput(): void {
    this.onBinary(() => undefined);
  }

  /** A shell is not ended by a client that types fast: what it sends is read at its rate. */
  #arrived(): void {
    this.#uncounted += 1;
    if (this.#counting === undefined) this.#count();
  }

  #count(): void {
    this.#counting = undefined;
    while (this.#uncounted > 0 && this.#admits()) this.#uncounted -= 1;
    if (this.#uncounted > 0) {
      this.#socket.pause();
      this.#counting = this.#timers.after(nextTryMs, () => this.#count());
    } else this.#readOn();
  }

  #readOn(): void {
    const mayRead = this.#uncounted === 0 && this.#untakenBytes <= maxBufferedBytes;
    if (this.#socket.isPaused && mayRead) this.#socket.resume();
  }

  #receive(data: Uint8Array): void {
    this.#untakenBytes += data.length;
    if (this.#untakenBytes > maxBufferedBytes) this.#socket.pause();
    if (this.#take === undefined) this.#early.push(data);
    else this.#hand(data, this.#take);
  }

  #hand(data: Uint8Array, take: Taker): void {
    const taken = () => {
      this.#untakenBytes -= data.length;
      this.#readOn();
    };
    void Promise.resolve(take(data)).then(taken, taken);
  }

  close(code: number, reason = ""): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.close(code, reason);
    else this.#socket.terminate();
  }
}

/** A command in a tenant's container, over the frames of provider.md §6.6. */
import { concatBytes, fromUtf8 } from "@stoa/std";
import { GatewayError } from "./errors.ts";
import { MessageFeed } from "./feed.ts";
import type { GatewaySocket } from "./ports.ts";

const codes = { stdout: 100, stderr: 101, result: 102, failure: 103, stdin: 104, resize: 105, endInput: 0 } as const;

export interface ShellOutput {
  readonly stream: "stdout" | "stderr";
  readonly data: Uint8Array;
}

export interface ShellRequest {
  readonly service: string;
  /** Ordinal of the replica. */
  readonly replica: number;
  readonly command: readonly string[];
  readonly tty: boolean;
  readonly stdin: boolean;
}

/** The query of a shell: all parameters are mandatory. */
export function shellQuery(request: ShellRequest): string {
  const query = request.command.map((word, i) => `cmd${i}=${encodeURIComponent(word)}`);
  query.push(`service=${encodeURIComponent(request.service)}`, `podIndex=${request.replica}`);
  query.push(`tty=${request.tty ? 1 : 0}`, `stdin=${request.stdin ? 1 : 0}`);
  return query.join("&");
}

/** A running command. `output` ends with the command; `exitCode` rejects with GatewayError when it cannot be known. */
export class ShellSession {
  readonly exitCode: Promise<number>;
  readonly #feed = new MessageFeed<ShellOutput>();
  #socket: GatewaySocket | undefined;
  #settled = false;
  #resolve: (code: number) => void = () => {};
  #reject: (error: GatewayError) => void = () => {};

  constructor() {
    this.exitCode = new Promise<number>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who reads only the output need not look at the code.
    this.exitCode.catch(() => {});
  }

  get output(): AsyncIterable<ShellOutput> {
    return this.#feed;
  }

  /** Called by the client once the websocket is open. */
  attach(socket: GatewaySocket): void {
    this.#socket = socket;
  }

  write(data: Uint8Array): void {
    this.#socket?.send(concatBytes(Uint8Array.of(codes.stdin), data));
  }

  /** No more input: a code that no frame has ends the provider's reading, and so the command's input. */
  endInput(): void {
    this.#socket?.send(Uint8Array.of(codes.endInput));
  }

  resize(columns: number, rows: number): void {
    const bytes = [columns >> 8, columns & 255, rows >> 8, rows & 255];
    this.#socket?.send(Uint8Array.of(codes.resize, ...bytes));
  }

  close(): void {
    this.#socket?.close();
  }

  /** Takes one frame of the provider. */
  receive(frame: string | Uint8Array): void {
    if (typeof frame === "string" || frame.length === 0) return;
    const data = frame.subarray(1);
    if (frame[0] === codes.stdout) this.#feed.push({ stream: "stdout", data });
    else if (frame[0] === codes.stderr) this.#feed.push({ stream: "stderr", data });
    else if (frame[0] === codes.result) this.#result(data);
    else if (frame[0] === codes.failure) this.#fail(new GatewayError("unavailable", "the command could not be run"));
  }

  ended(code: number, reason: string): void {
    const why = reason === "" ? `the provider closed the connection (${code})` : reason;
    this.#fail(new GatewayError("unavailable", why));
  }

  #result(data: Uint8Array): void {
    const { exitCode, message } = readResult(fromUtf8(data) ?? "");
    if (message !== "") this.#fail(new GatewayError("refused", message));
    else if (exitCode !== undefined) this.#finish(exitCode);
    else this.#fail(new GatewayError("bad-answer", "the provider's result of the command cannot be read"));
  }

  #finish(code: number): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#resolve(code);
    this.#feed.end();
  }

  #fail(error: GatewayError): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#reject(error);
    this.#feed.end();
  }
}

function readResult(text: string): { readonly exitCode: number | undefined; readonly message: string } {
  try {
    const result = JSON.parse(text) as { readonly exit_code?: unknown; readonly message?: unknown } | null;
    const exitCode = typeof result?.exit_code === "number" ? result.exit_code : undefined;
    return { exitCode, message: typeof result?.message === "string" ? result.message : "" };
  } catch {
    return { exitCode: undefined, message: "" };
  }
}

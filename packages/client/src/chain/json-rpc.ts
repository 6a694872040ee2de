/** JSON-RPC 2.0 over HTTP, as CometBFT nodes speak it. */
import { fromUtf8Lossy, type Timers } from "@stoa/std";
import { ChainError } from "./errors.ts";
import type { AnswerReader, Fetch, FetchAnswer } from "./ports.ts";

/** A node that answers later than this is as good as none. */
export const callTimeoutMs = 20_000;
/** Answers are bounded by the largest block results that a node makes; more is not read. */
export const answerBytesMax = 64 * 1024 * 1024;

export interface JsonRpcParams {
  /** `http://host:port` of the node. */
  readonly url: string;
  readonly fetch: Fetch;
  readonly timers: Timers;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export class JsonRpc {
  readonly url: string;
  readonly #fetch: Fetch;
  readonly #timers: Timers;
  #next = 1;

  constructor(params: JsonRpcParams) {
    this.url = params.url.replace(/\/+$/, "");
    this.#fetch = params.fetch;
    this.#timers = params.timers;
  }

  /** The call's result. Throws ChainError `unreachable`, `bad-answer` or `rpc`. */
  async call(method: string, params: JsonObject = {}): Promise<JsonObject> {
    const id = this.#next++;
    const text = await this.#post(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
    const answer = readObject(text);
    const { error, result } = answer;
    if (error !== undefined && error !== null) throw rpcError(method, error);
    if (typeof result !== "object" || result === null) throw new ChainError("bad-answer", `${method} has no result`);
    return result as JsonObject;
  }

  async #post(body: string): Promise<string> {
    let cancel = () => {};
    const reading = new Reading();
    const late = new Promise<never>((_, reject) => {
      const timer = this.#timers.after(callTimeoutMs, () => {
        reject(new ChainError("unreachable", `${this.url} does not answer within ${callTimeoutMs} ms`));
      });
      cancel = () => timer.cancel();
    });
    try {
      const headers = { "content-type": "application/json" };
      const answer = this.#fetch(this.url, { method: "POST", headers, body });
      return await Promise.race([answer.then((found) => reading.text(found)), late]);
    } catch (cause) {
      if (cause instanceof ChainError) throw cause;
      throw new ChainError("unreachable", `${this.url} cannot be reached: ${reasonOf(cause)}`, { cause });
    } finally {
      cancel();
      reading.end();
    }
  }
}

/** Most answers fit. */
const firstBytes = 16 * 1024;

function copyOf(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(length);
  copy.set(bytes);
  return copy;
}

/** An answer while it comes: a node that sends without end, or slowly, is not listened to for longer than it is waited for. */
class Reading {
  #reader: AnswerReader | undefined;
  #ended = false;

  async text(answer: FetchAnswer): Promise<string> {
    const reader = answer.body?.getReader();
    if (reader === undefined) return answer.text();
    this.#reader = reader;
    if (this.#ended) this.end();
    let bytes = new Uint8Array(firstBytes);
    let length = 0;
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const { value = new Uint8Array() } = piece;
      const end = length + value.length;
      if (end > answerBytesMax) throw new ChainError("bad-answer", "the node's answer is too long");
      if (end > bytes.length) bytes = copyOf(bytes, Math.max(end, 2 * bytes.length));
      bytes.set(value, length);
      length = end;
    }
    return fromUtf8Lossy(bytes.subarray(0, length));
  }

  end(): void {
    this.#ended = true;
    this.#reader?.cancel().catch(() => {});
  }
}

/** `fetch` hides the system's reason in the cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown reason";
  return cause.cause instanceof Error ? cause.cause.message || cause.message : cause.message;
}

function readObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as JsonObject;
  } catch {
    // Said below.
  }
  throw new ChainError("bad-answer", `the endpoint does not speak JSON-RPC: ${text.slice(0, 200)}`);
}

function rpcError(method: string, error: unknown): ChainError {
  const { message, data } = error as { message?: unknown; data?: unknown };
  const detail = data === undefined || data === "" ? "" : `: ${String(data)}`;
  return new ChainError("rpc", `${method}: ${String(message)}${detail}`);
}

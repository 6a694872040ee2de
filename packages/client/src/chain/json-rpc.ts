/** JSON-RPC 2.0 over HTTP, as CometBFT nodes speak it. */
import type { Timers } from "@stoa/std";
import { ChainError } from "./errors.ts";
import type { Fetch } from "./ports.ts";

/** A node that answers later than this is as good as none. */
export const callTimeoutMs = 20_000;
/** Answers are bounded by the largest block results that a node makes; more is not read. */
export const answerCharsMax = 64 * 1024 * 1024;

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
    const late = new Promise<never>((_, reject) => {
      const timer = this.#timers.after(callTimeoutMs, () => {
        reject(new ChainError("unreachable", `${this.url} does not answer within ${callTimeoutMs} ms`));
      });
      cancel = () => timer.cancel();
    });
    try {
      const headers = { "content-type": "application/json" };
      const answer = await Promise.race([this.#fetch(this.url, { method: "POST", headers, body }), late]);
      return await Promise.race([answer.text(), late]);
    } catch (cause) {
      if (cause instanceof ChainError) throw cause;
      throw new ChainError("unreachable", `${this.url} cannot be reached: ${reasonOf(cause)}`, { cause });
    } finally {
      cancel();
    }
  }
}

/** `fetch` hides the system's reason in the cause. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return "unknown reason";
  return cause.cause instanceof Error ? cause.cause.message || cause.message : cause.message;
}

function readObject(text: string): JsonObject {
  if (text.length > answerCharsMax) throw new ChainError("bad-answer", "the node's answer is too long");
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

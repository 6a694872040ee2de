/** A thin client of the Docker Engine API over its unix socket: JSON calls, streams and hijacked connections. */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { RuntimeError } from "../runtime.ts";

/** The oldest API that we speak: Debian 12's docker.io 20.10. */
export const apiVersionMin = "1.41";
/** The newest API whose answers we know. */
export const apiVersionMax = "1.47";
/** A plain call that takes longer than this has met an engine in trouble. */
export const callTimeoutMs = 30_000;
/** Answers of plain calls: the largest we ask for is a list of containers. */
export const answerBytesMax = 32 * 1024 * 1024;

/** The engine refused; `status` is the HTTP status, the message is the engine's own. */
export class EngineRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "EngineRefusal";
    this.status = status;
  }
}

export type Query = Readonly<Record<string, string | number | boolean>>;

export interface CallOptions {
  readonly query?: Query;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

/** A connection that the engine handed over, in both directions. */
export interface Hijacked {
  readonly socket: Socket;
  /** Bytes that came with the answer's head. */
  readonly head: Uint8Array;
}

export class DockerApi {
  readonly #socketPath: string;
  #prefix: string | null = null;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Agrees on an API version with the engine; RuntimeError `unavailable` without an answer. */
  async negotiate(): Promise<string> {
    if (this.#prefix !== null) return this.#prefix;
    const answer = await this.#open("GET", "/_ping", { timeoutMs: callTimeoutMs });
    answer.resume();
    const offered = String(answer.headers["api-version"] ?? "");
    if (!/^\d+\.\d+$/.test(offered)) throw new RuntimeError("unavailable", "the engine names no API version");
    if (compareVersions(offered, apiVersionMin) < 0) {
      throw new RuntimeError("unavailable", `the engine speaks API ${offered}; ${apiVersionMin} or newer is needed`);
    }
    const version = compareVersions(offered, apiVersionMax) > 0 ? apiVersionMax : offered;
    this.#prefix = `/v${version}`;
    return this.#prefix;
  }

  /** A JSON call. Throws EngineRefusal for a status of 400 and above. */
  async call(method: string, path: string, options: CallOptions = {}): Promise<unknown> {
    const prefix = await this.negotiate();
    const answer = await this.#open(method, prefix + path, { timeoutMs: callTimeoutMs, ...options });
    const body = await readAll(answer);
    if (body.length === 0) return null;
    try {
      return JSON.parse(body.toString("utf8"));
    } catch (cause) {
      throw new RuntimeError("internal", `the engine's answer to ${method} ${path} is not JSON`, cause);
    }
  }

  /** A call whose answer is read as it comes. No time limit unless given. */
  async stream(method: string, path: string, options: CallOptions = {}): Promise<IncomingMessage> {
    const prefix = await this.negotiate();
    return this.#open(method, prefix + path, options);
  }

  /** Starts a hijacked stream (exec, attach): the engine upgrades the connection to raw bytes. */
  async hijack(path: string, body: unknown): Promise<Hijacked> {
    const prefix = await this.negotiate();
    return new Promise((resolve, reject) => {
      const payload = Buffer.from(JSON.stringify(body));
      let answered = false;
      const request = httpRequest({
        socketPath: this.#socketPath,
        method: "POST",
        path: prefix + path,
        headers: {
          host: "engine",
          "content-type": "application/json",
          "content-length": payload.length,
          connection: "Upgrade",
          upgrade: "tcp",
        },
      });
      request.setTimeout(callTimeoutMs, () => request.destroy(new Error("the engine does not answer")));
      request.on("upgrade", (_answer, socket, head) => {
        socket.setTimeout(0);
        resolve({ socket: socket as Socket, head });
      });
      request.on("response", (answer) => {
        answered = true;
        refusalOf(answer).then(reject, reject);
      });
      request.on("error", (cause) => reject(unavailable(cause)));
      // Node tells of no error where the answer is another protocol's. One that came is read to its end first.
      request.on("close", () => {
        if (!answered) reject(unavailable(new Error("its answer is none")));
      });
      request.end(payload);
    });
  }

  #open(method: string, path: string, options: CallOptions): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const payload = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(options.query ?? {})) search.set(name, String(value));
      const query = search.size === 0 ? "" : `?${search}`;
      const settings: RequestOptions = {
        socketPath: this.#socketPath,
        method,
        path: path + query,
        headers: {
          host: "engine",
          ...(payload === undefined ? {} : { "content-type": "application/json", "content-length": payload.length }),
          ...options.headers,
        },
      };
      if (options.signal !== undefined) settings.signal = options.signal;
      let answered = false;
      const request = httpRequest(settings, (answer) => {
        answered = true;
        if ((answer.statusCode ?? 500) < 400) resolve(answer);
        else refusalOf(answer).then(reject, reject);
      });
      if (options.timeoutMs !== undefined) {
        request.setTimeout(options.timeoutMs, () => request.destroy(new Error("the engine does not answer")));
      }
      request.on("error", (cause) => reject(unavailable(cause)));
      // Node tells of no error where the answer is another protocol's. One that came is read to its end first.
      request.on("close", () => {
        if (!answered) reject(unavailable(new Error("its answer is none")));
      });
      request.end(payload);
    });
  }
}

function unavailable(cause: Error): RuntimeError {
  return new RuntimeError("unavailable", `the container engine cannot be reached: ${cause.message}`, cause);
}

async function refusalOf(answer: IncomingMessage): Promise<Error> {
  const text = (await readAll(answer)).toString("utf8");
  let message = text.trim();
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === "object" && parsed !== null && "message" in parsed) message = String(parsed.message);
  } catch {
    // The engine's own text is the message then.
  }
  return new EngineRefusal(answer.statusCode ?? 500, message);
}

async function readAll(answer: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of answer) {
      size += part.length;
      if (size > answerBytesMax) throw new RuntimeError("internal", "the engine's answer is too large");
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof RuntimeError) throw cause;
    throw unavailable(cause instanceof Error ? cause : new Error(String(cause)));
  }
  return Buffer.concat(parts);
}

/** Orders `1.41` before `1.100`. */
export function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split(".").map(Number);
  const [bMajor = 0, bMinor = 0] = b.split(".").map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

/** The socket's path from `DOCKER_HOST` or the default; `null` for a transport that we do not speak. */
export function engineSocketPath(dockerHost: string | undefined): string | null {
  if (dockerHost === undefined || dockerHost === "") return "/var/run/docker.sock";
  const match = /^unix:\/\/(\/.*)$/.exec(dockerHost);
  return match?.[1] ?? null;
}

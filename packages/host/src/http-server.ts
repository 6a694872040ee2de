import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions as TlsOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { concatBytes, emptyBytes, type Log } from "@stoa/std";
import { HostError, messageOf, systemCode } from "./errors.ts";
import { refuseUnreadable } from "./http-refusal.ts";

/** Bounds of a server; every one of them protects against a peer that is slow, large or many. */
export interface HttpLimits {
  /** All headers of one request. */
  readonly headerBytes: number;
  readonly headersTimeoutMs: number;
  /** A whole request, body included; not the answer. */
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  /** A reader that takes nothing of its answer for so long is cut off, with what was kept for it. */
  readonly stalledReaderMs: number;
  readonly connections: number;
}

/** Sensible for a service with clients on the internet. */
export const defaultHttpLimits: HttpLimits = {
  headerBytes: 32 * 1024,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  keepAliveTimeoutMs: 5_000,
  stalledReaderMs: 30_000,
  connections: 1_000,
};

/** What {@link listenHttp} needs. */
export interface HttpServerParams {
  readonly host: string;
  /** 0: the system picks one. */
  readonly port: number;
  /** Answers one request. What it throws is logged and answered with 500, or with the status of an {@link HttpStatus}. */
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  /** Takes over an upgraded connection, such as a WebSocket. Without it upgrades are refused. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  /** Options of node:tls; with them the server speaks TLS. */
  readonly tls?: TlsOptions;
  readonly limits?: Partial<HttpLimits>;
  readonly log: Log;
}

/** A server that listens. */
export interface HttpServer {
  readonly port: number;
  /** `http://127.0.0.1:1234`, without a path. */
  readonly url: string;
  /** Stops accepting, lets running answers end for `graceMs` (default 2 s), then cuts what is left. */
  close(graceMs?: number): Promise<void>;
}

/** Thrown by a handler to answer with a status and a text for the client. */
export class HttpStatus extends Error {
  override readonly name = "HttpStatus";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const defaultCloseGraceMs = 2_000;

/** Starts an HTTP or HTTPS server. Throws HostError `address-in-use`, `address-not-allowed` or `io`. */
export async function listenHttp(params: HttpServerParams): Promise<HttpServer> {
  const { host, log } = params;
  const limits = { ...defaultHttpLimits, ...params.limits };
  const options = {
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    // How often the two timeouts above are looked at.
    connectionsCheckingInterval: Math.max(100, Math.min(limits.headersTimeoutMs, 5_000)),
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    void answer(params, request, response);
  };
  const server =
    params.tls === undefined
      ? createServer(options, onRequest)
      : createTlsServer({ ...options, ...params.tls }, onRequest);
  server.timeout = limits.stalledReaderMs;
  server.maxConnections = limits.connections;
  const { upgrade } = params;
  /** Connections that Node counts no longer. */
  const upgraded = new Set<Duplex>();
  if (upgrade !== undefined) {
    server.on("upgrade", (request, socket, head) => {
      // Whoever owns it was told to end already.
      if (!server.listening) return void socket.destroy();
      upgraded.add(socket);
      socket.once("close", () => upgraded.delete(socket));
      // Node hands the connection over with nobody to hear of a reset, which would end the process.
      socket.on("error", () => socket.destroy());
      upgrade(request, socket, head);
    });
  }
  refuseUnreadable(server, limits.headerBytes);
  server.on("tlsClientError", (error) => log.debug("a TLS handshake failed", { reason: messageOf(error) }));
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, host, params.port)));
    server.listen(params.port, host, () => resolve());
  });
  server.on("error", (error) => log.error("the HTTP server failed", { reason: messageOf(error) }));
  const { port } = server.address() as AddressInfo;
  const scheme = params.tls === undefined ? "http" : "https";
  return {
    port,
    url: `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    close: (graceMs = defaultCloseGraceMs) =>
      new Promise((resolve) => {
        const cut = setTimeout(() => {
          server.closeAllConnections();
          for (const socket of upgraded) socket.destroy();
        }, graceMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listenError(error: unknown, host: string, port: number): HostError {
  const options = { cause: error };
  switch (systemCode(error)) {
    case "EADDRINUSE":
      return new HostError("address-in-use", "user", `${host}:${port} is in use by another program`, options);
    case "EACCES":
    case "EADDRNOTAVAIL":
      return new HostError(
        "address-not-allowed",
        "user",
        `cannot listen on ${host}:${port}: ${messageOf(error)}`,
        options,
      );
    default:
      return new HostError("io", "platform", `cannot listen on ${host}:${port}: ${messageOf(error)}`, options);
  }
}

async function answer(params: HttpServerParams, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    await params.handle(request, response);
  } catch (error) {
    const known = statusOf(error);
    if (known === undefined) {
      params.log.error("a request failed", {
        method: request.method,
        path: request.url,
        reason: messageOf(error),
        stack: error instanceof Error ? error.stack : undefined,
      });
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const { status, message } = known ?? { status: 500, message: "internal error" };
    // What was not read of the body would be taken for the next request.
    if (!request.complete) response.setHeader("connection", "close");
    sendText(response, status, message);
  }
}

function statusOf(error: unknown): { status: number; message: string } | undefined {
  if (error instanceof HttpStatus) return { status: error.status, message: error.message };
  if (!(error instanceof HostError)) return undefined;
  if (error.code === "body-too-large") return { status: 413, message: error.message };
  if (error.code === "body-incomplete") return { status: 400, message: error.message };
  return undefined;
}

/** The whole body of a request. Fails with HostError `body-too-large` (answered with 413) or `body-incomplete` (400). */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const tooLarge = (): HostError =>
      new HostError("body-too-large", "peer", `the body is larger than ${maxBytes} bytes`);
    if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
      reject(tooLarge());
      return;
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= maxBytes) {
        // Without Buffer's own slice and JSON form.
        chunks.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
        return;
      }
      // The rest is not wanted, but the connection must live: the refusal is still to be sent.
      request.pause();
      reject(tooLarge());
    });
    request.on("end", () => resolve(chunks.length === 1 ? (chunks[0] ?? emptyBytes) : concatBytes(...chunks)));
    // Every request closes, most of them read: an error takes its stack only where there is one to tell.
    const broken = (cause?: unknown): void => {
      if (request.readableEnded) return;
      reject(new HostError("body-incomplete", "peer", "the connection ended before the body did", { cause }));
    };
    request.on("error", broken);
    request.on("close", broken);
  });
}

/** Ends an answer with a text. */
export function sendText(response: ServerResponse, status: number, text: string, type = "text/plain"): void {
  const body = Buffer.from(text, "utf8");
  response.writeHead(status, { "content-type": `${type}; charset=utf-8`, "content-length": body.length });
  response.end(body);
}

/** Ends an answer with a JSON document. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  sendText(response, status, JSON.stringify(value), "application/json");
}

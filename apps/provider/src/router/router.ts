/** The provider's HTTP door: a request's host name decides which container answers. Bodies and websockets stream through. */
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  maxHeaderSize,
  type Server,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { refuseUnreadable, refuseUpgrade } from "@stoa/host";
import type { Route, RouteTable, Target } from "./routes.ts";

/** Connections to one container that are kept open between requests cost memory; a browser opens six. */
const connectTimeoutMs = 5_000;
/** All tenants together: more connections at once are refused by the system's queue. */
export const connectionsMax = 4_096;

/** Headers of one connection only; they do not travel (RFC 9110 §7.6.1). */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

export interface RouterAddress {
  readonly host: string;
  readonly port: number;
}

export class Router {
  readonly #routes: RouteTable;
  readonly #server: Server;
  readonly #upgraded = new Set<Socket>();
  #turn = 0;

  constructor(routes: RouteTable) {
    this.#routes = routes;
    // Some clients offer HTTP/2 on ordinary requests; those are forwarded as ordinary requests.
    const shouldUpgradeCallback = ({ headers }: IncomingMessage) => headers.upgrade?.toLowerCase() === "websocket";
    this.#server = createServer({ shouldUpgradeCallback }, (request, response) => this.#forward(request, response));
    this.#server.maxConnections = connectionsMax;
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket as Socket, head));
    refuseUnreadable(this.#server, maxHeaderSize);
  }

  /** Port 0 lets the system choose. Rejects when the address cannot be bound. */
  listen(host: string, port: number): Promise<RouterAddress> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => {
        this.#server.off("error", reject);
        const bound = this.#server.address();
        resolve({ host, port: typeof bound === "object" && bound !== null ? bound.port : port });
      });
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#upgraded) socket.destroy();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #target(route: Route): Target | undefined {
    this.#turn = (this.#turn + 1) % Number.MAX_SAFE_INTEGER;
    return route.targets[this.#turn % Math.max(1, route.targets.length)];
  }

  #forward(request: IncomingMessage, response: ServerResponse): void {
    const route = this.#routes.find(request.headers.host ?? "");
    const target = route === undefined ? undefined : this.#target(route);
    const bodyMax = route?.http?.maxBodyBytes ?? 0;
    if (route === undefined) refuse(response, 404, "no service has this host name here");
    else if (target === undefined) refuse(response, 503, "the service is not running");
    else if (bodyMax > 0 && Number(request.headers["content-length"] ?? 0) > bodyMax) {
      refuse(response, 413, `the body is larger than ${bodyMax} bytes`);
    } else this.#proxy(request, response, route, target);
  }

  #proxy(request: IncomingMessage, response: ServerResponse, route: Route, target: Target): void {
    const bodyMax = route.http?.maxBodyBytes ?? 0;
    const upstream = httpRequest({
      host: target.address,
      port: target.port,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: forwardedHeaders(request, false),
      timeout: connectTimeoutMs,
    });
    limitTimes(upstream, route);
    let answered = false;
    upstream.on("response", (answer) => {
      try {
        response.writeHead(statusOf(answer), endToEnd(answer.headers));
      } catch (cause) {
        upstream.destroy(new Error("the service's answer is none", { cause }));
        return;
      }
      answered = true;
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    });
    upstream.on("error", (cause) => {
      if (answered || response.headersSent) response.destroy();
      else if (cause instanceof SlowService) refuse(response, 504, "the service does not answer");
      else refuse(response, 502, "the service cannot be reached");
    });
    // Without an error where the service takes up another protocol that nobody asked for.
    upstream.on("close", () => {
      if (!response.headersSent) refuse(response, 502, "the service cannot be reached");
    });
    response.on("close", () => upstream.destroy());
    let received = 0;
    request.on("data", (part: Buffer) => {
      received += part.length;
      if (bodyMax === 0 || received <= bodyMax) return;
      if (!response.headersSent) refuse(response, 413, `the body is larger than ${bodyMax} bytes`);
      upstream.destroy();
    });
    request.pipe(upstream);
  }

  /** Websockets and other upgrades: after the service agreed, bytes flow both ways until one side ends. */
  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const route = this.#routes.find(request.headers.host ?? "");
    const target = route === undefined ? undefined : this.#target(route);
    socket.on("error", () => socket.destroy());
    // No longer the server's, so that the end of the server would wait for it.
    this.#upgraded.add(socket);
    socket.on("close", () => this.#upgraded.delete(socket));
    if (target === undefined) {
      refuseUpgrade(socket, 404);
      return;
    }
    const upstream = httpRequest({
      host: target.address,
      port: target.port,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: { ...forwardedHeaders(request, true) },
      timeout: connectTimeoutMs,
    });
    if (route !== undefined) limitTimes(upstream, route);
    let answered = false;
    upstream.on("upgrade", (answer, other, otherHead) => {
      answered = true;
      socket.write(`HTTP/1.1 101 ${answer.statusMessage ?? "Switching Protocols"}\r\n${rawHeaders(answer)}\r\n`);
      if (otherHead.length > 0) socket.write(otherHead);
      if (head.length > 0) other.write(head);
      this.#join(socket, other as Socket);
    });
    upstream.on("response", (answer) => {
      answered = true;
      // The body comes without its framing: the end of the connection is its end.
      const own = `${rawHeaders(answer, hopByHop)}connection: close\r\n`;
      socket.write(`HTTP/1.1 ${answer.statusCode ?? 502} ${answer.statusMessage ?? ""}\r\n${own}\r\n`);
      answer.pipe(socket);
      answer.on("error", () => socket.destroy());
    });
    upstream.on("error", (cause) => {
      if (answered) socket.destroy();
      else refuseUpgrade(socket, cause instanceof SlowService ? 504 : 502);
    });
    socket.on("close", () => upstream.destroy());
    upstream.end();
  }

  #join(one: Socket, other: Socket): void {
    for (const socket of [one, other]) socket.setTimeout(0);
    one.on("close", () => other.destroy());
    other.on("close", () => one.destroy());
    other.on("error", () => one.destroy());
    one.pipe(other);
    other.pipe(one);
  }
}

class SlowService extends Error {}

/** The status of an answer. Throws for what is none: Node reads any three digits, and does not write them all. */
function statusOf({ statusCode = 0 }: IncomingMessage): number {
  if (statusCode < 200) throw new RangeError(`status ${statusCode}`);
  return statusCode;
}

function limitTimes(upstream: ReturnType<typeof httpRequest>, route: Route): void {
  upstream.on("socket", (socket) => {
    const limitAnswer = () => upstream.setTimeout(route.http?.readTimeoutMs ?? 0);
    // A connection that is used again is open already.
    if (socket.connecting) socket.once("connect", limitAnswer);
    else limitAnswer();
  });
  upstream.on("timeout", () => upstream.destroy(new SlowService("no answer in time")));
}

function endToEnd(headers: IncomingHttpHeaders): Record<string, string | string[]> {
  const kept: Record<string, string | string[]> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !hopByHop.has(name)) kept[name] = value;
  }
  return kept;
}

function forwardedHeaders(request: IncomingMessage, upgrading: boolean): Record<string, string | string[]> {
  const headers = endToEnd(request.headers);
  if (upgrading) {
    headers.connection = "Upgrade";
    headers.upgrade = request.headers.upgrade ?? "websocket";
    // What follows belongs to the new protocol.
    delete headers["content-length"];
  } else if (request.headers["transfer-encoding"] !== undefined) {
    // Without a frame around it the service would take the body of a GET for the next request.
    headers["transfer-encoding"] = "chunked";
  }
  headers["x-forwarded-for"] = request.socket.remoteAddress ?? "";
  headers["x-forwarded-host"] = request.headers.host ?? "";
  headers["x-forwarded-proto"] = "http";
  return headers;
}

function rawHeaders(answer: IncomingMessage, without: ReadonlySet<string> = new Set()): string {
  let text = "";
  for (let i = 0; i + 1 < answer.rawHeaders.length; i += 2) {
    if (without.has((answer.rawHeaders[i] ?? "").toLowerCase())) continue;
    text += `${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}\r\n`;
  }
  return text;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = `${message}\n`;
  response.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": Buffer.byteLength(body),
    connection: "close",
  });
  response.end(body);
}

import type { IncomingMessage, ServerResponse } from "node:http";
import { sendText, systemClock } from "@stoa/host";
import type { Clock } from "@stoa/std";

/** Clients whose rate is remembered; the one that asked longest ago is forgotten first. */
const maxClients = 10_000;

/** What a client is told whose rate is used up. */
export const tooManyRequests = "too many requests";

/** What a server says to browsers of other origins. */
export interface CorsHeaders {
  readonly methods: string;
  readonly headers: string;
  readonly exposed?: string;
}

/** What {@link HttpFront} needs. */
export interface HttpFrontParams {
  /** Origins of pages that may ask; `*` is every one, an empty list none. */
  readonly corsOrigins: readonly string[];
  /** Requests a second that one address may make on the average, in bursts of as many; 0 is any number. */
  readonly requestsPerSecond: number;
  readonly clock: Clock;
}

interface Allowance {
  left: number;
  atNs: bigint;
}

/** What every HTTP server of the node does before it looks at a request: origins of browsers, and a rate per client. */
export class HttpFront {
  private readonly params: HttpFrontParams;
  private readonly clients = new Map<string, Allowance>();

  constructor(params: HttpFrontParams) {
    this.params = params;
  }

  /** True if the request may go on; otherwise it has been answered: one too many with `refuse`, or 429 and a text. */
  admits(
    request: IncomingMessage,
    response: ServerResponse,
    cors: CorsHeaders,
    refuse: () => void = () => sendText(response, 429, tooManyRequests),
  ): boolean {
    this.allowBrowsers(request, response, cors);
    if (request.method === "OPTIONS") {
      response.writeHead(204).end();
      return false;
    }
    if (this.takes(request.socket.remoteAddress ?? "")) return true;
    response.setHeader("retry-after", "1");
    if (!request.complete) response.setHeader("connection", "close");
    refuse();
    return false;
  }

  /** Counts one request of an address; false when it has made too many. */
  takes(address: string): boolean {
    if (this.params.requestsPerSecond === 0) return true;
    const client = clientOf(address);
    const left = this.left(client);
    this.enter(client, left < 1 ? left : left - 1);
    return left >= 1;
  }

  /** Counts what a request that was taken turned out to hold besides the first: later ones wait for it. */
  charge(address: string, more: number): void {
    if (this.params.requestsPerSecond === 0) return;
    const client = clientOf(address);
    this.enter(client, this.left(client) - more);
  }

  /** Requests that a client may make now; below zero after a request that held many. */
  private left(client: string): number {
    const { requestsPerSecond: rate, clock } = this.params;
    const known = this.clients.get(client);
    const passedNs = known === undefined ? 0n : clock.nowNs() - known.atNs;
    return Math.min(rate, (known?.left ?? rate) + (Math.max(0, Number(passedNs)) * rate) / 1e9);
  }

  private enter(client: string, left: number): void {
    // Entered anew, so that the map is in the order of the last request.
    this.clients.delete(client);
    this.clients.set(client, { left, atNs: this.params.clock.nowNs() });
    for (const oldest of this.clients.keys()) {
      if (this.clients.size <= maxClients) break;
      this.clients.delete(oldest);
    }
  }

  /** True if the page that a browser says it acts for may ask; a websocket is not held back by the browser itself. */
  allowsPage({ headers: { origin } }: IncomingMessage): boolean {
    const { corsOrigins } = this.params;
    return origin === undefined || corsOrigins.includes("*") || corsOrigins.includes(origin);
  }

  private allowBrowsers(request: IncomingMessage, response: ServerResponse, cors: CorsHeaders): void {
    const { origin } = request.headers;
    const { corsOrigins } = this.params;
    if (origin === undefined) return;
    const every = corsOrigins.includes("*");
    if (!every) response.setHeader("vary", "Origin");
    if (!this.allowsPage(request)) return;
    response.setHeader("access-control-allow-origin", every ? "*" : origin);
    response.setHeader("access-control-allow-methods", cors.methods);
    response.setHeader("access-control-allow-headers", cors.headers);
    if (cors.exposed !== undefined) response.setHeader("access-control-expose-headers", cors.exposed);
  }
}

/** Groups of an IPv6 address that name a network: whoever has one address has all of it. */
const networkGroups = 4;

/** Who asks: an IPv4 address, however it is written, or the /64 network of an IPv6 address. */
export function clientOf(address: string): string {
  const [plain = ""] = address.toLowerCase().split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!plain.includes(":")) return plain;
  const [before, after] = plain.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const [head, tail] = [before ?? [], after ?? []];
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
  return [...head, ...zeros, ...tail].slice(0, networkGroups).join(":");
}

/** Lets everybody ask, from every page, as often as he likes. */
export function openFront(): HttpFront {
  return new HttpFront({ corsOrigins: ["*"], requestsPerSecond: 0, clock: systemClock });
}

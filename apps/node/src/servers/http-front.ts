import type { IncomingMessage, ServerResponse } from "node:http";
import { ClientRate, type ClientRateParams, retryAfterS, sendText, systemClock, tooManyRequests } from "@stoa/host";

/** What a server says to browsers of other origins. */
export interface CorsHeaders {
  readonly methods: string;
  readonly headers: string;
  readonly exposed?: string;
}

/** What {@link HttpFront} needs. */
export interface HttpFrontParams extends ClientRateParams {
  /** Origins of pages that may ask; `*` is every one, an empty list none. */
  readonly corsOrigins: readonly string[];
}

/** What every HTTP server of the node does before it looks at a request: origins of browsers, and a rate per client. */
export class HttpFront {
  private readonly params: HttpFrontParams;
  private readonly rate: ClientRate;

  constructor(params: HttpFrontParams) {
    this.params = params;
    this.rate = new ClientRate(params);
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
    response.setHeader("retry-after", retryAfterS);
    if (!request.complete) response.setHeader("connection", "close");
    refuse();
    return false;
  }

  /** Counts one request of an address; false when it has made too many. */
  takes(address: string): boolean {
    return this.rate.takes(address);
  }

  /** Counts what a request that was taken turned out to hold besides the first: later ones wait for it. */
  charge(address: string, more: number): void {
    this.rate.charge(address, more);
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

/** Lets everybody ask, from every page, as often as he likes. */
export function openFront(): HttpFront {
  return new HttpFront({ corsOrigins: ["*"], requestsPerSecond: 0, clock: systemClock });
}

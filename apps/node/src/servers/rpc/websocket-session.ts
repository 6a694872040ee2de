import type { Log, Timer, Timers } from "@stoa/std";
import { WebSocket } from "ws";
import type { PublishedEvent } from "./block-events.ts";
import { type EventQuery, matchesQuery, maxQueryLength, parseQuery } from "./event-query.ts";
import { readFirstRawJson } from "./go-json.ts";
import {
  errorText,
  type JsonValue,
  MissingParams,
  parseRequest,
  type RequestId,
  RpcError,
  type RpcRequest,
  resultText,
  toRpcError,
  unreadable,
} from "./json-rpc.ts";
import type { RpcContext } from "./method.ts";
import { callMethod } from "./methods.ts";
import { readJsonParams } from "./rpc-params.ts";

/** The reference's bounds on one client (base-chain.md §1.6, §5.1). */
const maxSubscriptions = 5;
const pingIntervalMs = 27_000;
/** Requests of one client that wait for their turn; beyond them nothing more is read from its socket. */
const maxWaiting = 20;

/** Bytes that may wait for a client that reads slowly. */
export interface BufferLimits {
  /** Beyond them its subscriptions end, as the reference ends them; answers wait. */
  readonly eventBytes: number;
  /** Beyond them the client is disconnected. */
  readonly bytes: number;
}

/** A hundred slow clients hold 200 MB of events; one answer may be a whole genesis. */
export const defaultBufferLimits: BufferLimits = { eventBytes: 2 * 1024 * 1024, bytes: 32 * 1024 * 1024 };

/** How often a client with a full buffer is looked at again. */
const drainIntervalMs = 50;

interface Subscription {
  readonly id: RequestId;
  readonly text: string;
  readonly query: EventQuery;
}

/** What {@link WebSocketSession} needs. */
export interface WebSocketSessionParams {
  readonly socket: WebSocket;
  readonly context: RpcContext;
  readonly timers: Timers;
  readonly log: Log;
  readonly limits: BufferLimits;
  /** Refuses the first subscription of one client too many. Throws RpcError. */
  admit(): void;
  /** Counts a request; false when the client's address has made too many. */
  takes(): boolean;
}

/** One websocket client: requests as over HTTP, one after another, and events of what it subscribed to. */
export class WebSocketSession {
  private readonly params: WebSocketSessionParams;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly pinger: Timer;
  private alive = true;
  private closed = false;
  private waiting = 0;
  private turn: Promise<void> = Promise.resolve();

  constructor(params: WebSocketSessionParams) {
    this.params = params;
    const { socket, log, timers } = params;
    socket.on("message", (data) => this.enqueue(String(data)));
    socket.on("pong", () => {
      this.alive = true;
    });
    socket.on("error", (error) => log.debug("a websocket failed", { reason: error.message }));
    socket.on("close", () => this.close());
    this.pinger = timers.every(pingIntervalMs, () => this.ping());
  }

  get isSubscribed(): boolean {
    return this.subscriptions.size > 0;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.pinger.cancel();
    this.subscriptions.clear();
    this.params.socket.terminate();
  }

  /** Sends an event to every subscription that it matches. */
  publish(event: PublishedEvent): void {
    for (const { id, text, query } of this.subscriptions.values()) {
      if (!matchesQuery(query, event.tags)) continue;
      if (this.params.socket.bufferedAmount > this.params.limits.eventBytes) {
        this.cancelAll("internal subscription event buffer is out of capacity");
        return;
      }
      const result = `{"query":${JSON.stringify(text)},${event.json()}}`;
      this.send(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`);
    }
  }

  private cancelAll(reason: string): void {
    this.params.log.warn("subscriptions of a client end", { reason, subscriptions: this.subscriptions.size });
    for (const { id } of this.subscriptions.values()) {
      this.send(errorText(id, RpcError.server(`subscription was canceled (reason: ${reason})`)));
    }
    this.subscriptions.clear();
  }

  private ping(): void {
    if (!this.alive) {
      this.close();
      return;
    }
    this.alive = false;
    this.params.socket.ping();
  }

  private send(text: string): void {
    const { socket, limits, log } = this.params;
    if (socket.readyState !== WebSocket.OPEN) return;
    if (socket.bufferedAmount > limits.bytes) {
      log.warn("a websocket client reads too slowly and is disconnected");
      this.close();
      return;
    }
    socket.send(text);
  }

  /** Requests of one client are answered in their order; who sends faster than it reads is not read from. */
  private enqueue(text: string): void {
    const { socket } = this.params;
    this.waiting++;
    if (this.waiting >= maxWaiting) socket.pause();
    this.turn = this.turn.then(async () => {
      await this.drained();
      if (!this.closed) await this.receive(text);
      this.waiting--;
      if (this.waiting < maxWaiting && socket.isPaused) socket.resume();
    });
  }

  /** Waits until the client has taken most of what was sent to it. */
  private async drained(): Promise<void> {
    const { socket, limits, timers } = this.params;
    while (!this.closed && socket.bufferedAmount > limits.eventBytes) {
      await new Promise<void>((resolve) => timers.after(drainIntervalMs, resolve));
    }
  }

  private async receive(text: string): Promise<void> {
    // Whatever comes costs something to read, also what is no request or wants no answer.
    const isTaken = this.params.takes();
    let request: RpcRequest;
    try {
      request = parseRequest(readFirstRawJson(text));
    } catch (error) {
      this.send(errorText(undefined, unreadable(error)));
      return;
    }
    const { id } = request;
    if (id === undefined) return;
    try {
      if (!isTaken) throw RpcError.server("too many requests");
      this.send(resultText(id, await this.call(id, request)));
    } catch (error) {
      const shown =
        error instanceof MissingParams ? RpcError.internal(`WSJSONRPC: ${error.message}`) : toRpcError(error);
      this.send(errorText(id, this.asInternal(shown)));
    }
  }

  /** Over a websocket the reference calls wrong parameters an internal error. */
  private asInternal(error: RpcError): RpcError {
    return error.isInvalidParams ? RpcError.internal(error.message) : error;
  }

  private async call(id: RequestId, { method, params }: RpcRequest): Promise<JsonValue> {
    const query = (): string => {
      if (params === undefined) throw new MissingParams();
      return readJsonParams({ query: "text" }, params).query ?? "";
    };
    if (method === "subscribe") return this.subscribe(id, query());
    if (method === "unsubscribe") return this.unsubscribe(query());
    if (method === "unsubscribe_all") return this.unsubscribeAll();
    return callMethod(this.params.context, method, params);
  }

  private subscribe(id: RequestId, text: string): JsonValue {
    this.params.admit();
    if (this.subscriptions.size >= maxSubscriptions) {
      throw RpcError.internal(`max_subscriptions_per_client ${maxSubscriptions} reached`);
    }
    if (text.length > maxQueryLength) throw RpcError.internal("maximum query length exceeded");
    const query = queryOf(text);
    const name = nameOf(query);
    if (this.subscriptions.has(name)) throw RpcError.internal("already subscribed");
    this.subscriptions.set(name, { id, text, query });
    return {};
  }

  private unsubscribe(text: string): JsonValue {
    if (!this.subscriptions.delete(nameOf(queryOf(text)))) throw RpcError.internal("subscription not found");
    return {};
  }

  private unsubscribeAll(): JsonValue {
    if (this.subscriptions.size === 0) throw RpcError.internal("subscription not found");
    this.subscriptions.clear();
    return {};
  }
}

function queryOf(text: string): EventQuery {
  const query = parseQuery(text);
  if (!query.ok) throw RpcError.internal(`failed to parse query: ${query.error}`);
  return query.value;
}

/** Queries that say the same have one name, however they are spaced. */
function nameOf(query: EventQuery): string {
  return JSON.stringify(query, (_key, value) => (typeof value === "bigint" ? String(value) : value));
}

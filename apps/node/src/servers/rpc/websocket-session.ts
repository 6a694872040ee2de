import type { Log, Timer, Timers } from "@stoa/std";
import { WebSocket } from "ws";
import type { PublishedEvent } from "./block-events.ts";
import { type EventQuery, matchesQuery, maxQueryLength, parseQuery } from "./event-query.ts";
import {
  errorText,
  type JsonValue,
  parseRequest,
  type RequestId,
  RpcError,
  type RpcRequest,
  resultText,
  toRpcError,
} from "./json-rpc.ts";
import type { RpcContext } from "./method.ts";
import { callMethod } from "./methods.ts";
import { readJsonParams } from "./rpc-params.ts";

/** The reference's bounds on one client (base-chain.md §1.6, §5.1). */
const maxSubscriptions = 5;
const pingIntervalMs = 27_000;
/** Bytes that may wait for a client that reads slowly; beyond them its subscriptions end, as the reference ends them. */
const maxBufferedBytes = 16 * 1024 * 1024;
/** Requests that one client may have in work. */
const maxPending = 100;

interface Subscription {
  readonly id: RequestId;
  readonly text: string;
  readonly query: EventQuery;
}

/** One websocket client: requests as over HTTP, and events of what it subscribed to. */
export class WebSocketSession {
  private readonly socket: WebSocket;
  private readonly context: RpcContext;
  private readonly log: Log;
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly pinger: Timer;
  private alive = true;
  private pending = 0;

  constructor(params: {
    readonly socket: WebSocket;
    readonly context: RpcContext;
    readonly timers: Timers;
    readonly log: Log;
  }) {
    this.socket = params.socket;
    this.context = params.context;
    this.log = params.log;
    this.socket.on("message", (data) => void this.receive(String(data)));
    this.socket.on("pong", () => {
      this.alive = true;
    });
    this.socket.on("error", (error) => this.log.debug("a websocket failed", { reason: error.message }));
    this.socket.on("close", () => this.close());
    this.pinger = params.timers.every(pingIntervalMs, () => this.ping());
  }

  close(): void {
    this.pinger.cancel();
    this.subscriptions.clear();
    this.socket.terminate();
  }

  /** Sends an event to every subscription that it matches. */
  publish(event: PublishedEvent): void {
    for (const subscription of this.subscriptions.values()) {
      if (!matchesQuery(subscription.query, event.tags)) continue;
      const events = Object.fromEntries(event.tags) as JsonValue;
      const data = { type: event.type, value: event.value() };
      this.send(resultText(subscription.id, { query: subscription.text, data, events }));
    }
  }

  private ping(): void {
    if (!this.alive) {
      this.close();
      return;
    }
    this.alive = false;
    this.socket.ping();
  }

  private send(text: string): void {
    if (this.socket.readyState !== WebSocket.OPEN) return;
    if (this.socket.bufferedAmount > maxBufferedBytes) {
      this.log.warn("a websocket client reads too slowly and is disconnected");
      this.close();
      return;
    }
    this.socket.send(text);
  }

  private async receive(text: string): Promise<void> {
    if (this.pending >= maxPending) {
      this.send(errorText(undefined, RpcError.server("too many requests at once")));
      return;
    }
    this.pending++;
    try {
      for (const request of this.parse(text)) await this.answer(request);
    } finally {
      this.pending--;
    }
  }

  private parse(text: string): RpcRequest[] {
    try {
      const value: unknown = JSON.parse(text);
      return Array.isArray(value) ? value.map(parseRequest) : [parseRequest(value)];
    } catch (error) {
      const reason = error instanceof RpcError ? error : RpcError.parse(`error unmarshaling request: ${String(error)}`);
      this.send(errorText(undefined, reason));
      return [];
    }
  }

  private async answer({ id, method, params }: RpcRequest): Promise<void> {
    try {
      const result = await this.call(id, method, params);
      if (id !== undefined) this.send(resultText(id, result));
    } catch (error) {
      if (id !== undefined) this.send(errorText(id, toRpcError(error)));
    }
  }

  private async call(id: RequestId | undefined, method: string, params: unknown): Promise<JsonValue> {
    const query = (): string => readJsonParams({ query: "text" }, params).query ?? "";
    if (method === "subscribe") return this.subscribe(id ?? "", query());
    if (method === "unsubscribe") return this.unsubscribe(query());
    if (method === "unsubscribe_all") return this.unsubscribeAll();
    return callMethod(this.context, method, params);
  }

  private subscribe(id: RequestId, text: string): JsonValue {
    if (this.subscriptions.size >= maxSubscriptions) {
      throw RpcError.internal(`max_subscriptions_per_client ${maxSubscriptions} reached`);
    }
    if (text.length > maxQueryLength) throw RpcError.internal("maximum query length exceeded");
    const query = parseQuery(text);
    if (!query.ok) throw RpcError.internal(`failed to parse query: ${query.error}`);
    if (this.subscriptions.has(text)) throw RpcError.internal("already subscribed");
    this.subscriptions.set(text, { id, text, query: query.value });
    return {};
  }

  private unsubscribe(text: string): JsonValue {
    if (!this.subscriptions.delete(text)) throw RpcError.internal("subscription not found");
    return {};
  }

  private unsubscribeAll(): JsonValue {
    if (this.subscriptions.size === 0) throw RpcError.internal("subscription not found");
    this.subscriptions.clear();
    return {};
  }
}

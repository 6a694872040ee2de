import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { HostError, type HttpServer, listenHttp, readBody, sendText } from "@stoa/host";
import { fromUtf8Lossy } from "@stoa/std";
import { WebSocketServer } from "ws";
import { blockEvents } from "./block-events.ts";
import {
  errorText,
  type JsonValue,
  parseRequest,
  type RequestId,
  RpcError,
  resultText,
  toRpcError,
  uriRequestId,
} from "./json-rpc.ts";
import type { RpcContext } from "./method.ts";
import { callMethod, rpcMethods } from "./methods.ts";
import { readUriParams } from "./rpc-params.ts";
import { WebSocketSession } from "./websocket-session.ts";

/** The reference's bounds (base-chain.md §1.6), but for batches: CosmJS sends up to 20 (§5.1). */
const maxBodyBytes = 1_000_000;
const maxBatch = 20;
const maxWebSocketClients = 100;
const maxConnections = 900;

/** What {@link startRpcServer} needs. */
export interface RpcServerParams {
  readonly host: string;
  readonly port: number;
  readonly context: Omit<RpcContext, "rpcAddress">;
}

/** Serves CometBFT's JSON-RPC over POST, GET and websocket (base-chain.md §5). */
export async function startRpcServer(params: RpcServerParams): Promise<HttpServer> {
  const { engine, hash, timers, log } = params.context;
  let address = "";
  const context: RpcContext = { ...params.context, rpcAddress: () => address };
  const sessions = new Set<WebSocketSession>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes });
  const unsubscribe = engine.onBlock((block) => {
    if (sessions.size === 0) return;
    for (const event of blockEvents(hash, block)) for (const session of sessions) session.publish(event);
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split("?")[0] !== "/websocket" || sessions.size >= maxWebSocketClients) {
      socket.end("HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      const session = new WebSocketSession({ socket: accepted, context, timers, log });
      sessions.add(session);
      accepted.on("close", () => sessions.delete(session));
    });
  };
  const server = await listenHttp({
    host: params.host,
    port: params.port,
    handle: (request, response) => handle(context, request, response),
    upgrade,
    limits: { connections: maxConnections },
    log,
  });
  address = `tcp://${params.host}:${server.port}`;
  return {
    ...server,
    close: (graceMs) => {
      unsubscribe();
      for (const session of sessions) session.close();
      return server.close(graceMs);
    },
  };
}

async function handle(context: RpcContext, request: IncomingMessage, response: ServerResponse): Promise<void> {
  allowBrowsers(request, response);
  if (request.method === "OPTIONS") {
    response.writeHead(204).end();
    return;
  }
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname === "/") {
    const body = request.method === "POST" ? await bodyOf(request, response) : "";
    if (body === "") sendText(response, 200, endpointsPage(request.headers.host ?? ""), "text/html");
    else if (body !== undefined) await handlePost(context, body, response);
    return;
  }
  await handleUri(context, url, response);
}

/** Wallets in browsers call from other origins; nothing here relies on cookies. */
function allowBrowsers(request: IncomingMessage, response: ServerResponse): void {
  if (request.headers.origin === undefined) return;
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-methods", "HEAD, GET, POST");
  response.setHeader("access-control-allow-headers", "origin, accept, content-type, x-requested-with, x-server-time");
}

/** The body, or undefined after it was refused. */
async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  try {
    return fromUtf8Lossy(await readBody(request, maxBodyBytes));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    response.setHeader("connection", "close");
    const refusal = RpcError.invalidRequest(`error reading request body: ${error.message}`);
    sendText(response, 500, errorText(undefined, refusal), "application/json");
    return undefined;
  }
}

async function handlePost(context: RpcContext, body: string, response: ServerResponse): Promise<void> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch (error) {
    const refusal = RpcError.parse(`error unmarshaling request: ${error instanceof Error ? error.message : ""}`);
    sendText(response, 500, errorText(undefined, refusal), "application/json");
    return;
  }
  if (!Array.isArray(parsed)) {
    const answer = await answerOne(context, parsed);
    const status = answer?.malformed === true ? 500 : 200;
    sendAnswers(response, status, answer === undefined ? [] : [answer.text], false);
    return;
  }
  if (parsed.length > maxBatch) {
    const refusal = RpcError.invalidRequest(`batch size ${parsed.length} exceeds the maximum of ${maxBatch}`);
    sendText(response, 200, errorText(undefined, refusal), "application/json");
    return;
  }
  const texts: string[] = [];
  for (const each of parsed) {
    const answer = await answerOne(context, each);
    if (answer !== undefined) texts.push(answer.text);
  }
  sendAnswers(response, 200, texts, true);
}

/** Notifications get no answer; a request that only holds them gets an empty body. */
function sendAnswers(response: ServerResponse, status: number, texts: readonly string[], batch: boolean): void {
  if (texts.length === 0) {
    response.writeHead(status).end();
    return;
  }
  const single = texts.length === 1 && !batch;
  sendText(response, status, single ? (texts[0] ?? "") : `[${texts.join(",")}]`, "application/json");
}

interface Answer {
  readonly text: string;
  /** The request was none. */
  readonly malformed: boolean;
}

async function answerOne(context: RpcContext, value: unknown): Promise<Answer | undefined> {
  let id: RequestId | undefined;
  try {
    const request = parseRequest(value);
    if (request.id === undefined) return undefined;
    id = request.id;
    return { text: resultText(id, await callMethod(context, request.method, request.params)), malformed: false };
  } catch (error) {
    return { text: errorText(id, toRpcError(error)), malformed: id === undefined };
  }
}

const webSocketOnly: ReadonlySet<string> = new Set(["/subscribe", "/unsubscribe", "/unsubscribe_all"]);

async function handleUri(context: RpcContext, url: URL, response: ServerResponse): Promise<void> {
  const found = rpcMethods.get(url.pathname.slice(1));
  if (found === undefined) {
    if (webSocketOnly.has(url.pathname)) {
      sendText(response, 404, errorText(uriRequestId, RpcError.unknownMethod()), "application/json");
    } else sendText(response, 404, "404 page not found\n");
    return;
  }
  let result: JsonValue;
  try {
    result = await found.call(context, readUriParams(found.params, url.searchParams));
  } catch (error) {
    sendText(response, 500, errorText(uriRequestId, toRpcError(error)), "application/json");
    return;
  }
  if (found.cacheable && url.searchParams.has("height")) {
    response.setHeader("cache-control", "public, max-age=86400");
  }
  sendText(response, 200, resultText(uriRequestId, result), "application/json");
}

/** The list of endpoints that people see in a browser. */
function endpointsPage(host: string): string {
  const safeHost = host.replace(/[^\w.:[\]-]/g, "");
  const lines = [...rpcMethods].map(([name, { params }]) => {
    const query = Object.keys(params)
      .map((param) => `${param}=_`)
      .join("&");
    const link = `//${safeHost}/${name}?${query}`;
    return `<a href="${link}">${link}</a></br>`;
  });
  return `<html><body><br>Available endpoints:<br><br>${lines.sort().join("")}</body></html>`;
}

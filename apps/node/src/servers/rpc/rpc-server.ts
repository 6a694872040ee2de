import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import {
  defaultHttpLimits,
  HostError,
  type HttpServer,
  listenHttp,
  readBody,
  refuseUpgrade,
  sendText,
  type TlsFiles,
} from "@stoa/host";
import { fromUtf8Lossy } from "@stoa/std";
import { WebSocketServer } from "ws";
import { type HttpFront, openFront } from "../http-front.ts";
import { blockEvents } from "./block-events.ts";
import { elementsOf, kindOf, membersOf, readRawJson } from "./go-json.ts";
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
  uriRequestId,
} from "./json-rpc.ts";
import type { RpcContext } from "./method.ts";
import { callMethod, rpcMethods } from "./methods.ts";
import { readUriParams } from "./rpc-params.ts";
import { type BufferLimits, defaultBufferLimits, WebSocketSession } from "./websocket-session.ts";

/** The reference's bounds (base-chain.md §1.6), but for batches: CosmJS sends up to 20 (§5.1). */
const maxBodyBytes = 1_000_000;
const maxBatch = 20;
const maxSubscribedClients = 100;
const maxConnections = 900;

/** What {@link startRpcServer} needs. */
export interface RpcServerParams {
  readonly host: string;
  readonly port: number;
  readonly context: Omit<RpcContext, "rpcAddress">;
  /** What may wait for slow websocket clients. */
  readonly bufferLimits?: BufferLimits;
  /** How long a reader may take nothing of its answer; the host's bound without it. */
  readonly stalledReaderMs?: number;
  /** Origins and rates; without it everybody may ask as often as he likes. */
  readonly front?: HttpFront;
  readonly tls?: TlsFiles;
}

/** Serves CometBFT's JSON-RPC over POST, GET and websocket (base-chain.md §5). */
export async function startRpcServer(params: RpcServerParams): Promise<HttpServer> {
  const { engine, hash, timers, log } = params.context;
  let address = "";
  const context: RpcContext = { ...params.context, rpcAddress: () => address };
  const front = params.front ?? openFront();
  const sessions = new Set<WebSocketSession>();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes });
  const unsubscribe = engine.onBlock((block) => {
    if (sessions.size === 0) return;
    for (const event of blockEvents(hash, block)) for (const session of sessions) session.publish(event);
  });
  const limits = params.bufferLimits ?? defaultBufferLimits;
  const { stalledReaderMs = defaultHttpLimits.stalledReaderMs } = params;
  const admit = (): void => {
    let subscribed = 0;
    for (const session of sessions) if (session.isSubscribed) subscribed++;
    if (subscribed >= maxSubscribedClients) {
      throw RpcError.internal(`max_subscription_clients ${maxSubscribedClients} reached`);
    }
  };
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (request.url?.split("?")[0] !== "/websocket") {
      refuseUpgrade(socket, 404);
      return;
    }
    if (!front.allowsPage(request)) {
      refuseUpgrade(socket, 403);
      return;
    }
    const takes = (): boolean => front.takes(request.socket.remoteAddress ?? "");
    if (!takes()) {
      refuseUpgrade(socket, 429, ["retry-after: 1"]);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (accepted) => {
      const session = new WebSocketSession({ socket: accepted, context, timers, log, limits, admit, takes });
      sessions.add(session);
      accepted.on("close", () => sessions.delete(session));
    });
  };
  const server = await listenHttp({
    host: params.host,
    port: params.port,
    handle: (request, response) => {
      if (!front.admits(request, response, cors)) return;
      const charge = (more: number): void => front.charge(request.socket.remoteAddress ?? "", more);
      return handle(context, { request, response, charge });
    },
    upgrade,
    limits: { connections: maxConnections, stalledReaderMs },
    ...(params.tls === undefined ? {} : { tls: params.tls }),
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

/** One request over HTTP. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Counts the further members of a batch. */
  charge(more: number): void;
}

async function handle(context: RpcContext, { request, response, charge }: Exchange): Promise<void> {
  const url = urlOf(request);
  if (url === undefined) {
    sendText(response, 400, "400 Bad Request");
    return;
  }
  // The reference looks at the body, not at the verb.
  const body = await bodyOf(request, response);
  if (body === undefined) return;
  const clean = url.pathname.replace(/\/{2,}/g, "/");
  if (clean !== url.pathname) redirect(response, `${clean}${url.search}`);
  else if (url.pathname !== "/") await handleUri(context, url, response);
  else if (body === "") sendPage(response, 200, endpointsPage(request.headers.host ?? ""), "text/html");
  else await handlePost(context, body, { response, charge });
}

/** Sends a path with empty parts to the one without, as the reference's multiplexer does. */
function redirect(response: ServerResponse, to: string): void {
  response.setHeader("location", to);
  const shown = to.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&#34;");
  sendPage(response, 307, `<a href="${shown}">Temporary Redirect</a>.\n\n`, "text/html; charset=utf-8");
}

/** The address of every call by POST. */
const rootUrl = new URL("http://localhost/");

/** The address that was asked for; undefined when it is none. */
function urlOf({ url = "/" }: IncomingMessage): URL | undefined {
  if (url === "/") return rootUrl;
  try {
    return new URL(`http://localhost${url}`);
  } catch {
    return undefined;
  }
}

/** JSON and pages are sent with the reference's content types, which name no character set. */
function sendPage(response: ServerResponse, status: number, text: string, type = "application/json"): void {
  // As a text, since Node then sends it in one piece with the head.
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** What browsers may send: nothing here relies on cookies. */
const cors = {
  methods: "HEAD, GET, POST",
  headers: "origin, accept, content-type, x-requested-with, x-server-time",
};

/** The body, or undefined after it was refused. */
async function bodyOf(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  try {
    return fromUtf8Lossy(await readBody(request, maxBodyBytes));
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    response.setHeader("connection", "close");
    const refusal = RpcError.invalidRequest(`error reading request body: ${error.message}`);
    sendPage(response, 400, errorText(undefined, refusal));
    return undefined;
  }
}

async function handlePost(
  context: RpcContext,
  body: string,
  { response, charge }: Pick<Exchange, "response" | "charge">,
): Promise<void> {
  let requests: RpcRequest[];
  try {
    requests = readRequests(body);
  } catch (error) {
    sendPage(response, 500, errorText(undefined, unreadable(error)));
    return;
  }
  if (requests.length > maxBatch) {
    const refusal = RpcError.invalidRequest(`batch size ${requests.length} exceeds the maximum of ${maxBatch}`);
    sendPage(response, 200, errorText(undefined, refusal));
    return;
  }
  charge(Math.max(0, requests.length - 1));
  const texts: string[] = [];
  let cacheable = true;
  for (const request of requests) {
    if (request.id === undefined) continue;
    // Twenty large answers at a stretch would keep everybody else waiting.
    if (texts.length > 0) await new Promise(setImmediate);
    const answer = await answerOne(context, request.id, request);
    if (answer === undefined) {
      sendPage(response, 500, errorText(uriRequestId, RpcError.internal(new MissingParams().message)));
      return;
    }
    texts.push(answer.text);
    cacheable &&= answer.called && isCacheable(request);
  }
  sendAnswers(response, texts, cacheable);
}

/** The requests of a body: several in an array, or one. Throws GoJsonError. */
function readRequests(body: string): RpcRequest[] {
  const raw = readRawJson(body);
  if (kindOf(raw) !== "array") return raw === "null" ? [] : [parseRequest(raw)];
  try {
    return elementsOf(raw).map(parseRequest);
  } catch {
    // The reference then takes the array for one request, and says that it is none.
    return [parseRequest(raw)];
  }
}

/** What a request is answered with does not change: proxies may keep it. */
function isCacheable({ method, params }: RpcRequest): boolean {
  const cacheable = rpcMethods.get(method)?.cacheable ?? "never";
  if (cacheable !== "height" || params === undefined) return cacheable === "always";
  if (kindOf(params) === "array") return (elementsOf(params)[0] ?? "null") !== "null";
  return kindOf(params) === "object" && (membersOf(params).get("height") ?? "null") !== "null";
}

const cacheControl = "public, max-age=86400";

/** Notifications get no answer: a request that only holds them gets an empty body, and one answer stands alone. */
function sendAnswers(response: ServerResponse, texts: readonly string[], cacheable: boolean): void {
  if (texts.length === 0) {
    response.writeHead(200).end();
    return;
  }
  if (cacheable) response.setHeader("cache-control", cacheControl);
  sendPage(response, 200, texts.length === 1 ? (texts[0] ?? "") : `[${texts.join(",")}]`);
}

/** The answer, and whether the method was called at all; undefined where the reference breaks off. */
async function answerOne(context: RpcContext, id: RequestId, { method, params }: RpcRequest) {
  try {
    return { called: true, text: resultText(id, await callMethod(context, method, params)) };
  } catch (error) {
    if (error instanceof MissingParams) return undefined;
    const shown = toRpcError(error);
    return { called: shown.isInternal, text: errorText(id, shown) };
  }
}

/** Methods of websockets alone, with the names of their parameters. */
const webSocketOnly: ReadonlyMap<string, readonly string[]> = new Map([
  ["subscribe", ["query"]],
  ["unsubscribe", ["query"]],
  ["unsubscribe_all", []],
]);

async function handleUri(context: RpcContext, url: URL, response: ServerResponse): Promise<void> {
  const found = rpcMethods.get(url.pathname.slice(1));
  if (found === undefined) {
    if (webSocketOnly.has(url.pathname.slice(1))) {
      sendPage(response, 404, errorText(uriRequestId, RpcError.unknownMethod()));
    } else if (url.pathname === "/websocket") sendText(response, 400, "Bad Request\n");
    else sendText(response, 404, "404 page not found\n");
    return;
  }
  let result: JsonValue;
  try {
    result = await found.call(context, readUriParams(found.params, url.searchParams));
  } catch (error) {
    sendPage(response, 500, errorText(uriRequestId, toRpcError(error)));
    return;
  }
  const hasHeight = (url.searchParams.get("height") ?? "") !== "";
  if (found.cacheable === "always" || (found.cacheable === "height" && hasHeight)) {
    response.setHeader("cache-control", cacheControl);
  }
  sendPage(response, 200, resultText(uriRequestId, result));
}

/** The list of endpoints that people see in a browser. */
function endpointsPage(host: string): string {
  const safeHost = host.replace(/[^\w.:[\]-]/g, "");
  const named = [...rpcMethods].map(([name, { params }]) => [name, Object.keys(params)] as const);
  const links = [...named, ...webSocketOnly]
    .map(([name, params]) => `${name}?${params.map((param) => `${param}=_`).join("&")}`)
    .sort()
    .map((path) => `<a href="//${safeHost}/${path}">//${safeHost}/${path}</a></br>`);
  const title = "<br>Available endpoints:<br><br>Endpoints that require arguments:<br>";
  return `<html><body>${title}${links.join("")}</body></html>`;
}

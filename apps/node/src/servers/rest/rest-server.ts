import type { IncomingMessage, ServerResponse } from "node:http";
import type { JsonValue } from "@bufbuild/protobuf";
import {
  defaultHttpLimits,
  HostError,
  type HttpServer,
  listenHttp,
  messageOf,
  readBody,
  type TlsFiles,
  tooManyRequests,
} from "@stoa/host";
import { type Log, utf8 } from "@stoa/std";
import { decode, jsonText, toProtoJson } from "@stoa/wire";
import { typeByUrl } from "@stoa/wire/registry";
import { type HttpFront, openFront } from "../http-front.ts";
import { heightHeader, readHeightHeader } from "../services/height-header.ts";
import { type GrpcName, ServiceError } from "../services/service-error.ts";
import type { ServiceMethod, ServiceReply, ServiceTable } from "../services/service-table.ts";
import { docsPage } from "./docs-page.ts";
import { GrpcWeb } from "./grpc-web.ts";
import { matchPath, type Route, routesOf } from "./http-rules.ts";
import { openApiDocument } from "./openapi.ts";
import { readRequest } from "./read-request.ts";

/** The reference's bounds of a body and of connections at once. */
const maxBodyBytes = 1_000_000;
const maxConnections = 1_000;
/** Longest URL that is looked at; the headers together are bounded by the server. */
const maxUrlLength = 16 * 1024;

/** What {@link startRestServer} needs. */
export interface RestServerParams {
  readonly host: string;
  /** 0: the system picks one. */
  readonly port: number;
  readonly services: ServiceTable;
  /** Version of the interface, for its document. */
  readonly version: string;
  readonly log: Log;
  /** How long a reader may take nothing of its answer; the host's bound without it. */
  readonly stalledReaderMs?: number;
  /** Origins of browsers and rates of clients; without it everybody may ask as often as he likes. */
  readonly front?: HttpFront;
  readonly tls?: TlsFiles;
}

/** What requests are answered from. */
interface Gateway {
  readonly services: ServiceTable;
  readonly routes: readonly Route[];
  readonly web: GrpcWeb;
  readonly documents: ReadonlyMap<string, { readonly type: string; readonly body: Uint8Array }>;
  readonly log: Log;
}

/** Serves the table over REST as the reference's gateway does, and gRPC-web beside it (base-chain.md §6.1). */
export async function startRestServer(params: RestServerParams): Promise<HttpServer> {
  const { host, port, services, log, stalledReaderMs = defaultHttpLimits.stalledReaderMs } = params;
  const routes = routesOf(services);
  const openApi = utf8(JSON.stringify(openApiDocument(routes, params.version)));
  const page = { type: "text/html; charset=utf-8", body: utf8(docsPage(routes)) };
  const documents = new Map([
    ["/openapi.json", { type: "application/json", body: openApi }],
    ["/docs", page],
    ["/docs/", page],
  ]);
  const gateway: Gateway = { services, routes, web: new GrpcWeb({ services, log }), documents, log };
  const front = params.front ?? openFront();
  return listenHttp({
    host,
    port,
    handle: async (request, response) => {
      const refuse = (): void => refuseRate(gateway, request, response);
      if (front.admits(request, response, cors, refuse)) await handle(gateway, request, response);
    },
    ...(params.tls === undefined ? {} : { tls: params.tls }),
    limits: { connections: maxConnections, stalledReaderMs },
    log,
  });
}

async function handle(gateway: Gateway, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (gateway.web.takes(request)) return gateway.web.handle(request, response);
  const [rawPath = "/", query = ""] = splitUrl(request.url ?? "/");
  const clean = cleanPath(rawPath);
  if (clean !== rawPath) {
    response.writeHead(301, { location: query === "" ? clean : `${clean}?${query}`, "content-length": 0 });
    response.end();
    return;
  }
  const document = request.method === "GET" ? gateway.documents.get(rawPath) : undefined;
  if (document !== undefined) {
    send(response, 200, document.type, document.body);
    return;
  }
  await answerRoute(gateway, rawPath, query, request, response);
}

/** A path without empty, `.` and `..` parts; a slash at the end stays. The reference's router sends others there. */
function cleanPath(path: string): string {
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return kept.length > 0 && path.endsWith("/") ? `/${kept.join("/")}/` : `/${kept.join("/")}`;
}

function splitUrl(url: string): [string, string] {
  const mark = url.indexOf("?");
  return mark === -1 ? [url, ""] : [url.slice(0, mark), url.slice(mark + 1)];
}

function refuseRate(gateway: Gateway, request: IncomingMessage, response: ServerResponse): void {
  const problem = new ServiceError("ResourceExhausted", tooManyRequests);
  if (gateway.web.takes(request)) gateway.web.refuse(request, response, problem);
  else sendError(response, problem);
}

/** What browsers may send and read: nothing here relies on cookies. */
const cors = {
  methods: "GET, POST, OPTIONS",
  headers: `content-type, x-grpc-web, x-user-agent, grpc-timeout, ${heightHeader}, grpc-metadata-${heightHeader}`,
  exposed: `grpc-status, grpc-message, ${heightHeader}, grpc-metadata-${heightHeader}`,
};

const notImplemented = new ServiceError("Unimplemented", "Not Implemented");

async function answerRoute(
  gateway: Gateway,
  rawPath: string,
  query: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let reply: { readonly method: ServiceMethod; readonly reply: ServiceReply };
  try {
    reply = await call(gateway, rawPath, query, request);
  } catch (problem) {
    // What was not read of the body would be taken for the next request.
    if (!request.complete) response.setHeader("connection", "close");
    sendError(response, asServiceError(problem, gateway.log, rawPath));
    return;
  }
  const { value, height } = reply.reply;
  const json = jsonOf(reply.method, value);
  if (json instanceof ServiceError) {
    sendError(response, new ServiceError(json.grpc, json.message, height));
    return;
  }
  setHeightHeaders(response, height);
  if (height !== undefined) response.setHeader(heightHeader, String(height));
  send(response, 200, "application/json", utf8(jsonText(json)));
}

async function call(gateway: Gateway, rawPath: string, query: string, request: IncomingMessage) {
  if (rawPath.length + query.length > maxUrlLength) throw new ServiceError("InvalidArgument", "the URL is too long");
  const found = findRoute(gateway.routes, request.method ?? "GET", rawPath);
  if (found === undefined) throw notImplemented;
  const { route, values } = found;
  const method = gateway.services.get(route.path);
  if (method === undefined) throw notImplemented;
  const body = route.hasBody ? await readBody(request, maxBodyBytes) : undefined;
  const bytes = readRequest(route, values, query, body);
  return { method, reply: await method.call(bytes, readHeightHeader(askedHeight(request))) };
}

function askedHeight({ headers }: IncomingMessage): string | undefined {
  const asked = headers[`grpc-metadata-${heightHeader}`] ?? headers[heightHeader];
  return typeof asked === "string" ? asked : asked?.[0];
}

function findRoute(routes: readonly Route[], verb: string, rawPath: string) {
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    throw new ServiceError("InvalidArgument", "the path is not UTF-8 or has a broken escape");
  }
  const parts = path.split("/").slice(1);
  for (const route of routes) {
    if (route.verb !== verb) continue;
    const values = matchPath(route.segments, parts);
    if (values !== undefined) return { route, values };
  }
  return undefined;
}

function jsonOf({ descriptor, path }: ServiceMethod, value: Uint8Array): JsonValue | ServiceError {
  const { output } = descriptor;
  const json = toProtoJson(output, decode(output, value), typeByUrl);
  return json.ok ? json.value : new ServiceError("Internal", `${path}: ${json.error.message}`);
}

function asServiceError(problem: unknown, log: Log, path: string): ServiceError {
  if (problem instanceof ServiceError) return problem;
  if (problem instanceof HostError && problem.code === "body-too-large") {
    return new ServiceError("InvalidArgument", "http: request body too large");
  }
  if (problem instanceof HostError && problem.code === "body-incomplete") {
    return new ServiceError("InvalidArgument", "unexpected EOF");
  }
  log.error("a REST call failed", { path, reason: messageOf(problem) });
  return new ServiceError("Internal", "internal error");
}

/** HTTP statuses of gRPC codes, as the gateway has them. */
const statuses: { readonly [name in GrpcName]: number } = {
  OK: 200,
  Canceled: 408,
  Unknown: 500,
  InvalidArgument: 400,
  DeadlineExceeded: 504,
  NotFound: 404,
  AlreadyExists: 409,
  PermissionDenied: 403,
  ResourceExhausted: 429,
  FailedPrecondition: 400,
  Aborted: 409,
  OutOfRange: 400,
  Unimplemented: 501,
  Internal: 500,
  Unavailable: 503,
  DataLoss: 500,
  Unauthenticated: 401,
};

function sendError(response: ServerResponse, { grpc, code, message, height }: ServiceError): void {
  setHeightHeaders(response, height);
  send(response, statuses[grpc], "application/json", utf8(jsonText({ code, message, details: [] })));
}

/** Only answers from a state carry these. */
function setHeightHeaders(response: ServerResponse, height: bigint | undefined): void {
  if (height === undefined) return;
  response.setHeader("grpc-metadata-content-type", "application/grpc+cosmos-sdk-grpc-codec");
  response.setHeader(`grpc-metadata-${heightHeader}`, String(height));
}

function send(response: ServerResponse, status: number, type: string, body: Uint8Array): void {
  response.writeHead(status, { "content-type": type, "content-length": body.length });
  response.end(body);
}

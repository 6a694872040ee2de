/** The gateway's listener: TLS 1.3 with client certificates, HTTP and websockets (provider.md §6.1). */
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { createServer as createTlsServer, type TLSSocket, type Server as TlsServer } from "node:tls";
import { type ClientRate, refuseUnreadable, retryAfterS, tooManyRequests } from "@stoa/host";
import type { Timers } from "@stoa/std";
import { WebSocketServer } from "ws";
import { allowOrigins } from "./cors.ts";
import type { Gateway, GatewayParams } from "./gateway.ts";
import { type GatewayRequest, type GatewayResponse, textError } from "./message.ts";
import { certificateTrustS, verifyPeer } from "./peer.ts";
import { sendBadCertificate, serverSecret } from "./refusal-alert.ts";
import { type KeyPair, type ServerTlsParams, serverTls } from "./server-tls.ts";
import { serveStream } from "./stream-serve.ts";
import { StreamSocket } from "./stream-socket.ts";

export interface GatewayServerParams extends GatewayParams, ServerTlsParams {
  readonly gateway: Gateway;
  readonly timers: Timers;
  /** Counts requests, websockets and their frames by the connection's address; without it all are taken. */
  readonly rate?: ClientRate;
}

/** Connections at once: each holds some 50 KiB, so this bounds the gateway near 100 MiB. */
const maxConnections = 2048;
/** Streams at once; each follows a log or runs a shell. */
const maxStreams = 512;
/** Streams of one account at once: nobody keeps the others out. */
const maxStreamsEach = 64;
/** The reference's limits of time: for the header, and for a whole request with its manifest. */
const headersTimeoutMs = 3_000;
const requestTimeoutMs = 120_000;
/** How often slow requests are looked for. */
const slownessCheckMs = 1_000;
const handshakeTimeoutMs = 5_000;
/** A refused client reads the alert or the answer within this, or never. */
const refusalLingerMs = 1_000;
const idleTimeoutMs = 60_000;
/** A granular token for many deployments is a few KiB. */
const maxHeaderBytes = 64 * 1024;
/** A body that no route takes is still read up to here, so that its sender gets to hear why. */
const maxDiscardedBytes = 64 << 20;
/** The largest frame that a client may send: terminals paste less. */
const maxFrameBytes = 1 << 20;

const overRate = allowOrigins(textError(429, tooManyRequests));
const askedTooOften = { ...overRate, headers: { ...overRate.headers, "Retry-After": String(retryAfterS) } };

export class GatewayServer {
  readonly #params: GatewayServerParams;
  /** Whose certificate a connection showed, and when that was held against the chain, in seconds. */
  readonly #owners = new WeakMap<Duplex, { readonly address: string; readonly checkedAt: bigint }>();
  readonly #tls: TlsServer;
  readonly #http: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: maxFrameBytes, clientTracking: true });
  readonly #connections = new Set<Socket>();
  /** Open streams of each account. */
  readonly #streams = new Map<string, number>();
  /** Of connections whose certificate is still to be judged: what an alert is sealed with. */
  readonly #secrets = new WeakMap<TLSSocket, Uint8Array>();

  constructor(params: GatewayServerParams) {
    this.#params = params;
    this.#http = createHttpServer({
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: idleTimeoutMs,
      connectionsCheckingInterval: slownessCheckMs,
      // Some clients offer HTTP/2 on ordinary requests; those are answered as ordinary requests.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === "websocket",
    });
    // It never listens itself, and only that would start Node's watch over slow requests.
    this.#http.emit("listening");
    refuseUnreadable(this.#http, maxHeaderBytes);
    this.#http.on("request", (request, response) => void this.#onRequest(request, response));
    this.#http.on("upgrade", (request, socket, head) => void this.#onUpgrade(request, socket, head));
    this.#tls = createTlsServer({
      ...serverTls(params),
      handshakeTimeout: handshakeTimeoutMs,
      ALPNProtocols: ["http/1.1"],
    });
    this.#tls.maxConnections = maxConnections;
    this.#tls.on("secureConnection", (socket) => void this.#onConnection(socket));
    this.#tls.on("keylog", (line, socket) => {
      const secret = serverSecret(line);
      if (secret !== undefined) this.#secrets.set(socket, secret);
    });
    this.#tls.on("tlsClientError", (_error, socket) => socket.destroy());
    this.#tls.on("connection", (socket: Socket) => {
      this.#connections.add(socket);
      socket.on("close", () => this.#connections.delete(socket));
    });
  }

  /** Listens and answers the port in use. Rejects when the address cannot be had. */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#tls.once("error", reject);
      this.#tls.listen(port, host, () => {
        this.#tls.removeListener("error", reject);
        resolve((this.#tls.address() as AddressInfo).port);
      });
    });
  }

  /** Shows another published certificate from the next connection on. */
  renew(onChain: KeyPair): void {
    this.#tls.setSecureContext(serverTls({ ...this.#params, onChain }));
  }

  /** Stops listening and ends what is open. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#tls.close(() => resolve()));
    for (const client of this.#sockets.clients) client.close(1001);
    for (const socket of this.#connections) socket.destroy();
    this.#http.close();
    await closed;
  }

  /** A certificate that does not stand the chain's check ends the connection before anything is read from it. */
  async #onConnection(socket: TLSSocket): Promise<void> {
    socket.on("error", () => socket.destroy());
    try {
      const peer = await verifyPeer(socket, this.#params);
      if (!peer.ok) {
        // Of no weight: any stranger can write such lines.
        this.#params.log.debug("client certificate refused", { reason: peer.error });
        // OpenSSL's session tickets go out first: the alert is the record after them.
        await setImmediate();
        if (!socket.destroyed) this.#refuse(socket);
        return;
      }
      if (peer.value !== undefined) {
        this.#owners.set(socket, { address: peer.value, checkedAt: this.#params.nowSeconds() });
      }
      // For one that is gone already Node would keep a reader for ever: it waits for its end, which has been.
      if (!socket.destroyed) this.#http.emit("connection", socket);
    } catch (error) {
      this.#params.log.warn("client certificate cannot be checked", { error: String(error) });
      socket.destroy();
    } finally {
      this.#secrets.delete(socket);
    }
  }

  /** Tells the client with an alert, and lets it read that before the connection goes. */
  #refuse(socket: TLSSocket): void {
    const secret = this.#secrets.get(socket);
    const carrier = this.#carrierOf(socket);
    if (secret === undefined || carrier === undefined) {
      socket.destroy();
      return;
    }
    sendBadCertificate(socket, carrier, secret);
    socket.resume();
    const ending = this.#params.timers.after(refusalLingerMs, () => socket.destroy());
    socket.once("close", () => ending.cancel());
  }

  #carrierOf(socket: TLSSocket): Socket | undefined {
    for (const carrier of this.#connections) {
      if (carrier.remotePort === socket.remotePort && carrier.remoteAddress === socket.remoteAddress) return carrier;
    }
    return undefined;
  }

  #request(request: IncomingMessage): GatewayRequest {
    const headers: Record<string, string | undefined> = {};
    for (const [name, value] of Object.entries(request.headers)) {
      headers[name] = Array.isArray(value) ? value[0] : value;
    }
    return {
      method: request.method ?? "",
      target: request.url ?? "/",
      headers,
      readBody: (maxBytes) => readBody(request, maxBytes),
      certificateOwner: this.#owners.get(request.socket)?.address,
    };
  }

  /** Counts a request, or a frame of the websocket that it opened; false when its client makes too many. */
  #admits({ socket }: IncomingMessage): boolean {
    return this.#params.rate?.takes(socket.remoteAddress ?? "") ?? true;
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What browsers ask before they ask is free, as it is of the node's servers.
    const mayAsk = request.method === "OPTIONS" || this.#admits(request);
    const outcome = mayAsk ? await this.#params.gateway.handle(this.#request(request)) : { response: askedTooOften };
    // A stream was asked for without a websocket: the words of the reference's upgrader.
    const answer = "response" in outcome ? outcome.response : textError(400, "Bad Request");
    // A client that is still sending would miss the answer if the connection went at once.
    if (!request.complete) await readBody(request, 0).catch(() => undefined);
    if (!request.complete || this.#isStale(request.socket)) response.setHeader("Connection", "close");
    response.writeHead(answer.status, {
      ...answer.headers,
      ...(answer.status === 204 ? {} : { "Content-Length": answer.body.length }),
    });
    response.end(answer.body);
  }

  /** A certificate may be revoked while its connection lives: after a while it is to be shown anew. */
  #isStale(socket: Socket): boolean {
    const owner = this.#owners.get(socket);
    return owner !== undefined && this.#params.nowSeconds() - owner.checkedAt >= certificateTrustS;
  }

  async #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on("error", () => socket.destroy());
    if (!this.#admits(request)) return this.#refuseUpgrade(socket, askedTooOften);
    const outcome = await this.#params.gateway.handle(this.#request(request));
    if ("response" in outcome) return this.#refuseUpgrade(socket, outcome.response);
    const { owner } = outcome.stream.lease;
    const own = this.#streams.get(owner) ?? 0;
    if (own >= maxStreamsEach || this.#sockets.clients.size >= maxStreams) {
      const whose = own >= maxStreamsEach ? "your account has" : "there are";
      return this.#refuseUpgrade(socket, textError(503, `${whose} too many open streams, try again later`));
    }
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      this.#streams.set(owner, (this.#streams.get(owner) ?? 0) + 1);
      client.on("close", () => this.#streamEnded(owner));
      const stream = new StreamSocket(client, this.#params.timers, () => this.#admits(request));
      void serveStream(outcome.stream, stream, this.#params);
    });
  }

  #streamEnded(owner: string): void {
    const left = (this.#streams.get(owner) ?? 1) - 1;
    if (left > 0) this.#streams.set(owner, left);
    else this.#streams.delete(owner);
  }

  /** Answers a client that asked for another protocol; whether it hangs up or not, the connection goes soon. */
  #refuseUpgrade(socket: Duplex, response: GatewayResponse): void {
    writeRefusal(socket, response);
    socket.resume();
    const ending = this.#params.timers.after(refusalLingerMs, () => socket.destroy());
    socket.once("close", () => ending.cancel());
  }
}

/** The body of a request, or undefined if it is longer than allowed; the rest is then let pass unread. */
async function readBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).length;
    if (length > maxDiscardedBytes) return undefined;
    if (length > maxBytes) chunks.length = 0;
    else chunks.push(chunk as Buffer);
  }
  return length > maxBytes ? undefined : Buffer.concat(chunks);
}

function writeRefusal(socket: Duplex, response: GatewayResponse): void {
  const head = [`HTTP/1.1 ${response.status} ${response.status === 400 ? "Bad Request" : "Refused"}`];
  for (const [name, value] of Object.entries(response.headers)) head.push(`${name}: ${value}`);
  head.push(`Content-Length: ${response.body.length}`, "Connection: close", "", "");
  socket.end(Buffer.concat([Buffer.from(head.join("\r\n")), response.body]));
}

/**
 * Requests and websockets to providers, whose certificates are their own: each connection is handed out only after
 * the caller's check of what the server presented. The check comes before any byte of the request is sent.
 */
import { Agent, type ClientRequest, request as httpRequest } from "node:http";
import { connect as connectPlain, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type TLSSocket } from "node:tls";
import WebSocket from "ws";

/** A client certificate and its key, as PEM. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface ProviderTransportParams {
  /** Why a server's certificates (DER, leaf first) are not those of the provider, or undefined. */
  readonly check: (certificates: readonly Uint8Array[]) => Promise<string | undefined>;
  readonly identity?: ClientIdentity;
  /** Also trust a server whose certificate a public authority issued for the host's name; default true. */
  readonly trustPublic?: boolean;
}

export interface ProviderCall {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly timeoutMs: number;
}

export interface ProviderSocketEvents {
  message(data: string | Uint8Array): void;
  closed(code: number, reason: string): void;
}

export interface ProviderSocket {
  send(data: Uint8Array): void;
  close(): void;
}

const connectTimeoutMs = 10_000;
/** The largest answer: a status of a large cluster with its inventory. */
const maxAnswerBytes = 16 << 20;
const maxFrameBytes = 16 << 20;
const maxChain = 8;

function presented(socket: TLSSocket): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  let next = socket.getPeerX509Certificate();
  while (next !== undefined && found.length < maxChain) {
    found.push(next.raw);
    next = next.issuerCertificate;
  }
  return found;
}

/** An agent with one connection, made elsewhere. */
class GivenConnection extends Agent {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super({ keepAlive: false, maxSockets: 1 });
    this.#socket = socket;
  }

  override createConnection(): Socket {
    return this.#socket;
  }
}

/** Resolves when the websocket is open. Rejects with the server's words when it refuses, whole or cut off, or when it is late. */
async function opened(client: WebSocket, socket: Socket): Promise<void> {
  let late: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      late = setTimeout(() => reject(new Error(`no websocket within ${connectTimeoutMs} ms`)), connectTimeoutMs);
      client.once("open", resolve);
      client.on("error", reject);
      client.once("unexpected-response", (_request, response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => {
          if (chunks.length < 64) chunks.push(chunk);
        });
        response.on("close", () => {
          const text = Buffer.concat(chunks).toString("utf8").trim();
          reject(new Error(`the provider answered ${response.statusCode}: ${text}`));
        });
      });
      // A refusal that came just before is heard first.
      const ended = () => setImmediate(() => reject(new Error("the provider ended the connection")));
      if (socket.destroyed) ended();
      else socket.once("close", ended);
    });
  } catch (error) {
    client.terminate();
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(late);
  }
}

export class ProviderTransport {
  readonly #params: ProviderTransportParams;

  constructor(params: ProviderTransportParams) {
    this.#params = params;
  }

  /** One request on a connection of its own. Rejects when nobody answers, or not the one who should. */
  async request(call: ProviderCall): Promise<{ readonly status: number; readonly text: string }> {
    const url = new URL(call.url);
    const socket = await this.#connect(url);
    return new Promise((resolve, reject) => {
      const body = call.body === undefined ? undefined : Buffer.from(call.body, "utf8");
      const request: ClientRequest = httpRequest(
        {
          method: call.method,
          path: url.pathname + url.search,
          host: url.hostname,
          createConnection: () => socket,
          headers: {
            ...call.headers,
            Host: url.host,
            Connection: "close",
            ...(body === undefined ? {} : { "Content-Length": body.length }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on("data", (chunk: Buffer) => {
            length += chunk.length;
            if (length > maxAnswerBytes)
              request.destroy(new Error(`the answer is larger than ${maxAnswerBytes} bytes`));
            else chunks.push(chunk);
          });
          response.on("error", reject);
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") });
          });
        },
      );
      // For the whole answer: one that comes byte by byte would never be late otherwise.
      const late = setTimeout(
        () => request.destroy(new Error(`no answer within ${call.timeoutMs} ms`)),
        call.timeoutMs,
      );
      request.on("error", reject);
      request.on("close", () => {
        clearTimeout(late);
        socket.destroy();
        // Node tells of no error where the connection was gone before, or is taken for another protocol's.
        reject(new Error("the connection ended before the answer"));
      });
      request.end(body);
    });
  }

  /** Opens a websocket. Rejects with the server's words when it refuses the upgrade. */
  async openSocket(
    url: string,
    headers: Readonly<Record<string, string>>,
    events: ProviderSocketEvents,
  ): Promise<ProviderSocket> {
    const socket = await this.#connect(new URL(url.replace(/^ws/, "http")));
    // The connection is made and checked already: whether it is TLS is no longer the websocket's business.
    const client = new WebSocket(url.replace(/^wss/, "ws"), {
      headers,
      agent: new GivenConnection(socket),
      maxPayload: maxFrameBytes,
      perMessageDeflate: false,
      handshakeTimeout: connectTimeoutMs,
    });
    client.on("message", (data, isBinary) => {
      const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as ArrayBuffer);
      events.message(isBinary ? bytes : bytes.toString("utf8"));
    });
    await opened(client, socket);
    client.on("error", () => client.terminate());
    client.on("close", (code, reason) => events.closed(code, reason.toString("utf8")));
    return {
      send: (data) => client.send(data),
      close: () => client.close(1000),
    };
  }

  #connect(url: URL): Promise<Socket> {
    if (url.protocol === "http:") return plainConnection(url);
    const { identity } = this.#params;
    return new Promise((resolve, reject) => {
      const socket = connectTls({
        host: url.hostname,
        port: Number(url.port || 443),
        ...(/^[\d.]+$|:/.test(url.hostname) ? {} : { servername: url.hostname }),
        minVersion: "TLSv1.3",
        // The check below decides; authorities know nothing of a provider's own certificate.
        rejectUnauthorized: false,
        ...(identity === undefined ? {} : { cert: identity.certificate, key: identity.privateKey }),
      });
      const fail = (error: Error) => {
        socket.destroy();
        reject(error);
      };
      socket.setTimeout(connectTimeoutMs, () => fail(new Error(`no connection within ${connectTimeoutMs} ms`)));
      socket.once("error", fail);
      socket.once("secureConnect", () => {
        this.#problem(socket, url.hostname).then((problem) => {
          if (problem !== undefined) return fail(new Error(problem));
          // The check takes its time: it may ask a chain.
          if (socket.destroyed) return fail(new Error("the provider ended the connection"));
          socket.setTimeout(0);
          socket.removeListener("error", fail);
          return resolve(socket);
        }, fail);
      });
    });
  }

  async #problem(socket: TLSSocket, hostname: string): Promise<string | undefined> {
    const publicly = socket.authorized && checkServerIdentity(hostname, socket.getPeerCertificate()) === undefined;
    if (publicly && this.#params.trustPublic !== false) return undefined;
    return this.#params.check(presented(socket));
  }
}

function plainConnection(url: URL): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectPlain({ host: url.hostname, port: Number(url.port || 80) });
    const fail = (error: Error) => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(connectTimeoutMs, () => fail(new Error(`no connection within ${connectTimeoutMs} ms`)));
    socket.once("error", fail);
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.removeListener("error", fail);
      resolve(socket);
    });
  });
}

import { type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import type { Server as TlsServer } from "node:https";
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { systemCode } from "./errors.ts";

/**
 * A connection whose request is refused before it is read stays for so long, taking so much: if it were cut while the
 * client still writes, the client would see a reset and never the reason.
 */
const refusalGraceMs = 1_000;
const refusalGraceBytes = 1024 * 1024;

/**
 * Lets a server answer what is no request, or has headers larger than it takes, with the reason: Node's own answer is lost
 * in a reset when the client is still writing.
 */
export function refuseUnreadable(server: Server | TlsServer, headerBytes: number): void {
  const refuser = new Refuser(headerBytes);
  server.prependListener("request", (request, response) => {
    refuser.begins(request.socket, response);
    if (hasBody(request)) lingerFor(request);
  });
  server.on("clientError", (error, socket) => refuser.refuse(error, socket));
}

/**
 * Answers who asked for another protocol with a status and header lines alone. The connection is no longer the server's, so
 * that nobody else would hear of its errors, or end it when the client does not.
 */
export function refuseUpgrade(socket: Duplex, status: number, headers: readonly string[] = []): void {
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...headers, "connection: close", "content-length: 0"];
  socket.on("error", () => socket.destroy());
  socket.end(`${lines.join("\r\n")}\r\n\r\n`);
  socket.resume();
  cutAfterGrace(socket);
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined;
}

/** Keeps the end of a connection from cutting off an answer that was given before the body had come. */
function lingerFor(request: IncomingMessage): void {
  const { socket } = request;
  // How Node ends a connection after its last answer. With data unread the system would reset it, the answer included.
  socket.destroySoon = () => {
    if (request.complete || socket.destroyed) Socket.prototype.destroySoon.call(socket);
    else {
      request.resume();
      socket.end();
      cutAfterGrace(socket);
    }
  };
}

function cutAfterGrace(socket: Duplex): void {
  const cut = setTimeout(() => socket.destroy(), refusalGraceMs);
  socket.once("close", () => clearTimeout(cut));
}

/** What a request that cannot even be read is answered with, by the code of Node's error. */
function refusalFor(code: string | undefined, headerBytes: number): readonly [status: number, text: string] {
  switch (code) {
    case "HPE_HEADER_OVERFLOW":
      return [431, `the headers are larger than ${headerBytes} bytes`];
    case "HPE_CHUNK_EXTENSIONS_OVERFLOW":
      return [413, "the chunk extensions are too large"];
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return [408, "the request took too long"];
    default:
      return [400, "this is no HTTP request"];
  }
}

/** Answers what is no request, once a connection, and ends the connection when the client has had time to read it. */
class Refuser {
  private readonly headerBytes: number;
  /** Connections that were refused, with what they had sent by then. */
  private readonly refused = new WeakMap<Duplex, number>();
  /** The last answers, in the order in which they are sent: a client may ask again before it has read. */
  private readonly answers = new WeakMap<Duplex, ServerResponse[]>();

  constructor(headerBytes: number) {
    this.headerBytes = headerBytes;
  }

  /** An answer is being made on the connection; the response has none yet while it waits for the one before. */
  begins(socket: Duplex, response: ServerResponse): void {
    const answers = this.answers.get(socket) ?? [];
    while (answers[0]?.writableFinished === true) answers.shift();
    answers.push(response);
    this.answers.set(socket, answers);
  }

  refuse(error: Error, socket: Duplex): void {
    const read = socket instanceof Socket ? socket.bytesRead : 0;
    const before = this.refused.get(socket);
    if (before !== undefined) {
      // Comes again with whatever else the client writes.
      if (read - before > refusalGraceBytes) socket.destroy();
      return;
    }
    const answering = this.answers.get(socket)?.find(({ writableFinished }) => !writableFinished);
    if (!socket.writable || systemCode(error) === "ECONNRESET" || answering?.headersSent === true) {
      socket.destroy();
      return;
    }
    this.refused.set(socket, read);
    const [status, reason] = refusalFor(systemCode(error), this.headerBytes);
    const line = `${status} ${STATUS_CODES[status]}`;
    const text = `${line}: ${reason}`;
    const head = `HTTP/1.1 ${line}\r\nconnection: close\r\n`;
    socket.end(`${head}content-type: text/plain; charset=utf-8\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
    // Whoever waits for the rest of a broken body learns at once that none comes.
    if (answering !== undefined) socket.destroy();
    cutAfterGrace(socket);
  }
}

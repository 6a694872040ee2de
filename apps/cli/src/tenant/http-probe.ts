import { request } from "node:http";

/** What a page answered. */
export interface Answered {
  readonly status: number;
  readonly bytes: number;
}

/**
 * GETs a page once. `*.localhost` is this machine by definition (RFC 6761 §6.3), but Debian's resolver does not know it:
 * we do. Rejects when nothing answers in time.
 */
export function getPage(url: URL, timeoutMs: number): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const host = url.hostname.endsWith(".localhost") ? "127.0.0.1" : url.hostname;
    const headers = { host: url.host, connection: "close" };
    // For the whole page: one that never ends would never be late otherwise.
    let answered = false;
    const signal = AbortSignal.timeout(timeoutMs);
    const sent = request({ host, port: url.port, path: url.pathname, headers, signal }, (answer) => {
      answered = true;
      let bytes = 0;
      answer.on("data", (part: Buffer) => {
        bytes += part.length;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, bytes }));
      answer.on("error", () => reject(new Error(signal.aborted ? "no whole answer in time" : "the answer broke off")));
    });
    sent.on("error", (error) => reject(signal.aborted ? new Error("no answer in time") : error));
    // Without an error where another protocol is answered.
    sent.on("close", () => {
      if (!answered) reject(new Error("no answer"));
    });
    sent.end();
  });
}

/** True if something speaks HTTP there, whatever it says. */
export function speaksHttp(url: string, timeoutMs: number): Promise<boolean> {
  return getPage(new URL(url), timeoutMs).then(
    () => true,
    () => false,
  );
}

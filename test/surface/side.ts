import { once } from "node:events";
import { request } from "node:http";

/** Longer answers than this are no answers to the questions asked here. */
const maxAnswerBytes = 64 * 1024 * 1024;
const answerTimeoutMs = 30_000;

/** One question over HTTP, byte for byte. */
export interface HttpQuestion {
  readonly verb: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
}

/** What came back. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** Asks; the path goes out as it is written, since what a URL parser would change is part of the question. */
export function askHttp(url: string, { verb, path, headers = {}, body }: HttpQuestion): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const options = {
      hostname,
      port,
      method: verb,
      path,
      headers: { ...headers, ...length },
      timeout: answerTimeoutMs,
      agent: false,
    };
    const asked = request(options, (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) asked.destroy(new Error(`more than ${maxAnswerBytes} bytes answer ${path}`));
        chunks.push(chunk);
      });
      answer.on("end", () => {
        const found = new Map(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
        resolve({ status: answer.statusCode ?? 0, headers: found, text: Buffer.concat(chunks).toString() });
      });
    });
    asked.on("timeout", () => asked.destroy(new Error(`no answer to ${verb} ${path}`)));
    // A connection that is closed without an answer is an answer, too.
    asked.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET") resolve({ status: 0, headers: new Map(), text: "" });
      else reject(error);
    });
    asked.end(body);
  });
}

/** How long a websocket session's frames may take to come. */
const sessionMs = 4_000;

/** Plays a websocket session: sends the texts and gathers what comes, until it is enough or time is over. */
export async function playSession(
  url: string,
  texts: readonly string[],
  isEnough: (frames: readonly string[]) => boolean,
): Promise<string[]> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/websocket`);
  const frames: string[] = [];
  socket.addEventListener("message", ({ data }) => frames.push(String(data)));
  await once(socket, "open");
  for (const text of texts) socket.send(text);
  for (const end = performance.now() + sessionMs; !isEnough(frames) && performance.now() < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  socket.close();
  return frames;
}

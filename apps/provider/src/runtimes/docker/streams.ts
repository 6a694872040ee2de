/** Decoders of the engine's streams: multiplexed output, lines and lines of JSON. */
import type { ExecOutput } from "../runtime.ts";

/** A line longer than this goes on in the next one: nobody may grow our memory with one endless line. */
export const lineBytesMax = 64 * 1024;
/** Frames of the multiplexed stream are written by the engine in pieces of at most 32 KiB; this bounds a broken one. */
export const frameBytesMax = 16 * 1024 * 1024;

const frameHeadBytes = 8;

/** Splits `[stream, 0, 0, 0, length BE32, bytes]` frames of stdout and stderr. */
export class Demultiplexer {
  #pending: Buffer = Buffer.alloc(0);

  push(data: Uint8Array): ExecOutput[] {
    let rest = this.#pending.length === 0 ? Buffer.from(data) : Buffer.concat([this.#pending, data]);
    const output: ExecOutput[] = [];
    while (rest.length >= frameHeadBytes) {
      const length = rest.readUInt32BE(4);
      if (length > frameBytesMax) throw new Error(`frame of ${length} bytes in the engine's stream`);
      if (rest.length < frameHeadBytes + length) break;
      const stream = rest[0] === 2 ? "stderr" : "stdout";
      const body = rest.subarray(frameHeadBytes, frameHeadBytes + length);
      if (length > 0) output.push({ stream, data: Uint8Array.from(body) });
      rest = rest.subarray(frameHeadBytes + length);
    }
    this.#pending = rest;
    return output;
  }
}

/** Cuts bytes into lines without their ends; invalid UTF-8 becomes U+FFFD. */
export class LineSplitter {
  #pending: Buffer = Buffer.alloc(0);

  push(data: Uint8Array): string[] {
    let rest = this.#pending.length === 0 ? Buffer.from(data) : Buffer.concat([this.#pending, data]);
    const lines: string[] = [];
    for (;;) {
      const end = rest.indexOf(0x0a);
      if (end >= 0 && end <= lineBytesMax) {
        lines.push(rest.toString("utf8", 0, end > 0 && rest[end - 1] === 0x0d ? end - 1 : end));
        rest = rest.subarray(end + 1);
      } else if (rest.length > lineBytesMax) {
        lines.push(rest.toString("utf8", 0, lineBytesMax));
        rest = rest.subarray(lineBytesMax);
      } else break;
    }
    this.#pending = rest;
    return lines;
  }

  /** The last line, if it had no end. */
  flush(): string[] {
    const text = this.#pending.toString("utf8");
    this.#pending = Buffer.alloc(0);
    return text === "" ? [] : [text];
  }
}

/** Reads an answer that is one JSON value a line. Lines that are not JSON end it with an error. */
export async function* jsonLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<unknown> {
  const splitter = new LineSplitter();
  for await (const part of source) {
    for (const line of splitter.push(part)) if (line.trim() !== "") yield JSON.parse(line);
  }
  for (const line of splitter.flush()) if (line.trim() !== "") yield JSON.parse(line);
}

/** One small JSON file for each thing, written whole or not at all: what must survive a kill at any moment. */
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "@stoa/host";
import type { Log } from "@stoa/std";

/** A manifest has at most 4 MiB; a larger file here is none of ours. */
const fileBytesMax = 8 * 1024 * 1024;
const format = 1;

export class JsonFolder {
  readonly #path: string;
  readonly #log: Log;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /** Every readable entry. A file that cannot be read is reported and left where it is. */
  load(): unknown[] {
    const found: unknown[] = [];
    for (const name of readdirSync(this.#path)) {
      if (!name.endsWith(".json")) continue;
      try {
        const text = readFileSync(join(this.#path, name), "utf8");
        if (text.length > fileBytesMax) throw new Error("too large");
        const entry: { format?: unknown; content?: unknown } = JSON.parse(text);
        if (entry.format !== format) throw new Error(`format ${String(entry.format)}, this program reads ${format}`);
        found.push(entry.content);
      } catch (cause) {
        this.#log.error("a kept file cannot be read", { file: join(this.#path, name), reason: String(cause) });
      }
    }
    return found;
  }

  /** Durable when it returns. Bigints are written as text. Throws HostError `disk-full` or `io`. */
  save(name: string, content: unknown): void {
    const text = JSON.stringify({ format, content }, (_key, value) =>
      typeof value === "bigint" ? String(value) : value,
    );
    writeFileAtomic(this.#file(name), text);
  }

  remove(name: string): void {
    rmSync(this.#file(name), { force: true });
  }

  #file(name: string): string {
    return join(this.#path, `${name}.json`);
  }
}

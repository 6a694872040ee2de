import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { writeFileAtomic } from "@stoa/host";
import { CliError } from "../command.ts";
import { processStart } from "./process-start.ts";

const mainFile = join(import.meta.dirname, "../main.ts");
/** A process that was asked to stop gets this long before it is ended. */
const stopMs = 20_000;
const logTailBytes = 2_000;
/** Variables that a child may see: what programs need to run, and ours. No other secrets travel. */
const passedVariables = [
  "PATH",
  "HOME",
  "LANG",
  "TZ",
  "DOCKER_HOST",
  "STOA_PASSPHRASE_FILE",
  "CI",
  "TMPDIR",
  "NODE_COMPILE_CACHE",
];

export interface ChildParams {
  /** What it is, for messages: `node`, `provider 1`. */
  readonly name: string;
  /** Words after `stoa`. */
  readonly words: readonly string[];
  readonly logFile: string;
  /** Names the process for whoever has to stop it after we died. */
  readonly recordFile: string;
  /** Longest wait for its `ready` line. */
  readonly readyMs: number;
}

function logTail(file: string): string {
  try {
    const text = readFileSync(file, "utf8");
    return text.slice(-logTailBytes).trim();
  } catch {
    return "";
  }
}

/** One of our own programs as a process of its own: starts, says `ready`, and stops when asked. */
export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #logFile: string;
  readonly #exited: Promise<number | null>;
  #ended = false;

  private constructor(params: ChildParams, child: ChildProcess) {
    this.name = params.name;
    this.#process = child;
    this.#logFile = params.logFile;
    this.#exited = new Promise((resolve) => {
      child.once("exit", (code) => {
        this.#ended = true;
        resolve(code);
      });
      child.once("error", () => {
        this.#ended = true;
        resolve(null);
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Resolves when the process is gone, with its exit code. */
  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** Starts the program and waits for its line `{"event":"ready",…}`. Throws {@link CliError} with its log's end. */
  static async start(params: ChildParams): Promise<{ readonly child: Child; readonly ready: Record<string, unknown> }> {
    const env: NodeJS.ProcessEnv = {};
    for (const name of passedVariables) if (process.env[name] !== undefined) env[name] = process.env[name];
    const log = openSync(params.logFile, "a", 0o600);
    const started = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", mainFile, ...params.words, "--json"],
      // A process group of its own: Ctrl-C reaches us alone, and we stop them in order.
      { env, stdio: ["ignore", "pipe", log], detached: true },
    );
    closeSync(log);
    const child = new Child(params, started);
    const { name } = params;
    writeFileAtomic(params.recordFile, JSON.stringify({ pid: child.pid, name, started: processStart(child.pid) }));
    const ready = await child.#waitReady(params.readyMs);
    return { child, ready };
  }

  async #waitReady(readyMs: number): Promise<Record<string, unknown>> {
    const { stdout } = this.#process;
    if (stdout === null) throw new Error("the child has no output");
    const lines = createInterface({ input: stdout });
    const ready = new Promise<Record<string, unknown>>((resolve) => {
      lines.on("line", (line) => {
        if (!line.startsWith('{"event":"ready"')) return;
        resolve(JSON.parse(line) as Record<string, unknown>);
      });
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), readyMs);
    });
    const outcome = await Promise.race([ready, late, this.#exited.then(() => "exited" as const)]);
    clearTimeout(timer);
    // Later lines are of no use here; the pipe must not fill up.
    lines.close();
    stdout.resume();
    stdout.on("error", () => {});
    if (typeof outcome === "object") return outcome;
    if (outcome === "late") await this.stop();
    const what = outcome === "late" ? `was not ready after ${readyMs / 1000} s` : "ended before it was ready";
    throw new CliError("start_failed", `${this.name} ${what}:\n${logTail(this.#logFile)}`, {
      hint: `its log: ${this.#logFile}`,
    });
  }

  /** Asks the process to stop and waits; ends it if it does not. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    this.#process.kill("SIGTERM");
    const timer = setTimeout(() => this.#process.kill("SIGKILL"), stopMs);
    await this.#exited;
    clearTimeout(timer);
  }

  /** Lets this command end while the process goes on (`--detach`). */
  detach(): void {
    this.#process.stdout?.destroy();
    this.#process.unref();
  }
}

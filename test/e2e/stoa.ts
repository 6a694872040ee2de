import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Runs our own command line as a person or a script would, in homes of its own. */

const root = join(import.meta.dirname, "../..");
const main = join(root, "apps/cli/src/main.ts");
/** Examples by path from the root. */
export const helloSdl: string = join(root, "examples/hello/deploy.yaml");

/** Why tests that need containers cannot run here; undefined if they can. With CI=true that is a failure instead. */
export function noEngine(): string | undefined {
  const socket = /^unix:\/\/(\/.*)$/.exec(process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock")?.[1];
  if (socket !== undefined && existsSync(socket)) return undefined;
  assert.notEqual(process.env.CI, "true", "no container engine for the end-to-end tests");
  return "no container engine answers here";
}

/** What a finished command left. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The objects on stdout, with `--json` one a line. */
  readonly events: readonly Record<string, unknown>[];
}

/** A command that runs. */
export class Running {
  readonly child: ChildProcess;
  #stdout = "";
  #stderr = "";
  readonly finished: Promise<Finished>;
  #wake: (() => void)[] = [];

  constructor(words: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main, ...words], {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout?.on("data", (part: Buffer) => {
      this.#stdout += part.toString("utf8");
      for (const wake of this.#wake.splice(0)) wake();
    });
    this.child.stderr?.on("data", (part: Buffer) => {
      this.#stderr += part.toString("utf8");
    });
    this.finished = new Promise((resolve) => {
      this.child.once("close", (code) => {
        for (const wake of this.#wake.splice(0)) wake();
        resolve({ code, stdout: this.#stdout, stderr: this.#stderr, events: this.events });
      });
    });
  }

  get events(): Record<string, unknown>[] {
    return this.#stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** The first event of a name, as soon as it is there; fails when the command ends without it. */
  async event(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const found = this.events.find(({ event }) => event === name);
      if (found !== undefined) return found;
      assert.equal(this.child.exitCode, null, `ended without ${name}:\n${this.#stdout}\n${this.#stderr}`);
      await new Promise<void>((resolve) => this.#wake.push(resolve));
    }
  }
}

/** Runs a command to its end. */
export function stoa(...words: string[]): Promise<Finished> {
  return new Running(words).finished;
}

/** An object that a run record or an answer must have. */
export function readJson(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
}

/** A home for one test; afterwards nothing of it is left, in the engine neither. */
export async function withHome(work: (home: string) => Promise<void>): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "stoa-e2e-"));
  try {
    await work(home);
  } finally {
    const { code, stderr } = await stoa("reset", "--home", home);
    rmSync(home, { recursive: true, force: true });
    assert.equal(code, 0, stderr);
  }
}

function engine(path: string): Promise<unknown> {
  const socketPath = (process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock").slice("unix://".length);
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path: `/v1.41${path}` }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve(JSON.parse(text)));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** A container of a home, as the engine has it. */
export interface Container {
  readonly Id: string;
  readonly State: string;
}

/** Containers that carry a home's id. */
export async function containersOf(home: string): Promise<readonly Container[]> {
  const { id } = readJson(join(home, "home.json"));
  const filters = encodeURIComponent(JSON.stringify({ label: [`stoa=${String(id)}`] }));
  return (await engine(`/containers/json?all=true&filters=${filters}`)) as Container[];
}

/**
 * GETs a page; the status, or 0 when nothing answers. Names under `localhost` are this machine (RFC 6761 §6.3), which not
 * every resolver knows.
 */
export function statusOf(url: string): Promise<number> {
  const { host, hostname, port, pathname } = new URL(url);
  const address = hostname.endsWith(".localhost") ? "127.0.0.1" : hostname;
  const headers = { host, connection: "close" };
  return new Promise((resolve) => {
    const sent = request({ host: address, port, path: pathname, timeout: 5000, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on("timeout", () => sent.destroy());
    sent.on("error", () => resolve(0));
    sent.end();
  });
}

/** Waits for a condition, looking ten times a second. */
export async function until(what: string, limitMs: number, holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + limitMs; performance.now() < deadline; ) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`not within ${limitMs / 1000} s: ${what}`);
}

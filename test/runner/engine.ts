import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A container engine for the tests. */
export interface TestEngine {
  /** Value for DOCKER_HOST; undefined: none answers, and the tests that need one skip or fail. */
  readonly dockerHost: string | undefined;
  stop(): Promise<void>;
}

const daemonPath = "/usr/sbin/dockerd";
const startMs = 60_000;

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: "/_ping", timeout: 2000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    ping.on("timeout", () => ping.destroy());
    ping.on("error", () => resolve(false));
    ping.end();
  });
}

async function stopDaemon(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    await gone;
  }
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The engine that answers, or one of our own in a folder of its own, ended when the tests are done: a machine that runs
 * the tests needs Debian's docker.io installed, not started.
 */
export async function testEngine(): Promise<TestEngine> {
  const host = process.env.DOCKER_HOST ?? "unix:///var/run/docker.sock";
  const known = /^unix:\/\/(\/.*)$/.exec(host)?.[1];
  const none = { stop: async () => {} };
  if (known !== undefined && (await answers(known))) return { dockerHost: host, ...none };
  if (!existsSync(daemonPath) || process.getuid?.() !== 0) return { dockerHost: undefined, ...none };
  const folder = mkdtempSync(join(tmpdir(), "stoa-engine-"));
  const socket = join(folder, "docker.sock");
  const log = openSync(join(folder, "log"), "a");
  const own = ["--data-root", `${folder}/data`, "--exec-root", `${folder}/exec`, "--pidfile", `${folder}/pid`];
  const child = spawn(daemonPath, [...own, "-H", `unix://${socket}`], { stdio: ["ignore", log, log], detached: true });
  for (const deadline = Date.now() + startMs; Date.now() < deadline && child.exitCode === null; ) {
    if (await answers(socket)) return { dockerHost: `unix://${socket}`, stop: () => stopDaemon(child, folder) };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  console.log(`the container engine did not start:\n${readFileSync(join(folder, "log"), "utf8").slice(-2000)}`);
  await stopDaemon(child, folder);
  return { dockerHost: undefined, ...none };
}

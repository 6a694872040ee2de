import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { request } from "node:http";
import { CliError } from "../command.ts";
import type { Output } from "../output.ts";

/** Debian's package of the engine, and what its daemon and the hello image need beside it. */
const enginePackage = "docker.io";
const busyboxPackage = "busybox-static";
const defaultSocket = "/var/run/docker.sock";
const daemonPath = "/usr/sbin/dockerd";
/** A daemon starts in seconds; a slow disk may need more. */
const daemonStartMs = 60_000;
/** The daemon stops its containers first, and waits up to 15 s for that. */
const stopMs = 30_000;
const pingTimeoutMs = 2_000;

/** A container engine that answers. */
export interface ContainerEngine {
  readonly socketPath: string;
  /** Ends the daemon if this command started it; does nothing otherwise. */
  stop(): Promise<void>;
}

/** The engine's socket: `unix://` of DOCKER_HOST, else Docker's own. */
export function engineSocket(): string {
  const host = process.env.DOCKER_HOST;
  if (host === undefined || host === "") return defaultSocket;
  const match = /^unix:\/\/(\/.*)$/.exec(host);
  if (match?.[1] !== undefined) return match[1];
  throw new CliError("engine_unsupported", `DOCKER_HOST is ${host}: only unix:// sockets are spoken to`, {
    hint: "unset DOCKER_HOST, or set it to unix:///path/of/docker.sock",
  });
}

/** True if an engine answers behind the socket: the one test that counts. */
export function engineAnswers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath, path: "/_ping", timeout: pingTimeoutMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    ping.on("timeout", () => ping.destroy(new Error("no answer")));
    ping.on("error", () => resolve(false));
    ping.end();
  });
}

async function run(command: string, words: readonly string[], output: Output): Promise<void> {
  output.progress(`$ ${command} ${words.join(" ")}`);
  const child = spawn(command, words, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  let tail = "";
  const keep = (part: Buffer): void => {
    tail = (tail + part.toString("utf8")).slice(-2000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", (status) => resolve(status));
  });
  output.settle();
  if (code !== 0)
    throw new CliError("install_failed", `${command} ${words[0]} failed:\n${tail.trim()}`, {
      hint: `install ${enginePackage} by hand, start it, then run this again`,
    });
}

/** Installs Debian packages. The caller has the user's permission. */
export async function installPackages(packages: readonly string[], output: Output): Promise<void> {
  if (!existsSync("/usr/bin/apt-get"))
    throw new CliError(
      "no_package_manager",
      `${packages.join(" and ")} would be needed, and there is no apt-get here`,
      {
        hint: "install a Docker engine by hand, start it, then run this again",
      },
    );
  if (process.getuid?.() !== 0)
    throw new CliError("needs_root", `installing ${packages.join(" and ")} needs root`, {
      hint: `run: sudo apt-get install ${packages.join(" ")}, start the daemon, then run this again`,
    });
  output.progress(`installing ${packages.join(" and ")} with apt-get`);
  await run("apt-get", ["update", "-qq"], output);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], output);
}

/** Starts the daemon in a session of its own; it outlives this command, as a system service would. */
async function startDaemon(socketPath: string, logFile: string, output: Output): Promise<ContainerEngine> {
  output.progress(`starting the container engine (dockerd, log ${logFile})`);
  const log = openSync(logFile, "a", 0o600);
  const child = spawn(daemonPath, ["-H", `unix://${socketPath}`], { detached: true, stdio: ["ignore", log, log] });
  let ended: number | null | undefined;
  child.once("error", () => {
    ended = null;
  });
  child.once("exit", (code) => {
    ended = code;
  });
  child.unref();
  for (const deadline = Date.now() + daemonStartMs; Date.now() < deadline && ended === undefined; ) {
    if (await engineAnswers(socketPath)) {
      return {
        socketPath,
        async stop() {
          if (ended !== undefined) return;
          const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
          // It was let go so that this command could end without it; now its end is waited for.
          child.ref();
          child.kill("SIGTERM");
          const hard = setTimeout(() => child.kill("SIGKILL"), stopMs);
          await gone;
          clearTimeout(hard);
        },
      };
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new CliError("engine_start_failed", "the container engine was started and does not answer", {
    hint: `its log says why: ${logFile}`,
  });
}

/**
 * An engine that answers: the running one, or with permission (`--yes`) Debian's, installed and started without
 * systemd. Nothing else has been started when this refuses.
 */
export async function requireEngine(
  params: { readonly yes: boolean; readonly logFile: string },
  output: Output,
): Promise<ContainerEngine> {
  const socketPath = engineSocket();
  if (await engineAnswers(socketPath)) return { socketPath, stop: async () => {} };
  const installed = existsSync(daemonPath);
  if (!params.yes) {
    const wants = installed ? "start its daemon (dockerd)" : `install Debian's ${enginePackage} and start its daemon`;
    throw new CliError("no_container_engine", `no container engine answers at ${socketPath}`, {
      hint: `with --yes this command would ${wants}; or start a Docker engine yourself`,
    });
  }
  if (!installed) await installPackages([enginePackage], output);
  else if (process.getuid?.() !== 0)
    throw new CliError("needs_root", "starting the container engine needs root", {
      hint: "start it yourself (sudo dockerd), then run this again",
    });
  return startDaemon(socketPath, params.logFile, output);
}

/** Installs the static busybox if it is missing and may be; the hello image is made of it. */
export async function requireBusybox(yes: boolean, find: () => string | undefined, output: Output): Promise<string> {
  const there = find();
  if (there !== undefined) return there;
  if (!yes)
    throw new CliError("no_busybox", `the hello image is made of Debian's ${busyboxPackage}, which is not installed`, {
      hint: `with --yes this command would install it; or run: apt-get install ${busyboxPackage}`,
    });
  await installPackages([busyboxPackage], output);
  const found = find();
  if (found === undefined)
    throw new CliError("no_busybox", `${busyboxPackage} was installed, and busybox is not there`);
  return found;
}

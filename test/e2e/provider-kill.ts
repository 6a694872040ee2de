/** Kills a provider again and again while it serves: the same containers run after each start, and nothing is left. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { messageOf } from "@stoa/host";
import { DockerApi, engineSocketPath } from "@stoa/provider";
import { provideTestImage } from "../../apps/provider/src/runtimes/docker/test-image.ts";
import { compile, MarketWorld, until } from "./market-world.ts";

const image = "stoa-test-busybox:1";
const socketPath = engineSocketPath(process.env.DOCKER_HOST) ?? "";
/** The kill comes somewhere within this time after the start: before it is ready, while it reads, while it serves. */
const lifeMaxMs = 2_500;
const logLinesShown = 60;

const sdl = (tag: string) => `version: "2.0"
services:
  web:
    image: ${image}
    command: [/busybox, httpd, -f, -p, "80"]
    env: [TAG=${tag}]
    expose: [{port: 80, to: [{global: true}]}]
profiles:
  compute:
    web: {resources: {cpu: {units: 0.1}, memory: {size: 64Mi}, storage: {size: 128Mi}}}
  placement:
    dc: {pricing: {web: {denom: uact, amount: 1000}}}
deployment:
  web: {dc: {profile: web, count: 1}}
`;

/** A program that lives until it is killed: that it ended by itself is an error. What it logs goes to `log`. */
class KillableProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  constructor(program: string, argument: string, onLine: (line: string) => void, log: string[]) {
    const words = ["--disable-warning=ExperimentalWarning", program, argument];
    const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
    createInterface({ input: child.stdout }).on("line", onLine);
    createInterface({ input: child.stderr }).on("line", (line) => log.push(line));
    this.#ended = new Promise((resolve) => child.once("close", () => resolve()));
    this.#child = child;
  }

  async kill(): Promise<void> {
    const { exitCode } = this.#child;
    this.#child.kill("SIGKILL");
    await this.#ended;
    assert.equal(exitCode, null, "the provider ended by itself");
  }
}

/** Why this cannot run here; false when it can. With CI=true a missing engine is a failure. */
export function killSkip(): string | false {
  return existsSync(socketPath) || process.env.CI === "true" ? false : `no container engine at ${socketPath}`;
}

export async function killAgainAndAgain(kills: number, seed: number): Promise<void> {
  await provideTestImage(socketPath, image);
  const world = await MarketWorld.open(200);
  const homeId = randomBytes(4).toString("hex");
  const log: string[] = [];
  const api = new DockerApi(socketPath);
  const containers = () => listed(api, "/containers/json", homeId, "Id");
  let child: KillableProcess | null = null;
  const start = (): void => {
    const settings = { file: world.providerFile({ runtime: "docker" }), home: join(world.root, "provider"), homeId };
    const program = join(import.meta.dirname, "provider-process.ts");
    log.push(`start ${new Date().toISOString()}`);
    const onLine = (line: string) => {
      world.hostUri = JSON.parse(line).hostUri;
    };
    child = new KillableProcess(program, JSON.stringify(settings), onLine, log);
  };
  const kill = async () => {
    await child?.kill();
    world.hostUri = "";
  };
  const available = async (dseq: bigint) => {
    if (world.hostUri === "") return undefined;
    return world.available(dseq).catch(() => undefined);
  };
  try {
    start();
    await until(async () => (world.hostUri === "" ? undefined : true), "the provider", 30);
    await world.lease(7n, compile(sdl("one")), 100_000_000n);
    await until(() => available(7n), "the service", 30);
    const before = await containers();
    assert.equal(before.length, 1);
    // The same numbers for the same seed.
    let state = seed;
    for (let i = 0; i < kills; i++) {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      await new Promise((resolve) => setTimeout(resolve, state % lifeMaxMs));
      await kill();
      start();
    }
    await until(() => available(7n), "the service after the last kill", 30);
    assert.deepEqual(await containers(), before, "the same container must run");
    // And one more in the middle of a start: the second lease is cut off, and still comes up once.
    await world.lease(8n, compile(sdl("two")), 100_000_000n);
    await kill();
    start();
    await until(() => available(8n), "the lease that was cut off", 30);
    assert.equal((await containers()).length, 2);
    await world.closeDeployment(7n);
    await world.closeDeployment(8n);
    await until(async () => ((await containers()).length === 0 ? true : undefined), "the removal", 30);
    const left = async () => (await listed(api, "/networks", homeId, "Id")).length;
    await until(async () => ((await left()) === 0 ? true : undefined), "the networks' removal", 30);
  } catch (cause) {
    throw new Error(`${messageOf(cause)}\nthe provider's log:\n${log.slice(-logLinesShown).join("\n")}`);
  } finally {
    try {
      await kill();
    } finally {
      for (const id of await containers())
        await api.call("DELETE", `/containers/${id}`, { query: { force: true, v: true } });
      for (const id of await listed(api, "/networks", homeId, "Id")) await api.call("DELETE", `/networks/${id}`);
      await world.close();
    }
  }
}

async function listed(api: DockerApi, path: string, homeId: string, key: string): Promise<string[]> {
  const filters = JSON.stringify({ label: [`stoa=${homeId}`] });
  const rows = (await api.call("GET", path, { query: { all: true, filters } })) as Record<string, string>[];
  return rows.map((row) => row[key] ?? "").sort((a, b) => (a < b ? -1 : 1));
}

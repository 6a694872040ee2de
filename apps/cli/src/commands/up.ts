import { join } from "node:path";
import { acquireLock, HostError } from "@stoa/host";
import type { DeploymentId } from "@stoa/market";
import { Dec } from "@stoa/std";
import { CliError, type Command, exitCodes, type Invocation } from "../command.ts";
import { fetchPage, finishCheck, snapshot } from "../local/check.ts";
import { waitForRemoval } from "../local/cleanup.ts";
import { type ContainerEngine, requireBusybox, requireEngine } from "../local/container-engine.ts";
import { findBusybox, hasImage, helloImage, importHelloImage } from "../local/hello-image.ts";
import { type HomePaths, homePaths } from "../local/home.ts";
import { findNetwork, type LocalNetwork, maxProviders, openHome, startNetwork, tenantKey } from "../local/network.ts";
import { stopSignal, unlessStopped } from "../local/stopping.ts";
import { takeDown } from "../local/take-down.ts";
import { watchEscrow } from "../local/watch.ts";
import { createOutput, type Output } from "../output.ts";
import { clientOf, keyStoreOf } from "../tenant/connection.ts";
import { compileForDeploy, type DeployEvent, loopbackUri } from "../tenant/deploy.ts";
import { readSdlFile } from "../tenant/sdl-file.ts";
import { type DeploySession, deployOptions, readDeploySettings, runDeploy } from "../tenant/session.ts";

const defaultProviders = 3;
const defaultBlockIntervalMs = 1000;

function count(invocation: Invocation, name: string, fallback: number, max: number): number {
  const text = invocation.text(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new CliError("usage", `--${name} takes a whole number from 1 to ${max}`, { exitCode: exitCodes.usage });
  return value;
}

interface Sdl {
  readonly file: string;
  readonly text: string;
  readonly images: readonly string[];
}

/** Reads and checks the SDL before anything is started. */
function readSdl(invocation: Invocation): Sdl | undefined {
  const file = invocation.operands[0];
  if (file === undefined) return undefined;
  const text = readSdlFile(file);
  const { compiled } = compileForDeploy(file, text, readDeploySettings(invocation).dialect);
  const images = compiled.manifestGroups.flatMap(({ services }) => (services ?? []).map(({ image }) => image));
  return { file, text, images };
}

/** A container engine that answers, with the hello image: the SDL may want it now, or a later `stoa deploy` will. */
async function prepareEngine(
  paths: HomePaths,
  sdl: Sdl | undefined,
  yes: boolean,
  output: Output,
): Promise<ContainerEngine> {
  const engine = await requireEngine({ yes, logFile: join(paths.logs, "dockerd.log") }, output);
  if (await hasImage(engine.socketPath, helloImage)) return engine;
  const wanted = sdl?.images.includes(helloImage) === true;
  const busybox = wanted ? await requireBusybox(yes, findBusybox, output) : findBusybox();
  if (busybox !== undefined) {
    output.progress(`making the image ${helloImage} from ${busybox}`);
    await importHelloImage(engine.socketPath, busybox);
  }
  return engine;
}

function lockHome(paths: HomePaths) {
  try {
    return acquireLock({ path: join(paths.root, "up.lock"), purpose: "stoa up" });
  } catch (cause) {
    if (!(cause instanceof HostError)) throw cause;
    throw new CliError(`home_${cause.code.replaceAll("-", "_")}`, cause.message, {
      cause,
      hint: "stoa down stops it; another --home runs beside it",
    });
  }
}

function announce(network: LocalNetwork, output: Output, seconds: number): void {
  const { home, rpc, rest, grpc, tenant, providers } = network;
  output.line(
    `local network ${home.chainId} is up after ${seconds.toFixed(1)} s: node ${rpc}, ${providers.length} providers`,
  );
  output.event("ready", {
    rpc,
    rest,
    grpc,
    chainId: home.chainId,
    tenant,
    providers: providers.map(({ address, hostUri, grpc }) => ({ address, hostUri, grpc })),
  });
}

function rateOf(session: DeploySession): Dec {
  return session.leases.reduce((sum, { bid }) => sum.add(bid.price), Dec.zero);
}

async function waitForFirstPage(session: DeploySession, staysUp: boolean, output: Output): Promise<void> {
  for (const event of session.events) {
    if (event.event !== "serving") continue;
    const url = event.services.map(loopbackUri).find((found) => found !== undefined);
    if (url !== undefined) {
      await fetchPage(url);
      output.line(`\nopen ${url} in a browser${staysUp ? "" : "; Ctrl-C stops everything"}\n`);
    }
  }
}

async function runRound(
  invocation: Invocation,
  paths: HomePaths,
  network: LocalNetwork,
  sdl: Sdl,
  output: Output,
  stopping: AbortSignal,
): Promise<number> {
  const client = clientOf(network.rpc);
  const secret = keyStoreOf(paths, network.home).secret(tenantKey);
  const names = new Map(network.providers.map(({ address, name }) => [address, name]));
  const check = invocation.flag("check");
  const before = check ? await snapshot(client, network) : undefined;
  const settings = readDeploySettings(invocation);
  const { file, text } = sdl;
  let opened: DeploymentId | undefined;
  const onEvent = (event: DeployEvent): void => {
    if (event.event === "created") opened = event.id;
  };
  const shared = { client, secret, file, text, settings, names, output, stopping, onEvent };
  // A check looks at one whole round; else the same command goes on where it stopped.
  const deploying = runDeploy({ ...shared, resume: !check });
  const session = await deploying.catch(async (error: unknown) => {
    // Its leases are closed: the providers remove what they began before they are stopped themselves.
    if (opened !== undefined) await waitForRemoval(network.home.id, opened).catch(() => undefined);
    throw error;
  });
  if (before !== undefined) {
    const verdict = await finishCheck({ client, network, session, before, output });
    await waitForRemoval(network.home.id);
    return verdict.ok ? exitCodes.ok : exitCodes.failed;
  }
  await waitForFirstPage(session, invocation.flag("detach") || network.children.length === 0, output);
  if (!invocation.flag("detach"))
    await watchEscrow({
      client,
      id: session.id,
      rate: rateOf(session),
      intervalMs: session.intervalMs,
      output,
      stopping,
    });
  return exitCodes.ok;
}

/** Waits for a signal, or for a child that ends by itself, which is a failure. */
async function idle(network: LocalNetwork, stopping: AbortSignal): Promise<number> {
  if (network.children.length === 0) return exitCodes.ok;
  const gone = Promise.race(network.children.map((child) => child.exited.then(() => child.name)));
  const name = await unlessStopped(gone, stopping);
  if (name === undefined) return exitCodes.ok;
  throw new CliError("child_ended", `${name} ended by itself`, { hint: "its log says why; stoa up starts it again" });
}

async function runUp(invocation: Invocation): Promise<number> {
  const started = performance.now();
  const output = createOutput(invocation.flag("json"));
  const providers = count(invocation, "providers", defaultProviders, maxProviders);
  const blockIntervalMs = count(invocation, "block-interval", defaultBlockIntervalMs, 60_000);
  const sdl = readSdl(invocation);
  const check = invocation.flag("check");
  if (check && sdl === undefined)
    throw new CliError("usage", "--check needs an SDL", {
      hint: "such as examples/hello/deploy.yaml",
      exitCode: exitCodes.usage,
    });
  const paths = homePaths(invocation.text("home"));
  const { home } = await openHome(paths, { blockIntervalMs, ethereumKeys: invocation.flag("eip191") });
  const lock = lockHome(paths);
  const stop = stopSignal(() => {
    output.settle();
    output.progress("stopping what was begun; Ctrl-C again ends at once, and stoa down stops what is left");
  });
  try {
    const engine = await prepareEngine(paths, sdl, invocation.flag("yes"), output);
    const dockerHost = `unix://${engine.socketPath}`;
    const running = await findNetwork(paths, home, () => takeDown(paths));
    const network = running ?? (await startNetwork(paths, home, { providers, dockerHost }, output));
    // A network that ran before goes on after a check or a failure: only what was started here is stopped here.
    let stayUp = running !== undefined;
    try {
      if (stop.signal.aborted) return exitCodes.interrupted;
      announce(network, output, (performance.now() - started) / 1000);
      const code =
        sdl === undefined ? exitCodes.ok : await runRound(invocation, paths, network, sdl, output, stop.signal);
      if (check || code !== exitCodes.ok) return code;
      if (invocation.flag("detach")) {
        stayUp = true;
        for (const child of network.children) child.detach();
        output.line("everything runs on in the background: stoa down stops it");
        return code;
      }
      return stop.signal.aborted ? exitCodes.ok : await idle(network, stop.signal);
    } finally {
      if (!stayUp) {
        output.settle();
        output.progress("stopping providers, containers and the node");
        await network.stop();
      }
      if (check) await engine.stop();
    }
  } finally {
    stop.release();
    lock.close();
  }
}

export const up: Command = {
  spec: {
    name: "up",
    about: "Starts a local network (one node, providers, a funded tenant), and deploys an SDL on it if one is given.",
    operands: "[SDL]",
    maxOperands: 1,
    options: {
      yes: { type: "boolean", short: "y", about: "install and start a container engine if none answers" },
      providers: { type: "string", value: "N", about: `how many providers (default: ${defaultProviders})` },
      home: { type: "string", value: "DIR", about: "where everything is kept (default: STOA_HOME, else ~/.stoa)" },
      json: { type: "boolean", about: "one JSON object a line on stdout" },
      check: { type: "boolean", about: "deploy, fetch, close and settle once, compare every balance, stop everything" },
      detach: { type: "boolean", short: "d", about: "leave everything running in the background" },
      "block-interval": { type: "string", value: "MS", about: "of a new home, in milliseconds (default: 1000)" },
      eip191: { type: "boolean", about: "of a new home: accounts may have Ethereum keys, such as MetaMask's" },
      ...deployOptions,
    },
    examples: ["stoa up --yes examples/hello/deploy.yaml", "stoa up --check --json examples/hello/deploy.yaml"],
  },
  run: runUp,
};

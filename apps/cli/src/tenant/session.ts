import { Broadcaster, type ChainClient } from "@stoa/client";
import { systemTimers } from "@stoa/host";
import { CliError, exitCodes, type Invocation, type OptionSpec } from "../command.ts";
import { type KeySecret, privateKeyOf, signerOf } from "../keys/key-store.ts";
import { type Names, showDeployEvent } from "../local/show.ts";
import type { Output } from "../output.ts";
import { type BidChoice, type BidRow, parseBidChoice } from "./bids.ts";
import { measureBlockInterval } from "./block-time.ts";
import { compileForDeploy, type DeployEvent, type Deployed, type DeployParams, deploy, goOn } from "./deploy.ts";
import { TenantGateway } from "./gateway.ts";
import { costText } from "./money.ts";
import { findRunning } from "./running.ts";

/** Options of every command that deploys. */
export const deployOptions: Readonly<Record<string, OptionSpec>> = {
  bid: { type: "string", value: "HOW", about: "cheapest, first, provider=ADDRESS or ask", default: "cheapest" },
  "bid-wait": { type: "string", value: "SECONDS", about: "longest wait for a first bid", default: "30" },
  deposit: { type: "string", value: "UACT", about: "deposit in uact (default: 24 h at the ceiling price)" },
  dialect: { type: "string", value: "go|ts", about: "whose reading of SDL", default: "go" },
};

/** Services may have large images to pull. */
const readyMs = 10 * 60_000;

export interface DeploySettings {
  readonly choice: BidChoice;
  readonly firstBidMs: number;
  readonly depositUact: bigint | undefined;
  readonly dialect: "go" | "ts";
}

function usage(text: string, hint: string): CliError {
  return new CliError("usage", text, { hint, exitCode: exitCodes.usage });
}

/** Reads {@link deployOptions}. Throws {@link CliError}. */
export function readDeploySettings(invocation: Invocation): DeploySettings {
  const wait = Number(invocation.text("bid-wait") ?? "30");
  if (!Number.isFinite(wait) || wait < 0 || wait > 86_400)
    throw usage("--bid-wait takes seconds", "such as --bid-wait 30");
  const deposit = /^(\d{1,30})(uact)?$/.exec(invocation.text("deposit") ?? "");
  if (invocation.text("deposit") !== undefined && deposit === null)
    throw usage("--deposit takes whole micro-units", "such as --deposit 5000000");
  const choice = parseBidChoice(invocation.text("bid") ?? "cheapest");
  if (choice.kind === "ask" && process.stdin.isTTY !== true)
    throw usage("--bid ask needs a terminal", "choose: cheapest, first or provider=ADDRESS");
  const dialect = invocation.text("dialect") ?? "go";
  if (dialect !== "go" && dialect !== "ts") throw usage(`no dialect ${dialect}`, "one of: go, ts");
  return {
    choice,
    firstBidMs: wait * 1000,
    depositUact: deposit?.[1] === undefined ? undefined : BigInt(deposit[1]),
    dialect,
  };
}

/** Asks on the terminal which bid to take. */
async function askForBid(
  bids: readonly BidRow[],
  names: Names,
  intervalMs: bigint,
  stopping: AbortSignal,
): Promise<BidRow | undefined> {
  const { createInterface } = await import("node:readline/promises");
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (const [i, { provider, price, denom }] of bids.entries())
      process.stderr.write(`  ${i + 1}  ${names.get(provider) ?? provider}  ${costText(price, denom, intervalMs)}\n`);
    // The terminal hands Ctrl-C to the question; everybody else waits for the signal.
    asked.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
    const text = `which bid (1 to ${bids.length}, empty for none)? `;
    const answer = await asked.question(text, { signal: stopping }).catch((error: unknown) => {
      if (!stopping.aborted) throw error;
      return "";
    });
    return bids[Number(answer) - 1];
  } finally {
    asked.close();
  }
}

/** One deployment with everything shown as it happens. */
export interface DeploySession extends Deployed {
  readonly events: readonly DeployEvent[];
  readonly broadcaster: Broadcaster;
  readonly gateway: TenantGateway;
  readonly intervalMs: bigint;
  readonly elapsedMs: number;
}

/** Deploys an SDL's text and shows the auction, the lease and where the services answer. */
export async function runDeploy(params: {
  readonly client: ChainClient;
  readonly secret: KeySecret;
  readonly file: string;
  readonly text: string;
  readonly settings: DeploySettings;
  readonly names: Names;
  readonly output: Output;
  /** Aborted: nobody waits any more, and what was begun is undone. */
  readonly stopping: AbortSignal;
  /** Goes on with a deployment of the same SDL that has its leases already, if there is one. */
  readonly resume?: boolean;
  /** Times each event, for benches. */
  readonly onEvent?: (event: DeployEvent) => void;
}): Promise<DeploySession> {
  const { client, output, settings, names } = params;
  const startedMs = performance.now();
  const { compiled, notice } = compileForDeploy(params.file, params.text, settings.dialect);
  if (notice !== undefined) output.progress(notice);
  for (const warning of compiled.warnings) output.progress(`warning: ${warning}`);
  const key = privateKeyOf(params.secret);
  const broadcaster = new Broadcaster({ client, signer: signerOf(key), timers: systemTimers });
  const gateway = new TenantGateway(client, key);
  const intervalMs = await measureBlockInterval(client);
  const events: DeployEvent[] = [];
  const running = params.resume === true ? await findRunning(client, broadcaster.address, compiled) : undefined;
  if (running !== undefined)
    output.line(`deployment ${running.id.dseq} runs this file already: going on with it (stoa deploy opens another)`);
  const deployParams: DeployParams = {
    client,
    broadcaster,
    gateway,
    compiled,
    blockIntervalMs: intervalMs,
    depositUact: settings.depositUact,
    choice: settings.choice,
    ask: (bids) => askForBid(bids, names, intervalMs, params.stopping),
    stopping: params.stopping,
    firstBidMs: settings.firstBidMs,
    readyMs,
    onEvent(event) {
      events.push(event);
      params.onEvent?.(event);
      showDeployEvent(output, event, { names, intervalMs, startedMs });
    },
  };
  const deployed = running === undefined ? await deploy(deployParams) : await goOn(deployParams, running);
  return { ...deployed, events, broadcaster, gateway, intervalMs, elapsedMs: performance.now() - startedMs };
}

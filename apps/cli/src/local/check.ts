import type { ChainClient } from "@stoa/client";
import { nativeHash } from "@stoa/host";
import { accountText, moduleAddress } from "@stoa/wire";
import { CliError } from "../command.ts";
import type { Output } from "../output.ts";
import { closeDeployment, loopbackUri } from "../tenant/deploy.ts";
import { getPage } from "../tenant/http-probe.ts";
import type { DeploySession } from "../tenant/session.ts";
import type { LocalNetwork } from "./network.ts";
import { namedUri } from "./show.ts";
import { type Balances, balancesAt, feesBetween, type Holder, judge, type Verdict } from "./verdict.ts";

const fetchMs = 10_000;
/** Providers give back what lost bids held, and stop, within a few blocks. */
const settleBlocks = 3n;
const fetchAttempts = 20;
const fetchPauseMs = 250;

/** Everybody whose money a check compares: tenant, providers, escrow, fee collector. */
export function holdersOf(network: LocalNetwork): {
  readonly holders: readonly Holder[];
  readonly feeCollector: string;
} {
  const moduleText = (name: string): string => accountText(moduleAddress(name, nativeHash));
  const feeCollector = moduleText("fee_collector");
  return {
    feeCollector,
    holders: [
      { name: "tenant", address: network.tenant.address },
      ...network.providers.map(({ name, address }) => ({ name, address })),
      { name: "escrow", address: moduleText("escrow") },
      { name: "fee collector", address: feeCollector },
    ],
  };
}

/** Fetches a page until it answers 200; a container that has just started may need a moment to listen. */
export async function fetchPage(url: string): Promise<{ readonly bytes: number }> {
  let last = "";
  for (let attempt = 0; attempt < fetchAttempts; attempt++) {
    try {
      const { status, bytes } = await getPage(new URL(url), fetchMs);
      if (status === 200) return { bytes };
      last = `status ${status}`;
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await new Promise((resolve) => setTimeout(resolve, fetchPauseMs));
  }
  throw new CliError("not_fetched", `${url} does not answer: ${last}`, {
    hint: "stoa logs DSEQ shows what the service says",
  });
}

async function waitForHeight(client: ChainClient, height: bigint): Promise<bigint> {
  for (;;) {
    const status = await client.status();
    if (status.height >= height) return status.height;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The state of everybody's money at the last block, before anything is deployed. */
export async function snapshot(client: ChainClient, network: LocalNetwork) {
  const { height } = await client.status();
  return { height, balances: await balancesAt(client, holdersOf(network).holders, height) };
}

async function fetchAll(session: DeploySession, output: Output): Promise<number> {
  let fetched = 0;
  for (const event of session.events) {
    if (event.event !== "serving") continue;
    for (const service of event.services) {
      for (const url of [loopbackUri(service), namedUri(service)]) {
        if (url === undefined) continue;
        const { bytes } = await fetchPage(url);
        fetched++;
        output.line(`fetched ${url}: 200, ${bytes} bytes`);
        output.event("fetched", { url, bytes });
      }
    }
  }
  return fetched;
}

/**
 * The rest of the round once a deployment serves: fetch it, close it, let it settle, judge. The verdict compares all
 * balances with what the three facts of each lease and the blocks' fees explain.
 */
export async function finishCheck(params: {
  readonly client: ChainClient;
  readonly network: LocalNetwork;
  readonly session: DeploySession;
  readonly before: { readonly height: bigint; readonly balances: Balances };
  readonly output: Output;
}): Promise<Verdict> {
  const { client, network, session, before, output } = params;
  const fetched = await fetchAll(session, output);
  const closedAt = await closeDeployment(session.broadcaster, session.id);
  output.line(`closed in block ${closedAt}`);
  output.event("closed", { dseq: session.id.dseq.toString(), height: closedAt.toString() });
  const height = await waitForHeight(client, closedAt + settleBlocks);
  const { holders, feeCollector } = holdersOf(network);
  const [after, fees] = await Promise.all([
    balancesAt(client, holders, height),
    feesBetween(client, before.height, height),
  ]);
  const leases = session.events.flatMap((event) => {
    if (event.event !== "lease") return [];
    const { id, bid, height: leasedAt } = event;
    const price = bid.price.toString();
    return [{ tenant: network.tenant.address, provider: id.provider, denom: bid.denom, price, leasedAt, closedAt }];
  });
  const verdict = judge({ holders, leases, fees, feeCollector, before: before.balances, after });
  for (const { holder, denom, expected, actual } of verdict.mismatches)
    output.line(`  ${holder}: ${actual} ${denom}, expected ${expected}`);
  const sentence = verdict.ok ? "every balance is as it must be" : `${verdict.mismatches.length} balances are wrong`;
  output.line(
    `\nverdict: ${verdict.ok ? "ok" : "FAILED"}: ${verdict.owed} uact owed for ${verdict.blocks} blocks, ${sentence}`,
  );
  output.event("verdict", {
    ok: verdict.ok,
    owed: verdict.owed.toString(),
    blocks: verdict.blocks.toString(),
    fetched,
    elapsedMs: Math.round(session.elapsedMs),
    mismatches: verdict.mismatches,
  });
  return verdict;
}

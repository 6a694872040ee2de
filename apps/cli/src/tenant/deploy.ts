import type { Broadcaster, ChainClient } from "@stoa/client";
import { isNotFound, message } from "@stoa/client";
import { nativeHash } from "@stoa/host";
import { type DeploymentId, depositForTime, groupPrice, type LeaseId, type OrderId } from "@stoa/market";
import { type CompiledSdl, compileSdl, type SdlDialect } from "@stoa/sdl";
import { Dec, fromHex } from "@stoa/std";
import {
  Query as DeploymentQuery,
  MsgCloseDeploymentSchema,
  MsgCreateDeploymentSchema,
} from "@stoa/wire/akash.deployment.v1beta4";
import { MsgCreateLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import { CliError, exitCodes } from "../command.ts";
import { type BidChoice, type BidRow, chooseBid, orderText, registeredBidders, waitForBids } from "./bids.ts";
import { chainFailure } from "./connection.ts";
import type { ServiceState, TenantGateway } from "./gateway.ts";
import { speaksHttp } from "./http-probe.ts";
import type { RunningDeployment } from "./running.ts";
import { problemLines } from "./sdl-file.ts";

/** Time that the default deposit pays for, at the ceiling price. */
const depositTimeMs = 24n * 3_600_000n;
/** The chain's minimum deposit (market-modules.md §4.3); a cheaper deployment still needs it. */
const depositMinUact = 500_000n;
/** Blocks after the first bid in which others may underbid it. */
const moreBidsBlocks = 2n;
const balanceSource = 1;

/** What happens on the way from an SDL file to a running container, in order. */
export type DeployEvent =
  | { readonly event: "created"; readonly id: DeploymentId; readonly deposit: string; readonly height: bigint }
  | { readonly event: "bids"; readonly order: OrderId; readonly bids: readonly BidRow[] }
  | { readonly event: "chosen"; readonly order: OrderId; readonly bid: BidRow; readonly why: string }
  | {
      readonly event: "lease";
      readonly id: LeaseId;
      readonly bid: BidRow;
      readonly height: bigint;
      readonly why: string;
    }
  | { readonly event: "manifest"; readonly id: LeaseId; readonly hostUri: string }
  | { readonly event: "waiting"; readonly id: LeaseId; readonly text: string }
  | {
      readonly event: "serving";
      readonly id: LeaseId;
      readonly services: readonly ServiceUris[];
      readonly hostUri: string;
    };

/** Where a service answers. */
export interface ServiceUris {
  readonly name: string;
  readonly uris: readonly string[];
  readonly forwarded: readonly string[];
}

export interface DeployParams {
  readonly client: ChainClient;
  readonly broadcaster: Broadcaster;
  readonly gateway: TenantGateway;
  readonly compiled: CompiledSdl;
  readonly blockIntervalMs: bigint;
  /** In uact; undefined: {@link depositTimeMs} at the ceiling price. */
  readonly depositUact: bigint | undefined;
  readonly choice: BidChoice;
  readonly ask: ((bids: readonly BidRow[]) => Promise<BidRow | undefined>) | undefined;
  readonly firstBidMs: number;
  readonly readyMs: number;
  /** Ends the deployment before its time, as a failure would: it is closed again. */
  readonly stopping: AbortSignal;
  readonly onEvent: (event: DeployEvent) => void;
}

/** Ends a deployment that somebody wants stopped; asked before every step and in every wait. */
function checkStopping({ stopping }: DeployParams): void {
  if (!stopping.aborted) return;
  throw new CliError("interrupted", "stopped before it served", {
    hint: "a deployment that was open already is closed again, its deposit returned",
    exitCode: exitCodes.interrupted,
  });
}

export interface Deployed {
  readonly id: DeploymentId;
  readonly leases: readonly { readonly id: LeaseId; readonly bid: BidRow; readonly hostUri: string }[];
}

/** Compiles or fails with the problems, one a line. Says when the other dialect makes another hash. */
export function compileForDeploy(
  file: string,
  text: string,
  dialect: SdlDialect,
): { readonly compiled: CompiledSdl; readonly notice: string | undefined } {
  const compiled = compileSdl(text, { dialect, hash: nativeHash });
  if (!compiled.accepted)
    throw new CliError("sdl_refused", `the SDL is refused:\n${problemLines(file, compiled)}`, {
      hint: `mend the file; stoa sdl compile ${file} checks it without deploying`,
    });
  if (compiled.groups === undefined)
    throw new CliError("sdl_price", `${file}: a price does not fit the chain's decimals`, {
      hint: "write prices with at most 18 places and without an exponent",
    });
  const other = dialect === "go" ? "ts" : "go";
  const second = compileSdl(text, { dialect: other, hash: nativeHash });
  const differs = !second.accepted || second.versionHash !== compiled.versionHash;
  const what = second.accepted ? `makes the hash ${second.versionHash}` : "refuses this file";
  const notice = differs ? `note: the ${other} reading of SDL ${what}, here it is ${compiled.versionHash}` : undefined;
  return { compiled, notice };
}

/** Ceiling price of all groups, per block. */
export function ceilingPrice(compiled: CompiledSdl): { readonly amount: Dec; readonly denom: string } {
  let amount = Dec.zero;
  let denom = "uact";
  for (const group of compiled.groups ?? []) {
    const price = groupPrice(group);
    if (price === undefined) continue;
    amount = amount.add(price.amount);
    denom = price.denom;
  }
  return { amount, denom };
}

/** The default deposit: a day at the ceiling price, and no less than the chain asks. */
export function defaultDeposit(compiled: CompiledSdl, blockIntervalMs: bigint): bigint {
  const day = depositForTime(ceilingPrice(compiled).amount, depositTimeMs, blockIntervalMs) ?? 0n;
  return day > depositMinUact ? day : depositMinUact;
}

/** A sequence number that the owner has not used: the height, by convention, or the next free one after it. */
async function freeSequence(client: ChainClient, owner: string): Promise<bigint> {
  for (let dseq = (await client.status()).height; ; dseq++) {
    try {
      await client.query(DeploymentQuery.method.deployment, { id: { owner, dseq } });
    } catch (error) {
      if (isNotFound(error)) return dseq;
      throw error;
    }
  }
}

/** Another command of the same key may take the number between our look and our message: then the next one. */
const dseqAttempts = 5;

async function createDeployment(params: DeployParams): Promise<DeploymentId> {
  const owner = params.broadcaster.address;
  for (let attempt = 1; ; attempt++) {
    const id = { owner, dseq: await freeSequence(params.client, owner) };
    try {
      return await createAs(params, id);
    } catch (error) {
      // Two that choose one number for one file send the very same bytes: the node has them already.
      const taken = error instanceof Error && /deployment exists|tx already exists in cache/i.test(error.message);
      if (!taken || attempt === dseqAttempts) throw error;
      await new Promise((resolve) => setTimeout(resolve, Number(params.blockIntervalMs)));
    }
  }
}

async function createAs(params: DeployParams, id: DeploymentId): Promise<DeploymentId> {
  const { broadcaster, compiled } = params;
  const { denom } = ceilingPrice(compiled);
  const amount = params.depositUact ?? defaultDeposit(compiled, params.blockIntervalMs);
  const create = message(MsgCreateDeploymentSchema, {
    id,
    groups: [...(compiled.groups ?? [])],
    hash: fromHex(compiled.versionHash) ?? new Uint8Array(),
    deposit: { amount: { denom, amount: amount.toString() }, sources: [balanceSource] },
    ...(compiled.reclamation === undefined ? {} : { reclamation: compiled.reclamation }),
  });
  const { height } = await broadcaster.send([create]);
  params.onEvent({ event: "created", id, deposit: `${amount}${denom}`, height });
  return id;
}

function whyChosen(choice: BidChoice, bids: readonly BidRow[]): string {
  if (choice.kind === "provider") return "asked for by address";
  if (choice.kind === "ask") return "chosen by you";
  if (bids.length === 1) return "the only bid";
  return choice.kind === "cheapest" ? `the cheapest of ${bids.length} bids` : `the first of ${bids.length} bids`;
}

async function noBids(params: DeployParams, order: OrderId): Promise<CliError> {
  const reasons = await params.gateway.declineReasons(order);
  const lines = reasons.map(({ provider, reasons: texts }) => `  ${provider}: ${texts.join("; ") || "no word"}`);
  const why = lines.length === 0 ? "no provider is registered" : `what the providers say:\n${lines.join("\n")}`;
  return new CliError("no_bids", `no bid on order ${orderText(order)}; ${why}`, {
    hint: "raise the price, ask for less, or drop placement attributes; the deployment was closed and its deposit returned",
  });
}

async function pickBid(params: DeployParams, order: OrderId): Promise<{ bid: BidRow; why: string }> {
  const bids = await waitForBids({
    client: params.client,
    order,
    choice: params.choice,
    firstBidMs: params.firstBidMs,
    moreBlocks: moreBidsBlocks,
    // Who cannot be asked for is waited for.
    bidders: await registeredBidders(params.client).catch(() => undefined),
    onBids: (rows) => params.onEvent({ event: "bids", order, bids: rows }),
    sleep: async (ms) => {
      checkStopping(params);
      await new Promise((resolve) => setTimeout(resolve, ms));
    },
    nowMs: () => performance.now(),
  });
  if (bids.length === 0) throw await noBids(params, order);
  const bid = params.choice.kind === "ask" ? await params.ask?.(bids) : chooseBid(params.choice, bids);
  checkStopping(params);
  if (bid === undefined)
    throw new CliError("no_bid_taken", `none of the ${bids.length} bids on order ${orderText(order)} was taken`, {
      hint: "the deployment was closed and its deposit returned",
    });
  const why = whyChosen(params.choice, bids);
  params.onEvent({ event: "chosen", order, bid, why });
  return { bid, why };
}

async function leaseAll(params: DeployParams, id: DeploymentId): Promise<Deployed["leases"]> {
  const orders = (params.compiled.groups ?? []).map((_, i) => ({ ...id, gseq: i + 1, oseq: 1 }));
  const picks = await Promise.all(orders.map((order) => pickBid(params, order)));
  const ids = picks.map(({ bid }, i) => ({ ...(orders[i] as OrderId), provider: bid.provider, bseq: 0 }));
  const sent = params.broadcaster.send(ids.map((bidId) => message(MsgCreateLeaseSchema, { bidId })));
  for (const { provider } of ids) params.gateway.prepare(provider);
  const { height } = await sent;
  const leases: { id: LeaseId; bid: BidRow; hostUri: string }[] = [];
  for (const [i, leaseId] of ids.entries()) {
    const { bid, why } = picks[i] as { bid: BidRow; why: string };
    params.onEvent({ event: "lease", id: leaseId, bid, height, why });
    leases.push({ id: leaseId, bid, hostUri: await params.gateway.hostUri(leaseId.provider) });
  }
  return leases;
}

const statusPollMs = 50;
/** A service that has had a reason not to run for this long will not run by itself. */
const stuckMs = 8_000;
/** What listens answers at once; what does not is asked again. */
const probeMs = 2_000;
/** A service without an HTTP door counts as running when it still does after this time. */
const steadyMs = 1_000;

/** URL of a service's first HTTP door without a name: `http://127.0.0.1:PORT/`. */
export function loopbackUri(service: Pick<ServiceUris, "uris">): string | undefined {
  const door = service.uris.find((uri) => /^127\.0\.0\.1:\d+$/.test(uri));
  return door === undefined ? undefined : `http://${door}/`;
}

/** Words of a provider for work that goes on; everything else is a reason why a service does not run. */
function isProgress(reason: string): boolean {
  return /^not started yet|pulling/i.test(reason);
}

/** Services whose containers run, and that do not answer where they should yet. */
async function silentServices(services: readonly ServiceState[]): Promise<readonly ServiceState[]> {
  const asked = services.map(async (service) => {
    const url = loopbackUri(service);
    return url === undefined || (await speaksHttp(url, probeMs)) ? undefined : service;
  });
  return (await Promise.all(asked)).filter((service) => service !== undefined);
}

function describe(service: ServiceState): string {
  const { name, available, total, reason } = service;
  return available < total ? `${name} ${available}/${total} ${reason}`.trim() : `${name} runs, and does not answer yet`;
}

/**
 * Waits until every service of a lease runs and, where it has an HTTP door, answers. A service that cannot run ends the
 * wait with its reason.
 */
async function waitUntilServing(params: DeployParams, lease: Deployed["leases"][number]): Promise<void> {
  const deadline = performance.now() + params.readyMs;
  let said = "";
  let troubledSince: number | undefined;
  let trouble = "";
  let runsSince: number | undefined;
  for (;;) {
    checkStopping(params);
    const now = performance.now();
    const services = await params.gateway.leaseServices(lease.id);
    const missing = services.filter((service) => service.available < service.total);
    const explained = missing.find((service) => service.reason !== "" && !isProgress(service.reason));
    if (explained !== undefined) {
      troubledSince ??= now;
      trouble = `${explained.name} does not run: ${explained.reason}`;
    }
    runsSince = services.length > 0 && missing.length === 0 ? (runsSince ?? now) : undefined;
    const silent = runsSince === undefined ? [] : await silentServices(services);
    const unseen = services.some((service) => loopbackUri(service) === undefined);
    if (runsSince !== undefined && silent.length === 0 && (!unseen || now - runsSince >= steadyMs)) {
      params.onEvent({ event: "serving", id: lease.id, services, hostUri: lease.hostUri });
      return;
    }
    const text = [...missing, ...silent].map(describe).join(", ") || "the provider has the manifest";
    if (text !== said) params.onEvent({ event: "waiting", id: lease.id, text });
    said = text;
    const stuck = troubledSince !== undefined && now - troubledSince > stuckMs;
    if (stuck || now > deadline)
      throw new CliError("not_serving", `service ${trouble === "" ? text : trouble}`, {
        hint: "check the image, its command and its limits; the deployment was closed and the rest of its deposit returned",
      });
    await new Promise((resolve) => setTimeout(resolve, statusPollMs));
  }
}

/** Closes a deployment; the rest of its deposit comes back. */
export async function closeDeployment(broadcaster: Broadcaster, id: DeploymentId): Promise<bigint> {
  const { height } = await broadcaster.send([message(MsgCloseDeploymentSchema, { id })]);
  return height;
}

/**
 * From a compiled SDL to running containers: deployment, auction, lease, manifest, services. If a step fails after the
 * deployment was created, it is closed again: nothing half-open stays and the money comes back.
 */
export async function deploy(params: DeployParams): Promise<Deployed> {
  let id: DeploymentId | undefined;
  try {
    checkStopping(params);
    id = await createDeployment(params);
    const leases = await leaseAll(params, id);
    for (const lease of leases) {
      checkStopping(params);
      await params.gateway.sendManifest(lease.id, params.compiled);
      params.onEvent({ event: "manifest", id: lease.id, hostUri: lease.hostUri });
    }
    for (const lease of leases) await waitUntilServing(params, lease);
    return { id, leases };
  } catch (error) {
    const failure = chainFailure("deploying", error);
    if (id !== undefined) {
      await closeDeployment(params.broadcaster, id).catch((closing: unknown) => {
        failure.message += `\nand closing it failed: ${closing instanceof Error ? closing.message : closing}`;
      });
    }
    throw failure;
  }
}

/**
 * Goes on with a deployment that has its leases already: nothing is opened and nothing paid again. Providers that
 * have its manifest change nothing; one that was never sent it, because we were ended before, has it now. When it does
 * not serve it stays as it is.
 */
export async function goOn(params: DeployParams, running: RunningDeployment): Promise<Deployed> {
  const leases: Deployed["leases"][number][] = [];
  try {
    for (const { id, bid, height } of running.leases) {
      params.onEvent({ event: "lease", id, bid, height, why: "its lease is open already" });
      leases.push({ id, bid, hostUri: await params.gateway.hostUri(id.provider) });
    }
    for (const lease of leases) await params.gateway.sendManifest(lease.id, params.compiled);
    for (const lease of leases) await waitUntilServing(params, lease);
    return { id: running.id, leases };
  } catch (error) {
    const { dseq } = running.id;
    const { code, message: text, exitCode } = chainFailure(`going on with deployment ${dseq}`, error);
    const hint = `deployment ${dseq} stays open: stoa close ${dseq} ends it, and what was not spent comes back`;
    throw new CliError(code, text, { hint, exitCode, cause: error });
  }
}

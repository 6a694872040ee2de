/**
 * The loop of the provider: the chain, the runtime and the ledger are compared, and what the engine's plan says is
 * carried out. Events only make it look sooner; nothing is concluded from an event that was not seen.
 */
import { allEvents, type BlockResults, type ChainEvent, eventField } from "@stoa/client";
import { formatOrderId, type OrderId } from "@stoa/market";
import type { Log } from "@stoa/std";
import type { MarketReader } from "../chain-link/market-reads.ts";
import type { MarketWriter } from "../chain-link/market-writes.ts";
import { exhaustionHeight } from "../engine/exhaustion.ts";
import type { Ledger } from "../engine/ledger.ts";
import { type Action, orderOfLease, plan, type World } from "../engine/plan.ts";
import { type LeaseId, leaseKey } from "../engine/workload.ts";
import { type Progress, type Runtime, RuntimeError } from "../runtimes/runtime.ts";
import { DutyRunner } from "./duty-runner.ts";
import { EngineWatch } from "./engine-watch.ts";
import type { LeaseDesk } from "./lease-desk.ts";
import type { OrderDesk } from "./order-desk.ts";

export interface KeeperParams {
  readonly provider: string;
  readonly reads: MarketReader;
  readonly writes: MarketWriter;
  readonly runtime: Runtime;
  readonly ledger: Ledger;
  readonly orders: OrderDesk;
  readonly leases: LeaseDesk;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** A stop waits this long for transactions and containers; an engine or a chain that hangs must not hold it. */
const stopWaitMs = 5_000;

export class Keeper {
  readonly #params: KeeperParams;
  readonly #duties: DutyRunner;
  /** Starts that are under way, to be given up when their lease ends or changes. */
  readonly #ensuring = new Map<string, AbortController>();
  readonly #engine: EngineWatch;
  #height = 0n;
  #ready = false;
  #reconciling: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(params: KeeperParams) {
    this.#params = params;
    this.#duties = new DutyRunner(params);
    this.#engine = new EngineWatch(params.nowMs);
  }

  /** False when the last look at the container engine failed or does not end. */
  get engineAnswers(): boolean {
    return this.#engine.answers;
  }

  get height(): bigint {
    return this.#height;
  }

  /** Reads everything of ours from the chain anew. Until this has succeeded once nothing is removed or closed. */
  async resync(height: bigint): Promise<void> {
    const { reads, orders, leases } = this.#params;
    // Blocks may have come since the caller looked.
    if (height > this.#height) this.#height = height;
    const [openOrders, bids, live] = await Promise.all([reads.openOrders(), reads.ownOpenBids(), reads.ownLeases()]);
    const open = new Set(openOrders.map(({ id }) => formatOrderId(id)));
    for (const row of live) await leases.admit(row);
    await this.#endMissing(new Set(live.map(({ lease }) => leaseKey(lease))));
    if (!this.#ready) await leases.forgetEnded();
    for (const lease of leases.strays()) {
      await this.refreshLease(lease);
      if (!leases.has(leaseKey(lease))) await leases.forget(lease);
    }
    const known = new Set(orders.openBids().map(({ order }) => order));
    for (const { order, price } of bids) {
      const key = formatOrderId(order);
      known.delete(key);
      orders.adopt(order, price, open.has(key));
    }
    for (const key of known) await this.#refreshBid(key);
    this.#ready = true;
    void Promise.all(openOrders.map((row) => orders.found(row))).then(() => this.step());
    void this.step();
  }

  /** Leases that the list no longer shows; each is asked for, since it may have begun after the list was read. */
  async #endMissing(live: ReadonlySet<string>): Promise<void> {
    for (const key of this.#params.leases.keys()) {
      const lease = this.#params.leases.lease(key);
      if (lease !== undefined && !live.has(key)) await this.refreshLease(lease);
    }
  }

  async #refreshBid(key: string): Promise<void> {
    const { reads, orders, leases } = this.#params;
    const id = orders.idOf(key);
    if (id === undefined) return;
    const row = await reads.bid(id);
    if (row?.open === true) return;
    const won = leases.keys().some((lease) => orderOfLease(lease) === key);
    orders.bidEnded(key, won ? "won" : "lost");
  }

  /** Asks the chain about one lease of ours and takes it up or lets it go. */
  async refreshLease(lease: LeaseId): Promise<void> {
    const key = leaseKey(lease);
    const row = await this.#params.reads.lease(lease);
    if (row?.live === true) {
      await this.#params.leases.admit(row);
      this.#params.orders.bidEnded(orderOfLease(key), "won");
    } else await this.#params.leases.end(key);
  }

  /** Deals with one block: its events, then whatever is due at its height. */
  async onBlock(results: BlockResults): Promise<void> {
    this.#height = results.height;
    for (const event of allEvents(results)) await this.#onEvent(event);
    // Bidding and starting take their time; the next block does not wait for them.
    void this.step();
  }

  async #onEvent(event: ChainEvent): Promise<void> {
    const { orders, leases, provider } = this.#params;
    const id = readId(eventField(event, "id"));
    if (id === null) return;
    const order = formatOrderId(id);
    switch (event.type) {
      case "akash.market.v1.EventOrderCreated":
        void orders.announced(id).then(() => this.step());
        return;
      case "akash.market.v1.EventOrderClosed":
        orders.orderEnded(order);
        return;
      case "akash.market.v1.EventBidClosed":
        if (id.provider === provider) orders.bidEnded(order, "closed");
        return;
      case "akash.market.v1.EventLeaseCreated":
        if (id.provider === provider) await this.#won(id);
        else orders.orderEnded(order);
        await leases.readMoney(id.owner, id.dseq);
        return;
      case "akash.market.v1.EventLeaseClosed":
        if (id.provider === provider) await this.refreshLease(id);
        await leases.readMoney(id.owner, id.dseq);
        return;
      case "akash.deployment.v1.EventGroupClosed":
      case "akash.deployment.v1.EventGroupPaused":
        orders.groupEnded(`${id.owner}/${id.dseq}/${id.gseq}`);
        return;
      case "akash.deployment.v1.EventDeploymentClosed":
        orders.groupEnded(`${id.owner}/${id.dseq}`);
        return;
    }
  }

  /** A new lease of ours. What it will need is made while its manifest is on the way; a failure shows again then. */
  async #won(lease: LeaseId): Promise<void> {
    const { runtime, leases, log } = this.#params;
    await this.refreshLease(lease);
    const key = leaseKey(lease);
    if (!leases.has(key)) return;
    runtime.prepare(lease).catch((cause) => log.debug("not prepared", { lease: key, reason: String(cause) }));
  }

  /** A lease's desired state changed here: a manifest came or a host name moved. */
  async changed(changed: readonly LeaseId[]): Promise<void> {
    const { leases, log } = this.#params;
    for (const lease of changed) {
      const key = leaseKey(lease);
      try {
        if (!leases.has(key)) await this.refreshLease(lease);
        // It ended while its manifest came.
        if (!leases.has(key)) await leases.forget(lease);
      } catch (cause) {
        log.warn("a lease cannot be read", { lease: key, reason: String(cause) });
      }
      leases.changed(key);
      this.#ensuring.get(key)?.abort();
    }
    await this.step();
  }

  /** Compares and acts. What is owed to the chain never waits for a container engine that is slow or away. */
  async step(): Promise<void> {
    if (!this.#ready || this.#stopped) return;
    this.#duties.forgetOld();
    // Called from everywhere and often: what fails now is reported and looked at again, it ends nobody's work.
    try {
      for (const action of plan(this.#world(null))) this.#start(action);
    } catch (cause) {
      this.#params.log.error("the duties cannot be planned", { reason: String(cause) });
    }
    await this.#reconcile();
  }

  /** Compares what runs with what should. Calls while it works make it look once more. */
  async #reconcile(): Promise<void> {
    if (this.#reconciling !== null) {
      this.#again = true;
      return this.#reconciling;
    }
    this.#reconciling = this.#reconcileNow().finally(() => {
      this.#reconciling = null;
    });
    await this.#reconciling;
    if (!this.#again || this.#stopped) return;
    this.#again = false;
    await this.#reconcile();
  }

  async #reconcileNow(): Promise<void> {
    const { runtime, leases, log } = this.#params;
    try {
      const seen = await this.#engine.look(
        () => runtime.observe(),
        () => void this.#engineReturned(),
      );
      const observed = seen.map(({ lease, fingerprint, complete }) => ({
        key: leaseKey(lease),
        fingerprint,
        complete,
      }));
      for (const [key, ensuring] of this.#ensuring) if (!leases.has(key)) ensuring.abort();
      for (const action of plan(this.#world(observed))) this.#start(action);
    } catch (cause) {
      log.warn("the container engine does not answer", { reason: String(cause) });
    }
  }

  /** Orders that were declined only for the engine's silence do not wait for the next resync, which would find them too. */
  async #engineReturned(): Promise<void> {
    const { reads, orders, log } = this.#params;
    log.info("the container engine answers again");
    try {
      const waiting = (await reads.openOrders()).filter(({ id }) => orders.awaitsEngine(id));
      if (this.#stopped) return;
      await Promise.all(waiting.map((row) => orders.found(row)));
      await this.step();
    } catch (cause) {
      log.debug("open orders cannot be read", { reason: String(cause) });
    }
  }

  #world(observed: World["observed"]): World {
    const { ledger, orders, leases, nowMs } = this.#params;
    return {
      nowMs: nowMs(),
      height: this.#height,
      bids: orders.openBids(),
      leases: leases.ownLeases(),
      observed,
      reserved: ledger.all().map(({ order }) => order),
      bidding: orders.bidding,
    };
  }

  #start(action: Action): void {
    const subject = "lease" in action ? action.lease : action.order;
    // Starting and removing the same lease must not overlap; the runtime would wait, and then do both.
    const kind = action.kind === "ensure" || action.kind === "remove" ? "runtime" : action.kind;
    this.#duties.start({ kind, subject, name: action.kind, carryOut: () => this.#carryOut(action) });
  }

  async #carryOut(action: Action): Promise<void> {
    const { orders, ledger, writes, leases } = this.#params;
    switch (action.kind) {
      case "ensure":
        return this.#ensure(action.lease);
      case "remove":
        return this.#remove(action.lease);
      case "withdraw":
        return this.#withdraw(action.lease, action.because === "exhausted");
      case "close-bid":
        return orders.close(action.order);
      case "release":
        ledger.release(action.order);
        return;
      case "close-lease": {
        const lease = leases.lease(action.lease);
        if (lease === undefined) return;
        await writes.closeBid(lease, "manifest-timeout");
        await this.refreshLease(lease);
      }
    }
  }

  async #ensure(key: string): Promise<void> {
    const { runtime, leases, log } = this.#params;
    const workload = leases.workload(key);
    if (workload === undefined) return;
    const ensuring = new AbortController();
    this.#ensuring.set(key, ensuring);
    const report = ({ service, step, detail, doneBytes, totalBytes }: Progress) => {
      // A pull reports all the time; only its beginning is news.
      if (totalBytes > 0) log.debug(step, { lease: key, service, detail, doneBytes, totalBytes });
      else log.info(step, { lease: key, service, detail });
    };
    try {
      await runtime.ensure(workload, report, ensuring.signal);
      leases.started(key);
    } catch (cause) {
      if (ensuring.signal.aborted) return;
      leases.failed(key);
      const code = cause instanceof RuntimeError ? cause.code : "internal";
      log.warn("a lease cannot be started", { lease: key, code, reason: String(cause) });
    } finally {
      this.#ensuring.delete(key);
      // What was given up or changed meanwhile is seen at once.
      if (ensuring.signal.aborted) setImmediate(() => void this.step());
    }
  }

  async #remove(key: string): Promise<void> {
    const { runtime, leases } = this.#params;
    const found = (await runtime.observe()).find(({ lease }) => leaseKey(lease) === key);
    // A lease may have come to life since the plan was made.
    if (found === undefined || leases.has(key)) return;
    await runtime.remove(found.lease);
  }

  async #withdraw(key: string, final: boolean): Promise<void> {
    const { leases, writes, log } = this.#params;
    const lease = leases.lease(key);
    if (lease === undefined) return;
    if (final && !(await this.#stillExhausted(key, lease))) return;
    await writes.withdraw(lease, final);
    leases.withdrawn(key);
    log.info("withdrawn", { lease: key, final });
    await this.refreshLease(lease);
    await leases.readMoney(lease.owner, lease.dseq);
    await this.step();
  }

  /** Deposits are not announced: the account is read once more before its end is declared. */
  async #stillExhausted(key: string, lease: LeaseId): Promise<boolean> {
    await this.#params.leases.readMoney(lease.owner, lease.dseq);
    const account = this.#params.leases.ownLeases().find((each) => each.key === key)?.account ?? null;
    const end = account === null ? null : exhaustionHeight(account);
    return end !== null && this.#height + 1n >= end;
  }

  /** Waits a while for what is under way; nothing new begins. What is cut off is found again by the next start. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const ensuring of this.#ensuring.values()) ensuring.abort();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopWaitMs);
    });
    await Promise.race([Promise.all([this.#reconciling, this.#duties.stop()]), late]);
    clearTimeout(timer);
  }
}

type EventId = OrderId & { readonly provider: string };

/** Ids in events are JSON objects with 64-bit numbers as text. */
function readId(value: unknown): EventId | null {
  if (typeof value !== "object" || value === null) return null;
  const { owner, dseq, gseq, oseq, provider } = value as Record<string, unknown>;
  if (typeof owner !== "string" || !/^[0-9]{1,20}$/.test(String(dseq))) return null;
  return {
    owner,
    dseq: BigInt(String(dseq)),
    gseq: Number(gseq ?? 0),
    oseq: Number(oseq ?? 0),
    provider: typeof provider === "string" ? provider : "",
  };
}

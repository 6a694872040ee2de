import { monitorEventLoopDelay } from "node:perf_hooks";
import { type HttpServer, listenHttp, sendText, type TlsFiles } from "@stoa/host";
import type { Clock, Log } from "@stoa/std";
import type { Engine } from "../../engines/engine.ts";
import type { HttpFront } from "../http-front.ts";

/** Blocks that may be missed before the node is called unwell, and the least time that takes. */
const missedBlocks = 10n;
const leastSilenceMs = 30_000n;

const nanosecondsPerMs = 1_000_000n;

/** What {@link startMetricsServer} needs. */
export interface MetricsServerParams {
  readonly host: string;
  readonly port: number;
  readonly engine: Engine;
  /** Undefined: none are made. */
  readonly snapshots: { readonly progress: { readonly height: bigint; readonly made: number } } | undefined;
  /** Rates of clients. */
  readonly front: HttpFront;
  /** With them it speaks TLS. */
  readonly tls?: TlsFiles;
  readonly clock: Clock;
  readonly blockIntervalMs: number;
  /** Blocks may stay away while nothing happens. */
  readonly emptyBlocks: boolean;
  readonly log: Log;
}

interface Metric {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly value: number | bigint;
}

/** Counts of what has happened since the start. */
class Counters {
  /** When the last block was made, or else the start: after a long stop the first blocks bear old times. */
  lastBlockNs: bigint;
  blocks = 0;
  txs = 0;
  failedTxs = 0;
  gas = 0n;

  constructor(startNs: bigint) {
    this.lastBlockNs = startNs;
  }
}

/** Serves `/metrics` in Prometheus' text form, and `/health`: 200 while blocks are made, 503 when not. */
export async function startMetricsServer(params: MetricsServerParams): Promise<HttpServer> {
  const { host, port, engine, front, clock, log } = params;
  const counters = new Counters(clock.nowNs());
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  let halted: Error | undefined;
  void engine.halted.then((reason) => {
    halted = reason;
  });
  const unsubscribe = engine.onBlock(({ results }) => {
    counters.blocks++;
    counters.lastBlockNs = clock.nowNs();
    for (const { code, gasUsed } of results.txResults) {
      counters.txs++;
      if (code !== 0) counters.failedTxs++;
      counters.gas += gasUsed;
    }
  });
  const server = await listenHttp({
    host,
    port,
    ...(params.tls === undefined ? {} : { tls: params.tls }),
    handle: async (request, response) => {
      if (!front.admits(request, response, { methods: "GET", headers: "" })) return;
      const path = request.url?.split("?")[0];
      if (path === "/metrics") {
        const text = textOf([...(await chainMetrics(params, counters)), ...processMetrics(delay.percentile(99))]);
        delay.reset();
        sendText(response, 200, text, "text/plain; version=0.0.4");
      } else if (path === "/health") {
        const problem = halted === undefined ? silence(params, counters) : `the chain stands still: ${halted.message}`;
        sendText(response, problem === undefined ? 200 : 503, problem ?? "ok");
      } else sendText(response, 404, "404 page not found\n");
    },
    log,
  });
  return {
    ...server,
    close: (graceMs) => {
      unsubscribe();
      delay.disable();
      return server.close(graceMs);
    },
  };
}

/** Why the node is unwell; undefined when it is not. */
function silence(params: MetricsServerParams, { lastBlockNs }: Counters): string | undefined {
  const { clock, blockIntervalMs, emptyBlocks } = params;
  if (!emptyBlocks) return undefined;
  const ms = (clock.nowNs() - lastBlockNs) / nanosecondsPerMs;
  const allowed = BigInt(blockIntervalMs) * missedBlocks;
  return ms > (allowed > leastSilenceMs ? allowed : leastSilenceMs) ? `no block was made for ${ms} ms` : undefined;
}

async function chainMetrics({ engine, snapshots, clock }: MetricsServerParams, counters: Counters): Promise<Metric[]> {
  const { latest } = await engine.status();
  const { lowest, highest } = await engine.heights();
  const { total, totalBytes } = await engine.mempool(0);
  const validators = await engine.validators(highest);
  const ageMs = Number((clock.nowNs() - latest.block.header.time) / nanosecondsPerMs);
  const { height: snapshotHeight, made } = snapshots?.progress ?? { height: 0n, made: 0 };
  return [
    { name: "height", type: "gauge", help: "Height of the last block", value: highest },
    { name: "lowest_height", type: "gauge", help: "Height of the first block that is kept", value: lowest },
    { name: "block_age_seconds", type: "gauge", help: "Time since the last block's time", value: ageMs / 1_000 },
    { name: "block_size_bytes", type: "gauge", help: "Size of the last block", value: latest.size },
    { name: "blocks_total", type: "counter", help: "Blocks since the start", value: counters.blocks },
    { name: "txs_total", type: "counter", help: "Transactions in blocks since the start", value: counters.txs },
    { name: "txs_failed_total", type: "counter", help: "Of those, the ones that failed", value: counters.failedTxs },
    { name: "gas_used_total", type: "counter", help: "Gas that they used", value: counters.gas },
    { name: "mempool_txs", type: "gauge", help: "Transactions that wait for a block", value: total },
    { name: "mempool_bytes", type: "gauge", help: "Bytes of those", value: totalBytes },
    { name: "snapshot_height", type: "gauge", help: "Height of the last snapshot", value: snapshotHeight },
    { name: "snapshots_total", type: "counter", help: "Snapshots made since the start", value: made },
    {
      name: "validators",
      type: "gauge",
      help: "Validators of the last block",
      value: validators?.validators.length ?? 0,
    },
  ];
}

function processMetrics(delayNs: number): Metric[] {
  const { rss, heapUsed } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  const p99 = Number.isFinite(delayNs) ? delayNs / 1e9 : 0;
  return [
    {
      name: "event_loop_delay_p99_seconds",
      type: "gauge",
      help: "Longest waits of answers since the last look",
      value: p99,
    },
    { name: "process_resident_memory_bytes", type: "gauge", help: "Memory of the process", value: rss },
    { name: "process_heap_bytes", type: "gauge", help: "Memory that JavaScript uses", value: heapUsed },
    { name: "process_cpu_seconds_total", type: "counter", help: "Processor time", value: (user + system) / 1e6 },
  ];
}

function textOf(metrics: readonly Metric[]): string {
  const lines = metrics.map(({ name, type, help, value }) => {
    const full = `stoa_node_${name}`;
    return `# HELP ${full} ${help}.\n# TYPE ${full} ${type}\n${full} ${value}\n`;
  });
  return lines.join("");
}

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { type AbciEvent, type Block, encodeBlock, encodeBlockId, encodeTxResult, nilBlockId } from "@stoa/consensus";
import { nativeHash } from "@stoa/host";
import { MemoryBackend } from "@stoa/store";
import { ChainStore } from "../engines/embedded/chain-store.ts";
import type { Engine, SearchFilter } from "../engines/engine.ts";
import { senderOf, startTransferChain } from "../testing/transfer-chain.ts";
import { SqliteEventIndex } from "./sqlite-event-index.ts";

const txs = 1_000_000;
const txsPerBlock = 1_000;
const txBytes = 330;
const samplesOfIndex = 200;
const defaultRuns = 60;
const action = "/cosmos.bank.v1beta1.MsgSend";

const event = (type: string, attributes: Record<string, string>): AbciEvent => ({
  type,
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value, index: true })),
});

/** Events of a transfer, eight attributes: those that searches ask for, and one that nobody else has. */
function eventsOf(n: number): AbciEvent[] {
  const sender = `akash1sender${n % 1_000}`;
  const recipient = `akash1recipient${n % 100_003}`;
  return [
    event("transfer", { recipient, sender, amount: `${n % 5_000}uakt` }),
    event("tx", { acc_seq: `${sender}/${n}` }),
    event("message", { action, sender, module: "bank", msg_index: "0" }),
  ];
}

function fill(index: SqliteEventIndex, progress: (text: string) => void): number {
  const started = performance.now();
  for (let height = 1; height <= txs / txsPerBlock; height++) {
    if (height % 100 === 0) progress(`${height} of ${txs / txsPerBlock} blocks`);
    const list = Array.from({ length: txsPerBlock }, (_, at) => eventsOf(height * txsPerBlock + at));
    index.append({ height: BigInt(height), events: [], txs: list });
  }
  return ((performance.now() - started) * 1_000) / txs;
}

/** Where every block and every result is the same: what reading them costs but for the disk. */
class SameBlocks extends MemoryBackend {
  private readonly block: Uint8Array;
  private readonly blockId = encodeBlockId(nilBlockId);
  private readonly result = encodeTxResult({
    ...{ code: 0, data: new Uint8Array(60), log: "", info: "", gasWanted: 200_000n, gasUsed: 90_000n, codespace: "" },
    events: eventsOf(1),
  });

  constructor(block: Block) {
    super();
    const list = Array.from({ length: txsPerBlock }, (_, at) => new Uint8Array(txBytes).fill(at % 256));
    this.block = encodeBlock({ ...block, txs: list });
  }

  override get(key: Uint8Array): Uint8Array {
    const tag = String.fromCharCode(key["engine/".length] ?? 0);
    return tag === "b" ? this.block : tag === "i" ? this.blockId : this.result;
  }
}

/** The searches: a rare value, one that a thousandth has, one that all have; pages at both ends. */
const searches: Readonly<Record<string, (n: number) => Record<string, string>>> = {
  "http: rare": (n) => ({ query: `transfer.recipient='akash1recipient${(n * 499) % 100_003}'` }),
  "http: one in a thousand": (n) => ({ query: `message.sender='akash1sender${n % 1_000}'` }),
  "http: one in a thousand, 100 a page": (n) => ({
    query: `message.sender='akash1sender${n % 1_000}'`,
    per_page: "100",
  }),
  "http: all, newest first": () => ({ query: `message.action='${action}'`, order_by: "desc" }),
  "http: all, a page in the middle": (n) => ({ query: `message.action='${action}'`, page: String(16_000 + n) }),
  "http: all, the last page": () => ({ query: `message.action='${action}'`, page: "33333" }),
};

/** Asks from a thread of its own; milliseconds of each answer. */
async function timesOverHttp(port: number, bodies: readonly string[]): Promise<number[]> {
  const workerData = { port, bodies: [bodies] };
  const worker = new Worker(new URL("../testing/run-http-load.ts", import.meta.url), { workerData });
  const { times } = await new Promise<{ times: number[] }>((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  return times;
}

async function timesOfIndex(index: SqliteEventIndex, key: string, valueAt: (n: number) => string): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < samplesOfIndex; n++) {
    const from = performance.now();
    const equals = [{ key, value: valueAt(n) }];
    await index.search("tx", { equals, minHeight: 1n, maxHeight: 1n << 40n }).page(0, 30, "asc");
    times.push(performance.now() - from);
  }
  return times;
}

interface Wishes {
  readonly runs: number | undefined;
  readonly scratch: string;
  progress(text: string): void;
}

async function run({ runs, scratch, progress }: Wishes) {
  const index = SqliteEventIndex.open(join(scratch, "events.sqlite"));
  const microsPerTx = fill(index, progress);
  const series: Record<string, { unit: string; samples: number[] }> = {};
  const ofIndex = async (name: string, key: string, valueAt: (n: number) => string): Promise<void> => {
    series[name] = { unit: "ms", samples: await timesOfIndex(index, key, valueAt) };
  };
  await ofIndex("index: rare", "transfer.recipient", (n) => `akash1recipient${(n * 499) % 100_003}`);
  await ofIndex("index: one in a thousand", "message.sender", (n) => `akash1sender${n}`);
  await ofIndex("index: all", "message.action", () => action);
  const served = (engine: Engine): Engine => {
    const store = { value: undefined as ChainStore | undefined };
    const txAt: Engine["txAt"] = async (place) => {
      const { latest } = await engine.status();
      store.value ??= new ChainStore(new SameBlocks(latest.block), nativeHash);
      return store.value.txAt(place);
    };
    return Object.assign(Object.create(engine) as Engine, {
      searchTxs: async (filter: SearchFilter) => index.search("tx", filter),
      txAt,
    });
  };
  const chain = await startTransferChain([senderOf(0)], { served });
  try {
    for (const [name, paramsAt] of Object.entries(searches)) {
      progress(name);
      const bodies = Array.from({ length: runs ?? defaultRuns }, (_, id) =>
        JSON.stringify({ jsonrpc: "2.0", id, method: "tx_search", params: paramsAt(id) }),
      );
      series[name] = { unit: "ms", samples: await timesOverHttp(Number(new URL(chain.rpc.url).port), bodies) };
    }
  } finally {
    await chain.close();
    await index.close();
  }
  return {
    conditions: { txs, attributesPerTx: 8, txsPerBlock, txBytes },
    series,
    figures: { "indexing a transaction": { unit: "us", value: microsPerTx } },
    goals: Object.keys(series).map((of) => ({ of, statistic: "p95", atMost: 50 }) as const),
  };
}

export const bench = { about: "tx_search over a million transactions by one attribute", run };

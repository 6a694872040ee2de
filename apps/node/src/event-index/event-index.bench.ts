import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AbciEvent } from "@stoa/consensus";
import { SqliteEventIndex } from "./sqlite-event-index.ts";

/*
 * A search over a million transactions by one indexed attribute: how long it takes for a rare value, one that a
 * thousandth has, and one that all have (the worst case). `node event-index.bench.ts [TXS]`.
 */
const [count = "1000000"] = process.argv.slice(2);
const txs = Number(count);
const txsPerBlock = 1_000;
const samples = 200;

const event = (type: string, attributes: Record<string, string>): AbciEvent => ({
  type,
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value, index: true })),
});

/** Events of a transfer, eight attributes: those that searches ask for, and one that nobody else has. */
function transfer(n: number): AbciEvent[] {
  const sender = `akash1sender${n % 1_000}`;
  const recipient = `akash1recipient${n % 100_003}`;
  return [
    event("transfer", { recipient, sender, amount: `${n % 5_000}uakt` }),
    event("tx", { acc_seq: `${sender}/${n}` }),
    event("message", { action: "/cosmos.bank.v1beta1.MsgSend", sender, module: "bank", msg_index: "0" }),
  ];
}

const folder = mkdtempSync(join(tmpdir(), "stoa-index-bench-"));
const index = SqliteEventIndex.open(join(folder, "events.sqlite"));
const started = performance.now();
for (let height = 1; height <= txs / txsPerBlock; height++) {
  const list = Array.from({ length: txsPerBlock }, (_, at) => transfer(height * txsPerBlock + at));
  index.append({ height: BigInt(height), events: [], txs: list });
}
const builtMs = performance.now() - started;

async function measure(name: string, key: string, valueAt: (n: number) => string): Promise<void> {
  const times: number[] = [];
  let total = 0;
  for (let n = 0; n < samples; n++) {
    const from = performance.now();
    const equals = [{ key, value: valueAt(n) }];
    const found = index.search("tx", { equals, minHeight: 1n, maxHeight: 1n << 40n });
    await found.page(0, 30, "asc");
    times.push(performance.now() - from);
    total = found.total;
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number((times[Math.floor(share * (times.length - 1))] ?? 0).toFixed(2));
  console.log(JSON.stringify({ search: name, txs, matches: total, p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) }));
}

console.log(JSON.stringify({ built: txs, microsecondsPerTx: Number(((builtMs * 1_000) / txs).toFixed(1)) }));
await measure("rare", "transfer.recipient", (n) => `akash1recipient${(n * 499) % 100_003}`);
await measure("one in a thousand", "message.sender", (n) => `akash1sender${n}`);
await measure("all", "message.action", () => "/cosmos.bank.v1beta1.MsgSend");
await index.close();
rmSync(folder, { recursive: true, force: true });

import assert from "node:assert/strict";
import { test } from "node:test";
import { EventLog, eventsPerLeaseMax, leasesMax } from "./event-log.ts";
import type { WorkloadEvent } from "./runtime.ts";

const event: WorkloadEvent = { type: "Warning", reason: "Exited", note: "", service: "web", replica: "", atMs: 0 };

async function notes(log: EventLog, key: string): Promise<string[]> {
  const seen: string[] = [];
  const never = new AbortController().signal;
  for await (const { note } of log.read(key, { services: [], follow: false }, never)) seen.push(note);
  return seen;
}

test("keeps the newest events of the newest leases", async () => {
  const log = new EventLog();
  for (let i = 0; i <= eventsPerLeaseMax; i++) log.add("first", { ...event, note: String(i) });
  const kept = await notes(log, "first");
  assert.deepEqual([kept.length, kept[0], kept.at(-1)], [eventsPerLeaseMax, "1", String(eventsPerLeaseMax)]);
  for (let i = 0; i < leasesMax; i++) log.add(`lease ${i}`, event);
  assert.deepEqual(await notes(log, "first"), []);
  assert.equal((await notes(log, "lease 0")).length, 1);
});

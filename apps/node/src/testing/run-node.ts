import { readFileSync } from "node:fs";
import { createLog, loadConfig } from "@stoa/host";
import { nodeConfigSchema, runNode } from "../index.ts";

/*
 * A node as a process of its own, for tests that kill it: `run-node.ts HOME [INTERVAL_MS [SNAPSHOT_INTERVAL]]`. Prints one JSON line when it
 * answers.
 */
const [home = "", blockIntervalMs = "20", snapshotInterval = "0"] = process.argv.slice(2);
const ports = { "rpc-port": "0", "grpc-port": "0", "rest-port": "0" };
const flags = { ...ports, "block-interval-ms": blockIntervalMs, "snapshot-interval": snapshotInterval };
const config = loadConfig(nodeConfigSchema, { flags });
if (!config.ok) throw new Error(JSON.stringify(config.error));
const log = createLog({ level: "warn", json: false });

/** Resident memory in MiB, from /proc. */
function residentMib(): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1] ?? 0) / 1024;
}

process.exitCode = await runNode({
  home,
  config: config.value.values,
  log,
  onReady: (node) => {
    const ready = { event: "ready", rpc: node.rpcUrl, height: String(node.height()), residentMib: residentMib() };
    process.stdout.write(`${JSON.stringify(ready)}\n`);
  },
});

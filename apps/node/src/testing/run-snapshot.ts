import { readFileSync } from "node:fs";
import { silentLog } from "@stoa/std";
import { createSnapshot, restoreSnapshot } from "../index.ts";

/*
 * Makes or restores a snapshot as a process of its own, for tests that kill it: `run-snapshot.ts create HOME` or
 * `run-snapshot.ts restore HOME FROM`. Prints a line when it begins, and one with the time and the process's largest memory
 * when it is done.
 */
const [what, home = "", from = ""] = process.argv.slice(2);
process.stdout.write("begins\n");
const begun = performance.now();
if (what === "create") await createSnapshot({ home, log: silentLog });
else await restoreSnapshot({ home, from, log: silentLog });
const ms = performance.now() - begun;
const peakKib = Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
process.stdout.write(`done ${JSON.stringify({ ms, peakMib: peakKib / 1024 })}\n`);

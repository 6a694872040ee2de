import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { toBech32 } from "@cosmjs/encoding";
import { emptyCopy } from "../testing/snapshot-world.ts";
import { makeTestHome } from "../testing/test-home.ts";
import { listSnapshots } from "./snapshot-commands.ts";

/** Four keys of the state each: the account, its number, its balance, and who holds the denomination. */
const accounts = 25_000;
const blockIntervalMs = 500;
const blocksPerSnapshot = "4";
const watchedMs = 12_000;
const defaultRuns = 3;

const script = (name: string): string => join(import.meta.dirname, "..", "testing", name);

/** Puts so many funded accounts into a home's genesis file. */
function fill(home: string): void {
  const path = join(home, "config", "genesis.json");
  const document = JSON.parse(readFileSync(path, "utf8"));
  const { auth, bank } = document.app_state;
  for (let n = 0; n < accounts; n++) {
    const bytes = Uint8Array.from(
      { length: 20 },
      (_, at) => (n * 2_654_435_761 + at * 40_503 + (n >> (at % 16))) % 251,
    );
    new DataView(bytes.buffer).setUint32(0, n);
    const address = toBech32("akash", bytes);
    auth.accounts.push({ ...auth.accounts[0], address });
    bank.balances.push({ address, coins: [{ denom: "uakt", amount: String(1_000_000 + n) }] });
  }
  writeFileSync(path, JSON.stringify(document));
}

/** A program of the tests, and the first line that it prints. */
async function run(name: string, args: readonly string[]): Promise<{ child: ChildProcess; line: string }> {
  const child = spawn(process.execPath, [script(name), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return { child, line };
}

/** Makes or restores a snapshot in a process of its own. */
async function work(args: readonly string[]): Promise<{ readonly ms: number; readonly peakMib: number }> {
  const child = spawn(process.execPath, [script("run-snapshot.ts"), ...args], { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("done ")) return JSON.parse(line.slice("done ".length));
  }
  throw new Error(`run-snapshot.ts ${args.join(" ")} ended too early`);
}

/** The longest of answers that are asked for one after another while a node makes blocks. */
async function longestAnswer(home: string, snapshotInterval: string): Promise<number> {
  const { child, line } = await run("run-node.ts", [home, String(blockIntervalMs), snapshotInterval]);
  const { rpc } = JSON.parse(line) as { rpc: string };
  let longest = 0;
  for (const end = performance.now() + watchedMs; performance.now() < end; ) {
    const from = performance.now();
    await (await fetch(`${rpc}/health`)).text();
    longest = Math.max(longest, performance.now() - from);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  child.kill("SIGTERM");
  await once(child, "exit");
  return longest;
}

async function measure({ runs, progress }: { readonly runs: number | undefined; progress(text: string): void }) {
  const ends: (() => unknown)[] = [];
  const { home } = await makeTestHome({ after: (end: unknown) => void ends.push(end as () => unknown) });
  try {
    fill(home);
    const [without, beside, makeMs, makeMib, restoreMs, restoreMib]: number[][] = [[], [], [], [], [], []];
    for (let round = 0; round < (runs ?? defaultRuns); round++) {
      progress(`run ${round + 1}`);
      without?.push(await longestAnswer(home, "0"));
      beside?.push(await longestAnswer(home, blocksPerSnapshot));
      rmSync(join(home, "data", "snapshots"), { recursive: true });
      const made = await work(["create", home]);
      const [snapshot] = listSnapshots(home);
      const restored = await work(["restore", emptyCopy(home, `copy-${round}`), snapshot?.folder ?? ""]);
      makeMs?.push(made.ms);
      makeMib?.push(made.peakMib);
      restoreMs?.push(restored.ms);
      restoreMib?.push(restored.peakMib);
    }
    const bytes = listSnapshots(home)[0]?.manifest.bytes ?? 0;
    const ms = (samples: readonly number[] = []) => ({ unit: "ms", samples });
    const mib = (samples: readonly number[] = []) => ({ unit: "MiB", samples });
    return {
      conditions: { accounts, keys: 4 * accounts, blockIntervalMs, blocksPerSnapshot: Number(blocksPerSnapshot) },
      series: {
        "make, home opened and closed": ms(makeMs),
        "make, memory of the process": mib(makeMib),
        "restore and execute a block": ms(restoreMs),
        "restore, memory of the process": mib(restoreMib),
        "longest answer, no snapshots": ms(without),
        "longest answer beside snapshots": ms(beside),
      },
      figures: { "size of the chunks": { unit: "bytes", value: bytes } },
    };
  } finally {
    for (const end of ends.toReversed()) await end();
  }
}

export const bench = {
  about: "snapshots of a state of 100,000 keys: time, memory, and how long others wait",
  run: measure,
};

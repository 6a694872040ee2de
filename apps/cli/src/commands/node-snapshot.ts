import {
  createSnapshot,
  GenesisError,
  HomeError,
  KeyFileError,
  listSnapshots,
  restoreSnapshot,
  SnapshotError,
} from "@stoa/node";
import { toHex } from "@stoa/std";
import { CliError, type Command, exitCodes, type Invocation } from "../command.ts";
import { programLog, requireProgramHome } from "../local/program.ts";
import { heightOf } from "./node-genesis.ts";

/** What went wrong with a home or a snapshot, in its own words. */
async function inOwnWords<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SnapshotError) throw new CliError("bad_snapshot", error.message, { cause: error });
    if (error instanceof HomeError) throw new CliError(`node_home_${error.code}`, error.message, { cause: error });
    if (error instanceof GenesisError || error instanceof KeyFileError)
      throw new CliError("bad_genesis", error.message, { cause: error });
    throw error;
  }
}

type Snapshot = Awaited<ReturnType<typeof createSnapshot>>;

/** One snapshot: a line for people, or JSON. */
function print(invocation: Invocation, { folder, height, manifest }: Snapshot): void {
  const { format, chunkHashes, bytes, hash, appHash } = manifest;
  const chunks = chunkHashes.length;
  const fields = { height: String(height), format, chunks, bytes, hash, appHash, folder };
  if (invocation.flag("json")) process.stdout.write(`${JSON.stringify(fields)}\n`);
  else process.stdout.write(`height ${height}, ${chunks} chunks, ${bytes} bytes, app hash ${appHash}: ${folder}\n`);
}

const home = { type: "string", value: "DIR", about: "the node's own folder" } as const;
const json = { type: "boolean", about: "one JSON line a snapshot" } as const;

export const snapshotCreate: Command = {
  spec: {
    name: "node snapshot create",
    about: "Writes the state of a stopped node as a snapshot; a running one makes them itself (snapshotInterval).",
    options: {
      home,
      height: { type: "string", value: "N", about: "the block after which; the last but one without it" },
      json,
    },
    examples: ["stoa node snapshot create --home ./node"],
  },
  async run(invocation) {
    const height = heightOf(invocation);
    const params = {
      home: requireProgramHome(invocation, "node snapshot create"),
      log: programLog(invocation, "node"),
    };
    print(invocation, await inOwnWords(() => createSnapshot(height === undefined ? params : { ...params, height })));
    return exitCodes.ok;
  },
};

export const snapshotList: Command = {
  spec: {
    name: "node snapshot list",
    about: "Lists the finished snapshots of a node, which may run.",
    options: { home, json },
    examples: ["stoa node snapshot list --home ./node"],
  },
  async run(invocation) {
    const path = requireProgramHome(invocation, "node snapshot list");
    const all = await inOwnWords(() => listSnapshots(path));
    for (const each of all) print(invocation, each);
    if (all.length === 0 && !invocation.flag("json")) process.stdout.write("no snapshots\n");
    return exitCodes.ok;
  },
};

export const snapshotRestore: Command = {
  spec: {
    name: "node snapshot restore",
    about: "Gives an empty home, with the chain's genesis and its validator's key, the state of a snapshot.",
    options: {
      home,
      from: { type: "string", value: "DIR", about: "the snapshot: data/snapshots/HEIGHT of another home" },
      json: { type: "boolean", about: "the result as JSON" },
    },
    examples: [
      "stoa node import --home ./next --genesis ./node/config/genesis.json --keys-from ./node",
      "stoa node snapshot restore --home ./next --from ./node/data/snapshots/1200",
    ],
  },
  async run(invocation) {
    const path = requireProgramHome(invocation, "node snapshot restore");
    const from = invocation.text("from");
    if (from === undefined) throw new CliError("usage", "--from is missing", { exitCode: exitCodes.usage });
    const log = programLog(invocation, "node");
    const restored = await inOwnWords(() => restoreSnapshot({ home: path, from, log }));
    const { chainId, height, lastHeight } = restored;
    const appHash = toHex(restored.appHash);
    const fields = { chainId, height: String(height), appHash, lastHeight: String(lastHeight) };
    if (invocation.flag("json")) process.stdout.write(`${JSON.stringify(fields)}\n`);
    else {
      const state = `the state of ${chainId} after block ${height} is restored, app hash ${appHash}`;
      process.stdout.write(`${state}; the chain goes on after block ${lastHeight}\n`);
    }
    return exitCodes.ok;
  },
};

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { formatTime } from "@stoa/consensus";
import { toHex, utf8 } from "@stoa/std";
import { startTestRpc } from "../../apps/node/src/testing/test-rpc.ts";
import { reaches } from "./block-waiting.ts";

const program = join(import.meta.dirname, "../../apps/cli/src/main.ts");

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function stoa(...words: readonly string[]): Promise<Said> {
  const args = ["--disable-warning=ExperimentalWarning", program, ...words];
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }));
  });
}

test("the command line says what is proven, and nothing else", { timeout: 120_000 }, async (t) => {
  const { url, engine } = await startTestRpc(t);
  assert.equal((await engine.broadcast(utf8("two=2"))).code, 0);
  await reaches(engine, 6n);
  await engine.stop();
  const hash = toHex((await engine.block(2n))?.blockId.hash ?? new Uint8Array());
  const asked = ["query", "proven", "state", "kv"];
  const known = ["--node", url, "--trust-height", "2", "--trust-hash"];
  const [there, absent, stranger, nothing] = await Promise.all([
    stoa(...asked, "two", ...known, hash),
    stoa(...asked, "0x746872", ...known, hash, "--json", "--height", "4"),
    stoa(...asked, "two", ...known, `${hash.slice(2)}00`),
    stoa(...asked, "two", "--node", url),
  ]);
  assert.deepEqual([there.code, there.out], [0, "0x32\n"], there.err);
  // The next header proves it.
  const time = formatTime((await engine.block(5n))?.block.header.time ?? 0n);
  assert.deepEqual(JSON.parse(absent.out), { height: "4", time, store: "kv", key: "dGhy", value: null });
  assert.deepEqual([stranger.code, stranger.out], [1, ""]);
  assert.match(stranger.err, /block 2 is trusted as /);
  assert.equal(nothing.code, 2);
  assert.match(nothing.err, /--trust-height N --trust-hash HEX/);
});

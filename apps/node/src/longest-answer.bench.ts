import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { create } from "@bufbuild/protobuf";
import { SigningStargateClient } from "@cosmjs/stargate";
import { Scope } from "@stoa/host";
import { encode } from "@stoa/wire";
import { TxRawSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { makeTestHome, testWallet } from "./testing/test-home.ts";

/*
 * How long others wait for an answer while a block full of transfers is made: `node longest-answer.bench.ts [TXS]`.
 * The node is a process of its own, its blocks are 4 s apart, and `/health` is asked every few milliseconds.
 */
const [count = "600"] = process.argv.slice(2);
const txs = Number(count);
const intervalMs = 4_000;

const scope = new Scope();
const ends: (() => unknown)[] = [];
const { home, address } = await makeTestHome({ after: (end: unknown) => void ends.push(end as () => unknown) });
const folder = mkdtempSync(join(tmpdir(), "stoa-answer-"));
scope.defer("folder", () => rmSync(folder, { recursive: true, force: true }));
const program = join(import.meta.dirname, "testing/run-node.ts");
const child = spawn(process.execPath, [program, home, String(intervalMs)], { stdio: ["ignore", "pipe", "inherit"] });
const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
const { rpc } = JSON.parse(line) as { rpc: string };
const client = await SigningStargateClient.connectWithSigner(rpc, await testWallet());
const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };
const { accountNumber } = await client.getSequence(address);
const chainId = await client.getChainId();
const encoded: Uint8Array[] = [];
for (let sequence = 0; sequence < txs; sequence++) {
  const value = { fromAddress: address, toAddress: address, amount: [{ denom: "uakt", amount: "1" }] };
  const message = { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value };
  const { bodyBytes, authInfoBytes, signatures } = await client.sign(address, [message], fee, "", {
    accountNumber,
    sequence,
    chainId,
  });
  encoded.push(encode(TxRawSchema, create(TxRawSchema, { bodyBytes, authInfoBytes, signatures })));
}
const ask = async (path: string, init?: RequestInit): Promise<string> => (await fetch(`${rpc}${path}`, init)).text();
for (const [id, tx] of encoded.entries()) {
  const params = { tx: Buffer.from(tx).toString("base64") };
  const body = JSON.stringify({ jsonrpc: "2.0", id, method: "broadcast_tx_async", params });
  await ask("/", { method: "POST", body });
}
let longestMs = 0;
let largest = 0;
for (const end = performance.now() + 3 * intervalMs; performance.now() < end; ) {
  const from = performance.now();
  await ask("/health");
  longestMs = Math.max(longestMs, performance.now() - from);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
const { result } = JSON.parse(await ask("/blockchain")) as { result: { block_metas: { num_txs: string }[] } };
for (const { num_txs: n } of result.block_metas) largest = Math.max(largest, Number(n));
console.log(JSON.stringify({ txsInLargestBlock: largest, longestAnswerMs: Number(longestMs.toFixed(1)) }));
client.disconnect();
child.kill("SIGTERM");
await once(child, "exit");
await scope.close();
for (const end of ends.toReversed()) await end();

import assert from "node:assert/strict";
import { test } from "node:test";
import { senderOf, startTransferChain, transfer } from "./testing/transfer-chain.ts";

test("transfers that come together keep their order and their verdicts with signatures verified in other threads", async () => {
  const senders = [0, 1, 2, 3].map(senderOf);
  const to = senders[0]?.address ?? "";
  const txs = [0n, 1n, 2n, 3n].flatMap((sequence) => senders.map((sender) => transfer(sender, to, sequence)));
  // The last sender's last one, with a damaged signature: those before it do not suffer.
  const damaged = txs.at(-1)?.slice() ?? new Uint8Array(0);
  damaged[damaged.length - 20] = (damaged[damaged.length - 20] ?? 0) ^ 1;
  const answers: unknown[] = [];
  for (const signatureThreads of [0, 2]) {
    const { engine, makeBlocks, close } = await startTransferChain(senders, { signatureThreads });
    const sent = [...txs.slice(0, -1), damaged];
    const checks = await Promise.all(sent.map((tx) => engine.broadcast(tx)));
    assert.ok(checks.slice(0, -1).every(({ code }) => code === 0));
    assert.equal(checks.at(-1)?.code, 4, "unauthorized");
    const { txs: waiting } = await engine.mempool(sent.length);
    assert.deepEqual(waiting, txs.slice(0, -1));
    await makeBlocks();
    answers.push(checks);
    await close();
  }
  assert.deepEqual(answers[0], answers[1]);
});

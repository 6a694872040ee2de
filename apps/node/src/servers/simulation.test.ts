import assert from "node:assert/strict";
import { test } from "node:test";
import { createModules } from "@stoa/chain";
import { createNativeVerifier, nativeHash } from "@stoa/host";
import { silentLog, toBase64 } from "@stoa/std";
import { assembleTx, buildTx } from "@stoa/wire";
import { SignMode } from "@stoa/wire/cosmos.tx.signing.v1beta1";
import { signDirect } from "@stoa/wire/wallet";
import { everyMessage, type Step, unsentKinds } from "../testing/every-message.ts";
import { QueryWorld } from "../testing/query-world.ts";

/*
 * Gas that a client learns by asking with one empty signature and no fee, times 1.3, suffices for every message.
 */

interface Answer {
  readonly message?: string;
  readonly account?: { readonly sequence: string };
  readonly gas_info?: { readonly gas_used: string; readonly gas_wanted: string };
  readonly certificates?: readonly { readonly serial: string }[];
  readonly tx_response?: { readonly code: number; readonly raw_log: string; readonly txhash: string };
}

/** Sends a step with the gas that was simulated for it; answers how much of that it used. */
async function sendSimulated(world: QueryWorld, { signer, message }: Step): Promise<number> {
  const get = async (path: string) => (await (await fetch(`${world.restUrl}${path}`)).json()) as Answer;
  const { address, publicKey, privateKey, accountNumber } = signer;
  const sequence = BigInt((await get(`/cosmos/auth/v1beta1/accounts/${address}`)).account?.sequence ?? "");
  // As CosmJS asks: no mode, an empty signature, neither fee nor gas.
  const unsigned = buildTx({
    messages: [message],
    fee: { amount: [], gasLimit: 0n },
    signers: [{ publicKey, sequence, mode: SignMode.UNSPECIFIED }],
  });
  const question = { tx_bytes: toBase64(assembleTx(unsigned, [new Uint8Array()])) };
  const simulated = (await world.post("/cosmos/tx/v1beta1/simulate", question)) as Answer;
  assert.ok(simulated.gas_info !== undefined, `${message.typeUrl}: ${simulated.message}`);
  assert.equal(simulated.gas_info.gas_wanted, String(2n ** 64n - 1n));
  const gasLimit = (BigInt(simulated.gas_info.gas_used) * 13n) / 10n;
  const fee = { amount: [{ denom: "uakt", amount: (gasLimit * 25n) / 1_000n + 1n }], gasLimit };
  const tx = buildTx({ messages: [message], fee, signers: [{ publicKey, sequence }] });
  const signature = signDirect(tx, { privateKey, chainId: world.node.chainId, accountNumber });
  const body = { tx_bytes: toBase64(assembleTx(tx, [signature])), mode: "BROADCAST_MODE_SYNC" };
  const sent = ((await world.post("/cosmos/tx/v1beta1/txs", body)) as Answer).tx_response;
  assert.equal(sent?.code, 0, `${message.typeUrl}: ${sent?.raw_log}`);
  return (await included(world, message.typeUrl, sent?.txhash ?? "")) / Number(gasLimit);
}

async function included(world: QueryWorld, what: string, hash: string): Promise<number> {
  for (;;) {
    const answer = await fetch(`${world.restUrl}/cosmos/tx/v1beta1/txs/${hash}`);
    const { tx_response: found } = (await answer.json()) as {
      readonly tx_response?: { readonly code: number; readonly raw_log: string; readonly gas_used: string };
    };
    if (found === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      continue;
    }
    assert.equal(found.code, 0, `${what}: ${found.raw_log}`);
    return Number(found.gas_used);
  }
}

test("simulated gas times 1.3 suffices for a message of every kind", { timeout: 120_000 }, async (t) => {
  const world = await QueryWorld.start(t);
  await world.pass(1n);
  const serialOf = async (): Promise<string> => {
    const path = `/akash/cert/v1/certificates/list?filter.owner=${world.tenant.address}`;
    const { certificates } = (await (await fetch(`${world.restUrl}${path}`)).json()) as Answer;
    return certificates?.[0]?.serial ?? "";
  };
  const sent = new Set(unsentKinds.keys());
  for (const next of everyMessage(world, serialOf)) {
    const step = await next();
    const share = await sendSimulated(world, step);
    assert.ok(share <= 1, `${step.message.typeUrl} used ${share}`);
    sent.add(step.message.typeUrl);
  }
  const modules = createModules({ hash: nativeHash, verifier: createNativeVerifier({ log: silentLog }) });
  const kinds = modules.all.flatMap(({ messages = [] }) => messages.map(({ typeUrl }) => typeUrl));
  assert.deepEqual([...sent].toSorted(), kinds.toSorted(), "a kind of message is missing");
});

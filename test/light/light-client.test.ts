import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Fetch,
  JsonRpc,
  LightClient,
  type LightClientParams,
  LightError,
  type LightErrorCode,
} from "@stoa/client";
import { createNativeVerifier, nativeHash, systemTimers } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { beginNs, member, SignedChain } from "./signed-chain.ts";

const second = 1_000_000_000n;
const verifier = createNativeVerifier({ log: silentLog });
const rpcOf = (fetch: Fetch, url = "http://primary") => new JsonRpc({ url, fetch, timers: systemTimers });

function clientOf(chain: SignedChain, trusted = 1, wishes: Partial<LightClientParams> = {}): LightClient {
  return new LightClient({
    chainId: chain.chainId,
    primary: rpcOf(chain.fetch),
    trust: { height: BigInt(trusted), hash: chain.hashAt(trusted) },
    hash: nativeHash,
    verifier,
    clock: { nowNs: () => beginNs + 1_000n * second },
    ...wishes,
  });
}

/** The code of the refusal. */
async function refusal(work: Promise<unknown>): Promise<LightError> {
  const cause = await work.then(
    () => assert.fail("it was believed"),
    (error: unknown) => error,
  );
  assert.ok(cause instanceof LightError, String(cause));
  return cause;
}

async function refusedAs(code: LightErrorCode, work: Promise<unknown>): Promise<string> {
  const error = await refusal(work);
  assert.equal(error.code, code, error.message);
  return error.message;
}

const four = [1, 2, 3, 4].map((n) => member(n));
const steady = (): typeof four => four;
/** One of four validators is replaced every tenth block: after forty blocks nobody is left of the first. */
const turning = (height: number): typeof four => {
  const turn = Math.floor((height - 1) / 10);
  return [0, 1, 2, 3].map((n) => member(1 + turn + n));
};

test("a set that stays is followed in one step, over any distance", async () => {
  const chain = new SignedChain({ length: 100, members: steady });
  const client = clientOf(chain);
  assert.equal((await client.blockAt(100n)).header.height, 100n);
  assert.deepEqual(chain.asked, [1, 100]);
  assert.equal((await client.blockAt()).header.height, 100n);
  await client.blockAt(50n);
  assert.deepEqual(chain.asked, [1, 100, 100, 50]);
});

test("a set that changes is followed by halving the way", async () => {
  const chain = new SignedChain({ length: 100, members: turning });
  const client = clientOf(chain);
  assert.equal((await client.blockAt(100n)).header.height, 100n);
  // Two of four must stay from step to step, so that each spans at most two changes.
  assert.ok(chain.asked.length >= 6 && chain.asked.length < 20, chain.asked.join(" "));
  assert.equal(new Set(chain.asked).size, chain.asked.length, "a block was asked for twice");
});

test("the way back goes by the hashes that headers name", async () => {
  const chain = new SignedChain({ length: 60, members: turning });
  const client = clientOf(chain, 55);
  assert.equal((await client.blockAt(40n)).header.height, 40n);
  assert.equal(chain.asked.length, 1 + 15);
  const fork = new SignedChain({
    length: 60,
    members: turning,
    story: (height) => (height < 45 ? "another" : "told once"),
  });
  const mixed: Fetch = (url, request) => (/"height":"4[0-4]"/.test(request.body) ? fork : chain).fetch(url, request);
  await refusedAs("unproven", clientOf(chain, 55, { primary: rpcOf(mixed) }).blockAt(40n));
});

test("a block of another chain, of too few signers or of nobody's set is refused", async () => {
  const chain = new SignedChain({ length: 30, members: steady });
  const strangers = new SignedChain({ length: 30, members: () => [21, 22, 23].map((n) => member(n)) });
  const few = new SignedChain({ length: 30, members: steady, signs: (height, index) => height < 20 || index < 2 });
  const after = (late: SignedChain): Fetch => {
    return (url, request) => (/"height":"(?:2[0-9]|30)"/.test(request.body) ? late : chain).fetch(url, request);
  };
  for (const late of [strangers, few]) {
    await refusedAs("unproven", clientOf(chain, 1, { primary: rpcOf(after(late)) }).blockAt(25n));
  }
  await refusedAs("unproven", clientOf(chain, 1, { chainId: "signed-2" }).blockAt(25n));
  await refusedAs("unproven", clientOf(chain, 1, { trust: { height: 1n, hash: chain.hashAt(2) } }).blockAt(25n));
});

test("what is trusted grows old, and blocks from the future are refused", async () => {
  const chain = new SignedChain({ length: 30, members: steady });
  const at = (seconds: bigint): Partial<LightClientParams> => ({ clock: { nowNs: () => beginNs + seconds * second } });
  const policy = { trustingPeriodNs: 100n * second };
  await refusedAs("expired", clientOf(chain, 1, { ...at(101n), policy }).blockAt(25n));
  await clientOf(chain, 1, { ...at(100n), policy }).blockAt(25n);
  await refusedAs("unproven", clientOf(chain, 1, { ...at(15n), policy }).blockAt(25n));
  await clientOf(chain, 1, { ...at(16n), policy }).blockAt(25n);
});

test("witnesses that prove another block show an attack, others are not listened to", async () => {
  const chain = new SignedChain({ length: 30, members: steady });
  const fork = new SignedChain({
    length: 30,
    members: steady,
    story: (height) => (height < 12 ? "told once" : "another"),
  });
  const liars = new SignedChain({ length: 30, members: () => [31, 32, 33].map((n) => member(n)) });
  const silent: Fetch = async () => {
    throw new Error("nobody is there");
  };
  const witnessed = (...fetches: Fetch[]) =>
    clientOf(chain, 1, { witnesses: fetches.map((f, n) => rpcOf(f, `http://w${n}`)) });
  await witnessed(chain.fetch, silent).blockAt(30n);
  // It agrees on the first block, and proves another thirtieth.
  const { code, divergence } = await refusal(witnessed(chain.fetch, fork.fetch).blockAt(30n));
  assert.equal(code, "diverged");
  assert.ok(divergence);
  assert.deepEqual(
    [divergence.trusted, divergence.primary, divergence.witness].map(({ header }) => header.height),
    [1n, 30n, 30n],
  );
  assert.equal(divergence.witnessUrl, "http://w1");
  const turned: Fetch = (url, request) => (/"height":"1"/.test(request.body) ? chain : liars).fetch(url, request);
  await witnessed(chain.fetch, turned).blockAt(30n);
  await refusedAs("no-witness", witnessed(silent).blockAt(30n));
  await refusedAs("no-witness", witnessed(turned).blockAt(30n));
});

test("trust that makes no sense is refused at once", () => {
  const chain = new SignedChain({ length: 1, members: steady });
  const wrong: Partial<LightClientParams>[] = [
    { trust: { height: 0n, hash: chain.hashAt(1) } },
    { trust: { height: 1n, hash: new Uint8Array(20) } },
    { policy: { trustLevel: { numerator: 1n, denominator: 4n } } },
    { policy: { trustingPeriodNs: 0n } },
    { policy: { maxClockDriftNs: -1n } },
    { witnesses: [rpcOf(chain.fetch, "http://primary/")] },
  ];
  for (const wishes of wrong) {
    assert.throws(
      () => clientOf(chain, 1, wishes),
      (error) => error instanceof LightError && error.code === "bad-trust",
    );
  }
});

test("validators come in whole pages: a node that hands them out one by one is not waited for", async () => {
  const chain = new SignedChain({ length: 3, members: steady });
  let calls = 0;
  const fetch: Fetch = async (url, request) => {
    const answer = await chain.fetch(url, request);
    const { method, params } = JSON.parse(request.body) as { method: string; params: { page?: string } };
    if (method !== "validators") return answer;
    calls++;
    const whole = JSON.parse(await answer.text()) as { result: { validators: unknown[] } };
    const validators = whole.result.validators.slice(Number(params.page) - 1, Number(params.page));
    const text = JSON.stringify({ ...whole, result: { ...whole.result, validators } });
    return { status: 200, text: async () => text };
  };
  const client = clientOf(chain, 1, { primary: rpcOf(fetch) });
  assert.match(await refusedAs("malformed", client.blockAt(1n)), /a page of 4 validators was expected/);
  assert.equal(calls, 1);
});

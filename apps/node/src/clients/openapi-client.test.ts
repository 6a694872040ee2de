import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Validator } from "@seriousme/openapi-schema-validator";
import { toBase64 } from "@stoa/std";
import { newMessage } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { generate, HttpClient } from "openapi-typescript-codegen";
import { sharedWorld } from "../testing/shared-world.ts";

/*
 * A REST client that openapi-typescript-codegen makes of our OpenAPI document: checked by the compiler together with code
 * that uses it, and run. What is made goes to a temporary folder.
 */

const world = sharedWorld();

async function readDocument(): Promise<Record<string, unknown>> {
  return (await fetch(`${world().restUrl}/openapi.json`)).json() as Promise<Record<string, unknown>>;
}

test("the document is OpenAPI in the words of a public validator", async () => {
  const validator = new Validator();
  const result = await validator.validate(await readDocument());
  assert.deepEqual([result.valid, result.valid ? [] : result.errors], [true, []]);
  assert.equal(validator.version, "3.0");
});

test("the page for people offers every operation, and needs nothing from elsewhere", async () => {
  const { paths } = (await readDocument()) as { paths: Record<string, Record<string, unknown>> };
  const operations = Object.entries(paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
  const page = await (await fetch(`${world().restUrl}/docs/`)).text();
  const offered = [...page.matchAll(/<details id="[^"]+" data-name="([^"]+)">/g)].map(([, name]) => name);
  assert.deepEqual(offered.toSorted(), operations.toSorted());
  assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//);
});

/** What somebody writes who has the generated client: each value is typed by it, or this does not compile. */
const useOfClient = `
import {
  AkashMarketV1Beta5QueryService as Market, ApiError, CosmosAuthV1Beta1QueryService as Auth,
  CosmosBankV1Beta1QueryService as Bank, CosmosStakingV1Beta1QueryService as Staking,
  CosmosTxV1Beta1ServiceService as Tx, OpenAPI, cosmos_tx_v1beta1_BroadcastTxRequest as Broadcast,
} from "./client";

export async function use(base: string, who: string, sign: () => string) {
  OpenAPI.BASE = base;
  const balances = await Bank.cosmosBankV1Beta1QueryAllBalances({ address: who });
  const denoms: (string | undefined)[] | undefined = balances.balances?.map(({ denom }) => denom);
  const first = await Market.akashMarketV1Beta5QueryLeases({ filtersOwner: who, paginationLimit: "1" });
  const key: string | null | undefined = first.pagination?.next_key;
  const second = await Market.akashMarketV1Beta5QueryLeases({ filtersOwner: who, paginationKey: key });
  const dseqs: (string | undefined)[] = [first, second].flatMap((page) =>
    (page.leases ?? []).map(({ lease }) => lease?.id?.dseq));
  const validators = await Staking.cosmosStakingV1Beta1QueryValidators({ status: "BOND_STATUS_BONDED" });
  const account = await Auth.cosmosAuthV1Beta1QueryAccount({ address: who });
  const { gas_info } = await Tx.cosmosTxV1Beta1ServiceSimulate({ requestBody: { tx_bytes: sign() } });
  const mode = Broadcast.mode.BROADCAST_MODE_SYNC;
  const sent = await Tx.cosmosTxV1Beta1ServiceBroadcastTx({ requestBody: { tx_bytes: sign(), mode } });
  const refused = await Bank.cosmosBankV1Beta1QueryAllBalances({ address: "x" }).then(
    () => undefined,
    (problem: unknown) => (problem instanceof ApiError ? problem : undefined),
  );
  return {
    denoms, dseqs,
    state: first.leases?.[0]?.lease?.state as string | undefined,
    bonded: validators.validators?.length,
    type: account.account?.["@type"],
    gas: gas_info?.gas_used,
    code: sent.tx_response?.code, hash: sent.tx_response?.txhash,
    refused: refused === undefined ? undefined : [refused.status, refused.body.code],
  };
}
`;

/** Checks and compiles as CommonJS, in which the client's imports without endings are found. */
function compile(folder: string): void {
  const tsc = fileURLToPath(new URL("../../../../node_modules/typescript/lib/tsc.js", import.meta.url));
  const options = ["--strict", "--target", "es2023", "--lib", "es2023,dom,dom.iterable", "--module", "commonjs"];
  const args = [tsc, "--ignoreConfig", ...options, "--moduleResolution", "bundler", "--outDir", join(folder, "out")];
  try {
    execFileSync(process.execPath, [...args, join(folder, "use.ts")], { encoding: "utf8" });
  } catch (problem) {
    assert.fail(`the generated client or its use does not compile:\n${(problem as { stdout: string }).stdout}`);
  }
}

interface Used {
  readonly denoms: readonly string[];
  readonly dseqs: readonly string[];
  readonly state: string;
  readonly bonded: number;
  readonly type: string;
  readonly gas: string;
  readonly code: number;
  readonly hash: string;
  readonly refused: readonly number[];
}

type Use = (base: string, who: string, sign: () => string) => Promise<Used>;

test("a generated client compiles, reads, pages, simulates and sends", { timeout: 60_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "stoa-openapi-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const input = await readDocument();
  await generate({ input, output: join(folder, "client"), httpClient: HttpClient.FETCH, useOptions: true });
  writeFileSync(join(folder, "package.json"), '{"type":"commonjs"}');
  writeFileSync(join(folder, "use.ts"), useOfClient);
  compile(folder);

  const { use } = createRequire(import.meta.url)(join(folder, "out", "use.js")) as { use: Use };
  const { restUrl, tenant, other } = world();
  const coins = [{ denom: "uakt", amount: "1" }];
  const send = newMessage(MsgSendSchema, { fromAddress: other.address, toAddress: tenant.address, amount: coins });
  const tx = toBase64(world().sign(other, [send]));
  const used = await use(restUrl, tenant.address, () => tx);
  const { gas, hash, ...rest } = used;
  assert.deepEqual(rest, {
    denoms: ["uact", "uakt"],
    dseqs: ["282", "632"],
    state: "active",
    bonded: 1,
    type: "/cosmos.auth.v1beta1.BaseAccount",
    code: 0,
    refused: [400, 3],
  });
  assert.ok(Number(gas) > 0);
  assert.match(hash, /^[0-9A-F]{64}$/);
});

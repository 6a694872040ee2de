import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { Scope, systemClock } from "@stoa/host";
import { initNodeHome } from "../home/node-home.ts";

const mnemonic = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

/** The funded account of test networks. */
export function testWallet(): Promise<DirectSecp256k1HdWallet> {
  return DirectSecp256k1HdWallet.fromMnemonic(mnemonic, { prefix: "akash" });
}

/** What the funded account begins with. */
export const initialUakt = 1_000_000_000_000n;

/** Parameters that modules have no defaults for, and cannot export without. */
export const marketParameters = {
  deployment: { params: { min_deposits: [{ denom: "uact", amount: "500000" }] } },
  market: {
    params: {
      bid_min_deposit: { denom: "uact", amount: "500000" },
      bid_min_deposits: [{ denom: "uact", amount: "500000" }],
      order_max_bids: 20,
      min_reclamation_window: "3600s",
      max_reclamation_window: "2592000s",
    },
  },
};

/** A home for one test, and the scope in which what uses it must end before it is removed. */
export interface TestHome {
  readonly home: string;
  /** The funded account. */
  readonly address: string;
  readonly scope: Scope;
}

/** A fresh home of a network whose test account is funded; removed after the test. `sections` join the genesis state. */
export async function makeTestHome(
  t: Pick<TestContext, "after">,
  sections: Readonly<Record<string, unknown>> = {},
): Promise<TestHome> {
  const home = mkdtempSync(join(tmpdir(), "stoa-node-"));
  const scope = new Scope();
  t.after(() => scope.close());
  scope.defer("home", () => rmSync(home, { recursive: true, force: true }));
  const [account] = await (await testWallet()).getAccounts();
  const address = account?.address ?? "";
  const base = {
    "@type": "/cosmos.auth.v1beta1.BaseAccount",
    address,
    pub_key: null,
    account_number: "0",
    sequence: "0",
  };
  const coins = [{ denom: "uakt", amount: String(initialUakt) }];
  initNodeHome({
    home,
    chainId: "stoa-node-1",
    genesisTime: systemClock.nowNs() - 10_000_000_000n,
    appState: { auth: { accounts: [base] }, bank: { balances: [{ address, coins }], supply: [] }, ...sections },
  });
  return { home, address, scope };
}

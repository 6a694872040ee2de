import type { TestContext } from "node:test";
import { fromBech32 } from "@cosmjs/encoding";
import { SigningStargateClient } from "@cosmjs/stargate";
import { loadConfig } from "@stoa/host";
import { fromHex, silentLog, toBase64, toHex } from "@stoa/std";
import { type RunningNode, startNode } from "../main.ts";
import { nodeConfigSchema } from "../node-config.ts";
import type { SurfaceMapping } from "../servers/rpc/rpc-surface.vectors.ts";
import { makeTestHome, testWallet } from "./test-home.ts";

/** The names that the recorded network's questions hold. */
const recorded = {
  account: "akash1qraljvad66n3chlrg9r7al7zdc09uakgwx3m2a",
  accountHex: "00fbf933add6a71c5fe34147eeffc26e1e5e76c8",
  chainId: "localakash",
  txHex: "3693A4ED65765F590AD042107AB6C19D3186D91700BA38182740BEAC3237C00F",
  txHeight: "55",
  idleHeight: "600",
};

/** A network with an account that has sent to itself: what recorded questions of JSON-RPC are about. */
export interface SurfaceWorld {
  readonly node: RunningNode;
  readonly mapping: SurfaceMapping;
  /** One more transaction of the account. */
  send(): Promise<void>;
}

/** Starts the network; it ends with the test. */
export async function startSurfaceWorld(t: Pick<TestContext, "after">): Promise<SurfaceWorld> {
  const { home, address, scope } = await makeTestHome(t);
  const config = loadConfig(nodeConfigSchema, {
    file: { rpcPort: 0, grpcPort: 0, restPort: 0, blockIntervalMs: 50, moniker: "n0" },
  });
  if (!config.ok) throw new Error(JSON.stringify(config.error));
  const node = await startNode({ home, config: config.value.values, log: silentLog });
  scope.defer("node", () => node.close());
  const options = { broadcastPollIntervalMs: 20 };
  const client = await SigningStargateClient.connectWithSigner(node.rpcUrl, await testWallet(), options);
  const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "200000" };
  const pay = () => client.sendTokens(address, address, [{ denom: "uakt", amount: "1" }], fee, "bar");
  // Height 5 is asked about as it stands: nothing happens in it.
  await until(() => node.height() >= 6n);
  const sent = await pay();
  const idle = sent.height + 2;
  // What is asked about is no longer the tip.
  await until(() => node.height() >= BigInt(idle + 2));
  const bytesOf = (hex: string): string => toBase64(fromHex(hex) ?? new Uint8Array());
  const word = (text: string): RegExp => new RegExp(`(?<![\\w+/])${text}(?![\\w+/])`, "g");
  const literal = (text: string): RegExp => new RegExp(text.replace(/[+/=]/g, "\\$&"), "g");
  return {
    node,
    mapping: [
      [literal(recorded.account), address],
      [literal(recorded.accountHex), toHex(fromBech32(address, 90).data)],
      [literal(recorded.txHex), sent.transactionHash],
      [literal(bytesOf(recorded.txHex)), bytesOf(sent.transactionHash)],
      [literal(recorded.chainId), node.chainId],
      [word(recorded.idleHeight), String(idle)],
      [word(recorded.txHeight), String(sent.height)],
    ],
    send: async () => void (await pay()),
  };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

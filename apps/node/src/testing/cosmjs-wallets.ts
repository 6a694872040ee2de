import { Secp256k1HdWallet } from "@cosmjs/amino";
import { DirectSecp256k1HdWallet, type OfflineSigner } from "@cosmjs/proto-signing";
import { GasPrice, SigningStargateClient } from "@cosmjs/stargate";
import { newMessage } from "@stoa/wire";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import type { QueryWorld } from "./query-world.ts";

/** What a wallet of CosmJS brings: an address with coins, and a client that signs for it. */
export interface CosmjsUser {
  readonly signer: OfflineSigner;
  readonly address: string;
  readonly client: SigningStargateClient;
}

/** Of BIP-39's own test vectors. */
const phrases = {
  direct: `${"abandon ".repeat(11)}about`,
  amino: "legal winner thank year wave sausage worth useful legal winner thank yellow",
} as const;

/** Blocks come every 40 ms: asking every 3 s, as CosmJS does unless told, would be most of a test. */
export const clientOptions = { gasPrice: GasPrice.fromString("0.025uakt"), broadcastPollIntervalMs: 50 };

/** Opens a wallet from words (BIP-39, m/44'/118'/0'/0/0), as direct or as amino signer, and pays something into it. */
export async function openWallet(world: QueryWorld, kind: "direct" | "amino"): Promise<CosmjsUser> {
  const options = { prefix: "akash" };
  const wallets = { direct: DirectSecp256k1HdWallet, amino: Secp256k1HdWallet };
  const signer = await wallets[kind].fromMnemonic(phrases[kind], options);
  const address = (await signer.getAccounts())[0]?.address ?? "";
  const amount = ["uact", "uakt"].map((denom) => ({ denom, amount: "1000000000" }));
  await world.send(world.tenant, [
    newMessage(MsgSendSchema, { fromAddress: world.tenant.address, toAddress: address, amount }),
  ]);
  const client = await SigningStargateClient.connectWithSigner(world.node.rpcUrl, signer, clientOptions);
  return { signer, address, client };
}

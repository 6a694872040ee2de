import {
  accountText,
  type Coins,
  type DecCoins,
  moduleAddress,
  parseAccount,
  type TxTypes,
  withEthereumKeys,
} from "@stoa/wire";
import type { AnteNeeds } from "./ante/needs.ts";
import type { Context, CryptoPorts } from "./context.ts";
import { depositAuthorization, depositGrant, depositGrants, saveDepositGrant } from "./deposit-grants.ts";
import { refuse, sdkErrors } from "./errors.ts";
import type { MessageHandler, Module } from "./module.ts";
import { createAudit } from "./modules/audit/index.ts";
import { type Auth, createAuth } from "./modules/auth/index.ts";
import { feeCollectorName } from "./modules/auth/types.ts";
import { genericAuthorization } from "./modules/authz/generic-authorization.ts";
import { createAuthz } from "./modules/authz/index.ts";
import { createBank } from "./modules/bank/index.ts";
import { sendAuthorization } from "./modules/bank/send-authorization.ts";
import { createCert } from "./modules/cert/index.ts";
import { createDeployment } from "./modules/deployment/index.ts";
import { createEscrow } from "./modules/escrow/index.ts";
import { createFeegrant } from "./modules/feegrant/index.ts";
import { createMarket, marketErrors } from "./modules/market/index.ts";
import { createProvider } from "./modules/provider/index.ts";

/** The modules and the orders in which blocks and genesis walk them. */
export interface ChainModules {
  readonly all: readonly Module[];
  readonly preBlock: readonly Module[];
  readonly beginBlock: readonly Module[];
  readonly endBlock: readonly Module[];
  readonly genesis: readonly Module[];
  /** What the ante chain asks of the modules; the node adds its own settings. */
  readonly ante: (settings: AnteSettings) => AnteNeeds;
}

/** The node's own settings of the ante chain. */
export interface AnteSettings {
  readonly types: TxTypes;
  readonly minGasPrices: DecCoins;
}

// The reference's orders (base-chain.md §8.1); modules that do not exist yet are left out of the walk.
const preBlockOrder = ["upgrade", "auth"];
// biome-ignore format: one list, as the specification has it
const beginBlockOrder = [
  "epochs", "07-tendermint", "audit", "auth", "authz", "awasm", "bank", "cert", "consensus", "deployment",
  "distribution", "feegrant", "genutil", "gov", "market", "mint", "oracle", "params", "provider", "transfer",
  "upgrade", "vesting", "slashing", "bme", "wasm", "evidence", "escrow", "staking", "ibc",
];
// biome-ignore format: one list, as the specification has it
const endBlockOrder = [
  "gov", "staking", "07-tendermint", "audit", "auth", "authz", "awasm", "bank", "bme", "cert", "consensus",
  "deployment", "distribution", "epochs", "escrow", "evidence", "feegrant", "genutil", "ibc", "market", "mint",
  "oracle", "params", "provider", "slashing", "transfer", "upgrade", "vesting", "wasm",
];
// biome-ignore format: one list, as the specification has it
const genesisOrder = [
  "eip191", "auth", "authz", "bank", "distribution", "staking", "slashing", "gov", "vesting", "params", "audit", "upgrade",
  "mint", "crisis", "ibc", "evidence", "transfer", "consensus", "feegrant", "cert", "oracle", "deployment",
  "provider", "market", "genutil", "epochs", "bme", "escrow", "awasm", "wasm",
];

function inOrder(modules: readonly Module[], order: readonly string[]): Module[] {
  return order.flatMap((name) => modules.filter((module) => module.name === name));
}

function addressOf(text: string): Uint8Array {
  const parsed = parseAccount(text);
  return parsed.ok ? parsed.value : refuse(sdkErrors.invalidAddress, parsed.error);
}

/** The types that a transaction may hold depend on the chain's genesis: base-chain.md §4.2, EIP_191. */
function typesByState(auth: Auth, types: TxTypes): Pick<AnteNeeds, "ethereumKeys" | "typesOf"> {
  const extended = withEthereumKeys(types);
  return { ethereumKeys: auth.ethereumKeys, typesOf: (ctx) => (auth.ethereumKeys(ctx) ? extended : types) };
}

/**
 * The composition root of the state machine: every module is made here and handed the few functions that it needs of
 * others. Arrows that would close a circle (escrow tells market and deployment, authz runs any message) are closures.
 */
export function createModules(crypto: CryptoPorts): ChainModules {
  const auth = createAuth();
  const bank = createBank(auth);
  const feegrant = createFeegrant(auth);
  const handlers = new Map<string, MessageHandler>();
  const authz = createAuthz({
    kinds: [genericAuthorization, sendAuthorization, depositAuthorization],
    ensureAccount: auth.ensureAccount,
    hasAccount: (ctx, address) => auth.account(ctx, address) !== undefined,
    isBlocked: bank.isBlocked,
    handler: (typeUrl) => handlers.get(typeUrl),
  });
  const cert = createCert(crypto);
  const provider = createProvider();
  const audit = createAudit();
  const escrow = createEscrow(
    {
      send: (ctx: Context, from: string, to: string, coins: Coins) =>
        bank.send(ctx, addressOf(from), addressOf(to), coins),
      spendable: (ctx, address, denom) => bank.spendable(ctx, addressOf(address), denom),
      moduleAddress: (ctx) => accountText(moduleAddress("escrow", ctx.crypto.hash)),
      depositGrants: (ctx, grantee) => depositGrants(authz, ctx, grantee),
      depositGrant: (ctx, granter, grantee) => depositGrant(authz, ctx, granter, grantee),
      saveDepositGrant: (ctx, granter, grantee, next) => saveDepositGrant(authz, ctx, granter, grantee, next),
      accountClosed: (ctx, account) => deployment.accountClosed(ctx, account),
      paymentClosed: (ctx, payment) => market.paymentClosed(ctx, payment),
    },
    marketErrors.invalidDeposit,
  );
  const market = createMarket({
    escrow,
    providerAttributes: provider.attributes,
    signedAttributes: audit.signedAttributes,
    group: (ctx, id) => deployment.group(ctx, id),
    pauseGroup: (ctx, id) => deployment.pauseGroup(ctx, id),
  });
  const deployment = createDeployment({
    authorizeDeposits: escrow.authorizeDeposits,
    createAccount: escrow.createAccount,
    closeAccount: escrow.closeAccount,
    account: escrow.account,
    createOrder: market.createOrder,
    groupClosed: market.groupClosed,
    reclamationBounds: market.reclamationBounds,
  });

  const parts = [auth, bank, authz, feegrant, cert, provider, audit, escrow, market, deployment];
  const all: readonly Module[] = [auth.ethereumKeysModule, ...parts.map(({ module }) => module)];
  for (const handler of all.flatMap((module) => module.messages ?? [])) handlers.set(handler.typeUrl, handler);
  return {
    all,
    preBlock: inOrder(all, preBlockOrder),
    beginBlock: inOrder(all, beginBlockOrder),
    endBlock: inOrder(all, endBlockOrder),
    genesis: inOrder(all, genesisOrder),
    ante: (settings) => ({
      ...settings,
      ...typesByState(auth, settings.types),
      params: auth.params,
      account: auth.account,
      setAccount: auth.setAccount,
      useUnorderedNonce: auth.useUnorderedNonce,
      collectFee: (ctx, from, fee) => bank.sendToModule(ctx, from, feeCollectorName, fee),
      useFeeGrant: feegrant.use,
    }),
  };
}

import type { MessageInitShape } from "@bufbuild/protobuf";
import { type BidId, type DeploymentId, deploymentEscrowId, type EscrowAccountId, type GroupId } from "@stoa/market";
import { Dec, utf8 } from "@stoa/std";
import { type Coin, coinToWire, newMessage } from "@stoa/wire";
import type { DepositSchema } from "@stoa/wire/akash.base.deposit.v1";
import {
  type GroupSpecSchema,
  MsgCloseDeploymentSchema,
  MsgCloseGroupSchema,
  MsgCreateDeploymentSchema,
  MsgPauseGroupSchema,
  MsgStartGroupSchema,
} from "@stoa/wire/akash.deployment.v1beta4";
import { DepositAuthorizationSchema, MsgAccountDepositSchema } from "@stoa/wire/akash.escrow.v1";
import {
  MsgCloseBidSchema,
  MsgCloseLeaseSchema,
  MsgCreateBidSchema,
  MsgCreateLeaseSchema,
  MsgLeaseStartReclaimSchema,
  MsgWithdrawLeaseSchema,
} from "@stoa/wire/akash.market.v1beta5";
import { MsgCreateProviderSchema } from "@stoa/wire/akash.provider.v1beta4";
import { MsgExecSchema, MsgGrantSchema, MsgRevokeSchema } from "@stoa/wire/cosmos.authz.v1beta1";
import { MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import type { Person, SignedMessage } from "./market-world.ts";

/** The market's messages with who signs them, as tests write them. */

/** Highest price of a unit, in uact per block: every group here has one unit. */
export const ceilingUact = 40n;

/** A provider's reason for leaving: unstable. */
const reason = 10_000;
const depositUrl = "/akash.escrow.v1.MsgAccountDeposit";

/** An amount and where it may come from (1 balance, 2 grants). */
export interface DepositOf {
  readonly coin: Coin;
  readonly sources: readonly number[];
}

function depositFields({ coin, sources }: DepositOf): MessageInitShape<typeof DepositSchema> {
  return { amount: coinToWire(coin), sources: [...sources] };
}

function value(amount: bigint) {
  return { val: utf8(amount.toString()) };
}

function groupSpec(name: string): MessageInitShape<typeof GroupSpecSchema> {
  return {
    name,
    requirements: { signedBy: { allOf: [], anyOf: [] }, attributes: [] },
    resources: [
      {
        resource: {
          id: 1,
          cpu: { units: value(100n) },
          memory: { quantity: value(1n << 27n) },
          storage: [{ name: "default", quantity: value(1n << 28n) }],
          gpu: { units: value(0n) },
        },
        count: 1,
        price: { denom: "uact", amount: Dec.fromInt(ceilingUact).toWire() },
      },
    ],
  };
}

export function createProvider(signer: Person): SignedMessage {
  const fields = { owner: signer.address, hostUri: `https://${signer.name}.test:8443`, attributes: [] };
  return { signer, message: newMessage(MsgCreateProviderSchema, fields) };
}

export function createDeployment(
  signer: Person,
  params: {
    readonly dseq: bigint;
    readonly groups: number;
    readonly minWindowSeconds?: bigint;
    readonly deposit: DepositOf;
  },
): SignedMessage {
  const { dseq, groups, minWindowSeconds, deposit } = params;
  const message = newMessage(MsgCreateDeploymentSchema, {
    id: { owner: signer.address, dseq },
    groups: Array.from({ length: groups }, (_, i) => groupSpec(`g${i}`)),
    hash: new Uint8Array(32).fill(7),
    deposit: depositFields(deposit),
    ...(minWindowSeconds === undefined ? {} : { reclamation: { minWindow: { seconds: minWindowSeconds, nanos: 0 } } }),
  });
  return { signer, message };
}

export function closeDeployment(signer: Person, id: DeploymentId): SignedMessage {
  return { signer, message: newMessage(MsgCloseDeploymentSchema, { id }) };
}

const groupSchemas = { close: MsgCloseGroupSchema, pause: MsgPauseGroupSchema, start: MsgStartGroupSchema } as const;

export function moveGroup(signer: Person, what: keyof typeof groupSchemas, id: GroupId): SignedMessage {
  const { owner, dseq, gseq } = id;
  return { signer, message: newMessage(groupSchemas[what], { id: { owner, dseq, gseq } }) };
}

export function createBid(
  signer: Person,
  id: BidId,
  params: { readonly rate: Dec; readonly windowSeconds: bigint | undefined; readonly deposit: DepositOf },
): SignedMessage {
  const { rate, windowSeconds, deposit } = params;
  const message = newMessage(MsgCreateBidSchema, {
    id,
    price: { denom: "uact", amount: rate.toWire() },
    deposit: depositFields(deposit),
    ...(windowSeconds === undefined ? {} : { reclamationWindow: { seconds: windowSeconds, nanos: 0 } }),
  });
  return { signer, message };
}

export function closeBid(signer: Person, id: BidId): SignedMessage {
  return { signer, message: newMessage(MsgCloseBidSchema, { id, reason }) };
}

export function createLease(signer: Person, bidId: BidId): SignedMessage {
  return { signer, message: newMessage(MsgCreateLeaseSchema, { bidId }) };
}

export function closeLease(signer: Person, id: BidId): SignedMessage {
  return { signer, message: newMessage(MsgCloseLeaseSchema, { id }) };
}

export function withdrawLease(signer: Person, id: BidId): SignedMessage {
  return { signer, message: newMessage(MsgWithdrawLeaseSchema, { id }) };
}

export function startReclaim(signer: Person, id: BidId): SignedMessage {
  return { signer, message: newMessage(MsgLeaseStartReclaimSchema, { id, reason }) };
}

export function depositTo(signer: Person, id: EscrowAccountId, deposit: DepositOf): SignedMessage {
  const message = newMessage(MsgAccountDepositSchema, {
    signer: signer.address,
    id: { scope: id.scope, xid: id.xid },
    deposit: depositFields(deposit),
  });
  return { signer, message };
}

/** A deposit that a grantee makes for its granter, whose coins are moved. */
export function execute(signer: Person, inner: SignedMessage): SignedMessage {
  const message = newMessage(MsgExecSchema, { grantee: signer.address, msgs: [inner.message] });
  return { signer, message };
}

export function grantDeposits(signer: Person, grantee: Person, limit: Coin, scopes: readonly number[]): SignedMessage {
  const authorization = newMessage(DepositAuthorizationSchema, {
    scopes: [...scopes],
    spendLimit: { denom: "uakt", amount: "0" },
    spendLimits: [coinToWire(limit)],
  });
  const message = newMessage(MsgGrantSchema, {
    granter: signer.address,
    grantee: grantee.address,
    grant: { authorization },
  });
  return { signer, message };
}

export function revokeDeposits(signer: Person, grantee: Person): SignedMessage {
  const fields = { granter: signer.address, grantee: grantee.address, msgTypeUrl: depositUrl };
  return { signer, message: newMessage(MsgRevokeSchema, fields) };
}

export function sendCoins(signer: Person, toAddress: string, coin: Coin): SignedMessage {
  const fields = { fromAddress: signer.address, toAddress, amount: [coinToWire(coin)] };
  return { signer, message: newMessage(MsgSendSchema, fields) };
}

/** The account of a deployment, by a bid's or group's id. */
export function accountOf({ owner, dseq }: DeploymentId): EscrowAccountId {
  return deploymentEscrowId({ owner, dseq });
}

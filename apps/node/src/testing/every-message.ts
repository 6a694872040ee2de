import type { Any } from "@bufbuild/protobuf/wkt";
import { Dec } from "@stoa/std";
import { newMessage } from "@stoa/wire";
import { MsgDeleteProviderAttributesSchema, MsgSignProviderAttributesSchema } from "@stoa/wire/akash.audit.v1";
import { MsgRevokeCertificateSchema } from "@stoa/wire/akash.cert.v1";
import {
  MsgCloseDeploymentSchema,
  MsgCloseGroupSchema,
  MsgPauseGroupSchema,
  MsgStartGroupSchema,
  MsgUpdateDeploymentSchema,
} from "@stoa/wire/akash.deployment.v1beta4";
import { MsgAccountDepositSchema } from "@stoa/wire/akash.escrow.v1";
import {
  MsgCloseBidSchema,
  MsgCloseLeaseSchema,
  MsgCreateBidSchema,
  MsgCreateLeaseSchema,
  MsgLeaseStartReclaimSchema,
  MsgWithdrawLeaseSchema,
} from "@stoa/wire/akash.market.v1beta5";
import { MsgCreateProviderSchema, MsgUpdateProviderSchema } from "@stoa/wire/akash.provider.v1beta4";
import { MsgExecSchema, MsgGrantSchema, MsgRevokeSchema } from "@stoa/wire/cosmos.authz.v1beta1";
import { MsgMultiSendSchema, MsgSendSchema, SendAuthorizationSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import {
  BasicAllowanceSchema,
  MsgGrantAllowanceSchema,
  MsgPruneAllowancesSchema,
  MsgRevokeAllowanceSchema,
} from "@stoa/wire/cosmos.feegrant.v1beta1";
import type { Person, QueryWorld } from "./query-world.ts";
import { createCertificate, createDeployment } from "./query-world-moves.ts";

/*
 * One message of each kind that people send, in an order in which each succeeds.
 */

/** A message, and who signs it. */
export interface Step {
  readonly signer: Person;
  readonly message: Any;
}

/** Kinds that nobody's signature carries out, and why. */
export const unsentKinds: ReadonlyMap<string, string> = new Map([
  ["/cosmos.auth.v1beta1.MsgUpdateParams", "governance alone"],
  ["/cosmos.bank.v1beta1.MsgUpdateParams", "governance alone"],
  ["/cosmos.bank.v1beta1.MsgSetSendEnabled", "governance alone"],
  ["/akash.market.v1beta5.MsgUpdateParams", "governance alone"],
  ["/akash.deployment.v1beta4.MsgUpdateParams", "governance alone"],
  ["/akash.provider.v1beta4.MsgDeleteProvider", "always refused, in the reference too"],
]);

const coins = [{ denom: "uakt", amount: "5" }];
const region = { key: "region", value: "us-west" };
/** A provider's reason for leaving: unstable. */
const reason = 10_000;
const fromBalance = [1];

function moneySteps({ tenant, grantee, other }: QueryWorld): Step[] {
  const [granter, own] = [tenant.address, { granter: tenant.address, grantee: grantee.address }];
  const authorization = newMessage(SendAuthorizationSchema, { spendLimit: coins });
  const allowance = newMessage(BasicAllowanceSchema, { spendLimit: coins });
  const send = newMessage(MsgSendSchema, { fromAddress: granter, toAddress: other.address, amount: coins });
  const [twice] = coins.map(({ denom }) => ({ denom, amount: "10" }));
  const outputs = [grantee, other].map(({ address }) => ({ address, coins }));
  const inputs = [{ address: granter, coins: twice === undefined ? [] : [twice] }];
  const typeUrl = "/cosmos.bank.v1beta1.MsgSend";
  return [
    { signer: tenant, message: send },
    { signer: tenant, message: newMessage(MsgMultiSendSchema, { inputs, outputs }) },
    { signer: tenant, message: newMessage(MsgGrantSchema, { ...own, grant: { authorization } }) },
    { signer: grantee, message: newMessage(MsgExecSchema, { grantee: grantee.address, msgs: [send] }) },
    // Spent to the end, the grant is gone: one to take back.
    { signer: tenant, message: newMessage(MsgGrantSchema, { ...own, grant: { authorization } }) },
    { signer: tenant, message: newMessage(MsgRevokeSchema, { ...own, msgTypeUrl: typeUrl }) },
    { signer: tenant, message: newMessage(MsgGrantAllowanceSchema, { ...own, allowance }) },
    { signer: tenant, message: newMessage(MsgRevokeAllowanceSchema, own) },
    { signer: other, message: newMessage(MsgPruneAllowancesSchema, { pruner: other.address }) },
  ];
}

function provisionSteps({ provider, other }: QueryWorld): Step[] {
  const owner = provider.address;
  const record = { owner, hostUri: "https://provider.localhost:8443", attributes: [region] };
  const audit = { owner, auditor: other.address };
  return [
    { signer: provider, message: newMessage(MsgCreateProviderSchema, record) },
    { signer: provider, message: newMessage(MsgUpdateProviderSchema, { ...record, info: { email: "a@b.test" } }) },
    { signer: other, message: newMessage(MsgSignProviderAttributesSchema, { ...audit, attributes: [region] }) },
    { signer: other, message: newMessage(MsgDeleteProviderAttributesSchema, { ...audit, keys: [region.key] }) },
  ];
}

function leaseSteps({ tenant, provider }: QueryWorld): Step[] {
  const { address: owner } = tenant;
  const deployment = (dseq: bigint) => ({ owner, dseq });
  const group = (dseq: bigint) => ({ ...deployment(dseq), gseq: 1 });
  const bid = (dseq: bigint, oseq = 1) => ({ ...group(dseq), oseq, provider: provider.address, bseq: 0 });
  const deposit = { amount: { denom: "uakt", amount: "500000" }, sources: fromBalance };
  const price = { denom: "uact", amount: Dec.of("700.5").toWire() };
  const window = { seconds: 7_200n, nanos: 0 };
  const more = { denom: "uact", amount: "1000" };
  const paid = { id: { scope: 1, xid: `${owner}/1` }, deposit: { amount: more, sources: fromBalance } };
  const by = (signer: Person, ...messages: readonly Any[]): Step[] => messages.map((message) => ({ signer, message }));
  return [
    ...by(tenant, createDeployment(owner, 1n), createDeployment(owner, 2n, { minWindow: { seconds: 3_600n } })),
    ...by(
      provider,
      newMessage(MsgCreateBidSchema, { id: bid(1n), price, deposit }),
      newMessage(MsgCreateBidSchema, { id: bid(2n), price, deposit, reclamationWindow: window }),
    ),
    ...by(
      tenant,
      newMessage(MsgUpdateDeploymentSchema, { id: deployment(1n), hash: new Uint8Array(32).fill(8) }),
      newMessage(MsgAccountDepositSchema, { signer: owner, ...paid }),
      newMessage(MsgCreateLeaseSchema, { bidId: bid(1n) }),
      newMessage(MsgCreateLeaseSchema, { bidId: bid(2n) }),
    ),
    ...by(
      provider,
      newMessage(MsgWithdrawLeaseSchema, { id: bid(1n) }),
      newMessage(MsgLeaseStartReclaimSchema, { id: bid(2n), reason }),
    ),
    ...by(
      tenant,
      newMessage(MsgCloseLeaseSchema, { id: bid(1n) }),
      newMessage(MsgPauseGroupSchema, { id: group(1n) }),
      newMessage(MsgStartGroupSchema, { id: group(1n) }),
    ),
    // The closed lease's group got a second order, the group that was started again a third.
    ...by(
      provider,
      newMessage(MsgCreateBidSchema, { id: bid(1n, 3), price, deposit }),
      newMessage(MsgCloseBidSchema, { id: bid(1n, 3), reason }),
    ),
    ...by(
      tenant,
      newMessage(MsgCloseGroupSchema, { id: group(1n) }),
      newMessage(MsgCloseDeploymentSchema, { id: deployment(2n) }),
    ),
  ];
}

/** What makes a certificate, and revokes it once it is there: its number is its maker's clock. */
function certificateSteps({ tenant }: QueryWorld, serialOf: () => Promise<string>): (() => Promise<Step>)[] {
  const revoke = (serial: string) => newMessage(MsgRevokeCertificateSchema, { id: { owner: tenant.address, serial } });
  return [
    async () => ({ signer: tenant, message: createCertificate(tenant, 0n) }),
    async () => ({ signer: tenant, message: revoke(await serialOf()) }),
  ];
}

/** Every kind of message that the chain carries out, each to be made when the ones before it are done. */
export function everyMessage(world: QueryWorld, serialOf: () => Promise<string>): readonly (() => Promise<Step>)[] {
  const plain = [...moneySteps(world), ...provisionSteps(world), ...leaseSteps(world)];
  return [...plain.map((step) => async () => step), ...certificateSteps(world, serialOf)];
}

import { generateKeyPairSync, sign } from "node:crypto";
import type { Any } from "@bufbuild/protobuf/wkt";
import { systemClock } from "@stoa/host";
import { concatBytes, Dec, fromBase64Url, utf8 } from "@stoa/std";
import { buildCertificate, buildPublicKeyInfo, encodePem, newMessage, pemTypes } from "@stoa/wire";
import { MsgCreateCertificateSchema } from "@stoa/wire/akash.cert.v1";
import { MsgCreateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { DepositAuthorizationSchema } from "@stoa/wire/akash.escrow.v1";
import { MsgCloseLeaseSchema, MsgCreateBidSchema, MsgCreateLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import { MsgCreateProviderSchema } from "@stoa/wire/akash.provider.v1beta4";
import { MsgGrantSchema } from "@stoa/wire/cosmos.authz.v1beta1";
import { MsgSendSchema, SendAuthorizationSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { BasicAllowanceSchema, MsgGrantAllowanceSchema } from "@stoa/wire/cosmos.feegrant.v1beta1";
import { type Lifetime, type Person, QueryWorld } from "./query-world.ts";

/** Deployments: one with a lease, one whose lease was closed, and two that wait for bids or for a lease. */
export const dseqs = { leased: 282n, ended: 632n, offered: 633n, waiting: 634n } as const;

const balance = 1;
const region = { key: "region", value: "us-west" };
const amount = (units: bigint) => ({ val: utf8(units.toString()) });

/** A deployment of one group, which waits for bids. */
export function createDeployment(
  owner: string,
  dseq: bigint,
  reclamation?: { readonly minWindow: { readonly seconds: bigint } },
): Any {
  const resource = {
    id: 1,
    cpu: { units: amount(500n) },
    memory: { quantity: amount(1n << 28n) },
    storage: [{ name: "default", quantity: amount(1n << 29n) }],
    gpu: { units: amount(0n) },
    endpoints: [{ kind: 0, sequenceNumber: 0 }],
  };
  const price = { denom: "uact", amount: Dec.fromInt(1_000n).toWire() };
  return newMessage(MsgCreateDeploymentSchema, {
    id: { owner, dseq },
    groups: [
      {
        name: "dc",
        requirements: { signedBy: { allOf: [], anyOf: [] }, attributes: [region] },
        resources: [{ resource, count: 1, price }],
      },
    ],
    hash: new Uint8Array(32).fill(7),
    deposit: { amount: { denom: "uact", amount: "5000000" }, sources: [balance] },
    ...(reclamation === undefined ? {} : { reclamation }),
  });
}

function bidId(world: QueryWorld, dseq: bigint, owner = world.tenant.address) {
  return { owner, dseq, gseq: 1, oseq: 1, provider: world.provider.address, bseq: 0 };
}

/** The provider's offer for a deployment's only group. */
export function createBid(world: QueryWorld, dseq: bigint, owner?: string): Any {
  return newMessage(MsgCreateBidSchema, {
    id: bidId(world, dseq, owner),
    price: { denom: "uact", amount: Dec.of("700.5").toWire() },
    deposit: { amount: { denom: "uakt", amount: "500000" }, sources: [balance] },
  });
}

/** A certificate with a key of its own, for mTLS with providers. */
export function createCertificate({ address }: Person, index: bigint) {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = privateKey.export({ format: "jwk" });
  const empty = new Uint8Array();
  const publicKey = concatBytes(Uint8Array.of(4), fromBase64Url(x) ?? empty, fromBase64Url(y) ?? empty);
  const nowNs = systemClock.nowNs();
  const notBefore = nowNs / 1_000_000_000n;
  const template = { address, serial: nowNs + index, notBefore, notAfter: notBefore + 86_400n * 30n, publicKey };
  const der = buildCertificate(template, (body) =>
    sign("sha256", body, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  );
  return newMessage(MsgCreateCertificateSchema, {
    owner: address,
    cert: utf8(encodePem(pemTypes.certificate, der)),
    pubkey: utf8(encodePem(pemTypes.ecPublicKey, buildPublicKeyInfo(publicKey))),
  });
}

function grants({ tenant, grantee, other }: QueryWorld) {
  const granter = tenant.address;
  const spendLimit = [{ denom: "uakt", amount: "1000000" }];
  const send = newMessage(SendAuthorizationSchema, { spendLimit });
  const deposit = newMessage(DepositAuthorizationSchema, {
    spendLimit: { denom: "uakt", amount: "0" },
    scopes: [1],
    spendLimits: [{ denom: "uact", amount: "3000000" }],
  });
  const expiration = { seconds: 1_830_297_600n, nanos: 0 };
  return [
    newMessage(MsgGrantSchema, { granter, grantee: grantee.address, grant: { authorization: send } }),
    newMessage(MsgGrantSchema, { granter, grantee: grantee.address, grant: { authorization: deposit } }),
    newMessage(MsgGrantSchema, { granter, grantee: other.address, grant: { authorization: deposit } }),
    newMessage(MsgGrantAllowanceSchema, {
      granter,
      grantee: grantee.address,
      allowance: newMessage(BasicAllowanceSchema, { spendLimit, expiration }),
    }),
  ];
}

/** A network with a day of a market behind it; ends with its lifetime. */
export async function startQueryWorld(lifetime: Lifetime): Promise<QueryWorld> {
  const world = await QueryWorld.start(lifetime);
  await playMarket(world);
  return world;
}

/** What most kinds of queries have something to say about. */
async function playMarket(world: QueryWorld): Promise<void> {
  const { tenant, provider } = world;
  const toSelf = { fromAddress: tenant.address, toAddress: tenant.address, amount: [{ denom: "uakt", amount: "1" }] };
  world.payment = await world.send(tenant, [newMessage(MsgSendSchema, toSelf)], "bar");
  const attributes = [region, { key: "capabilities/storage/1/class", value: "beta2" }];
  const hostUri = "https://provider.localhost:8443";
  await world.send(provider, [newMessage(MsgCreateProviderSchema, { owner: provider.address, hostUri, attributes })]);
  const { leased, ended, offered, waiting } = dseqs;
  await world.send(
    tenant,
    [leased, ended, offered, waiting].map((dseq) => createDeployment(tenant.address, dseq)),
  );
  await world.send(
    provider,
    [leased, ended, offered].map((dseq) => createBid(world, dseq)),
  );
  const leases = [leased, ended].map((dseq) => newMessage(MsgCreateLeaseSchema, { bidId: bidId(world, dseq) }));
  await world.send(tenant, leases);
  await world.send(tenant, [newMessage(MsgCloseLeaseSchema, { id: bidId(world, ended) })]);
  await world.send(tenant, [createCertificate(tenant, 0n), createCertificate(tenant, 1n), ...grants(world)]);
  world.idle = world.node.height() + 2n;
  await world.pass(world.idle + 2n);
}

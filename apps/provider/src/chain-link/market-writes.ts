/** What the provider sends to the chain: each call is one transaction and resolves when a block holds it. */
import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { type Broadcaster, type IncludedTx, message } from "@stoa/client";
import type { Attribute, DecCoin, GroupSpec, OrderId } from "@stoa/market";
import { decCoinToWire } from "@stoa/wire";
import { Source } from "@stoa/wire/akash.base.deposit.v1";
import { ResourcesSchema } from "@stoa/wire/akash.base.resources.v1beta4";
import { MsgCreateCertificateSchema } from "@stoa/wire/akash.cert.v1";
import { BidIDSchema, LeaseClosedReason, LeaseIDSchema } from "@stoa/wire/akash.market.v1";
import {
  MsgCloseBidSchema,
  MsgCreateBidSchema,
  MsgWithdrawLeaseSchema,
  type ResourceOffer,
  ResourceOfferSchema,
} from "@stoa/wire/akash.market.v1beta5";
import { MsgCreateProviderSchema, MsgUpdateProviderSchema } from "@stoa/wire/akash.provider.v1beta4";
import type { UnitOffer } from "../engine/bid.ts";
import type { LeaseId } from "../engine/workload.ts";

/** A withdrawal that ends an account pays everybody out and closes everything: much more than what a simulation one
 * block earlier sees. */
const finalWithdrawGas = 1_000_000n;

export interface Registration {
  readonly hostUri: string;
  readonly attributes: readonly Attribute[];
  readonly email: string;
  readonly website: string;
}

export interface Introduction {
  /** `null` when the chain has it already. */
  readonly registration: Registration | null;
  /** The provider is registered; its record is replaced. */
  readonly known: boolean;
  /** PEM bytes; `null` when it is published already. */
  readonly certificate: { readonly cert: Uint8Array; readonly pubkey: Uint8Array } | null;
}

export interface NewBid {
  readonly order: OrderId;
  readonly group: GroupSpec;
  readonly price: DecCoin;
  readonly units: readonly UnitOffer[];
  readonly deposit: { readonly denom: string; readonly amount: bigint };
  /** Seconds; 0 for none. */
  readonly reclamationWindowS: bigint;
}

/** The writes as an interface, for whoever stands in for a chain. */
export type MarketWriter = Pick<MarketWrites, keyof MarketWrites>;

export class MarketWrites {
  readonly #broadcaster: Broadcaster;
  readonly #provider: string;

  constructor(broadcaster: Broadcaster) {
    this.#broadcaster = broadcaster;
    this.#provider = broadcaster.address;
  }

  /** What the chain is to know of this provider, in one transaction: whatever is given. */
  introduce(news: Introduction): Promise<IncludedTx> {
    const messages: Any[] = [];
    if (news.registration !== null) {
      const { hostUri, attributes, email, website } = news.registration;
      const fields = { owner: this.#provider, hostUri, attributes: [...attributes], info: { email, website } };
      messages.push(message(news.known ? MsgUpdateProviderSchema : MsgCreateProviderSchema, fields));
    }
    if (news.certificate !== null) {
      const { cert, pubkey } = news.certificate;
      messages.push(message(MsgCreateCertificateSchema, { owner: this.#provider, cert, pubkey }));
    }
    return this.#broadcaster.send(messages);
  }

  createBid(bid: NewBid): Promise<IncludedTx> {
    const window = bid.reclamationWindowS;
    return this.#broadcaster.send([
      message(MsgCreateBidSchema, {
        id: this.#bidId(bid.order),
        price: decCoinToWire(bid.price),
        deposit: {
          amount: { denom: bid.deposit.denom, amount: String(bid.deposit.amount) },
          sources: [Source.balance],
        },
        resourcesOffer: resourcesOffer(bid.group, bid.units),
        ...(window > 0n ? { reclamationWindow: { seconds: window, nanos: 0 } } : {}),
      }),
    ]);
  }

  /** Takes back an open bid, or ends the lease that it became. */
  closeBid(order: OrderId, reason: "unspecified" | "manifest-timeout"): Promise<IncludedTx> {
    const code =
      reason === "manifest-timeout"
        ? LeaseClosedReason.lease_closed_reason_manifest_timeout
        : LeaseClosedReason.lease_closed_reason_unspecified;
    return this.#broadcaster.send([message(MsgCloseBidSchema, { id: this.#bidId(order), reason: code })]);
  }

  withdraw(lease: LeaseId, final: boolean): Promise<IncludedTx> {
    const id = create(LeaseIDSchema, lease);
    const options = final ? { gasLimit: finalWithdrawGas } : {};
    return this.#broadcaster.send([message(MsgWithdrawLeaseSchema, { id })], options);
  }

  #bidId({ owner, dseq, gseq, oseq }: OrderId) {
    return create(BidIDSchema, { owner, dseq, gseq, oseq, provider: this.#provider });
  }
}

/** The order's units as asked for, with each GPU named exactly. */
function resourcesOffer(group: GroupSpec, units: readonly UnitOffer[]): ResourceOffer[] {
  return units.flatMap(({ resourceId, count, gpu }) => {
    const unit = group.resources.find(({ resource }) => resource?.id === resourceId)?.resource;
    if (unit === undefined) return [];
    const { id, cpu, memory, storage, endpoints } = unit;
    const resources = create(ResourcesSchema, {
      id,
      ...(cpu === undefined ? {} : { cpu: value({ units: cpu.units, attributes: cpu.attributes }) }),
      ...(memory === undefined ? {} : { memory: value({ quantity: memory.quantity, attributes: memory.attributes }) }),
      storage: storage.map(({ name, quantity, attributes }) => value({ name, quantity, attributes })),
      ...(unit.gpu === undefined
        ? {}
        : { gpu: value({ units: unit.gpu.units, attributes: gpu ?? unit.gpu.attributes }) }),
      endpoints: endpoints.map(({ kind, sequenceNumber }) => ({ kind, sequenceNumber })),
    });
    return [create(ResourceOfferSchema, { resources, count })];
  });
}

/** The generated types want mutable lists and no explicit `undefined`; the content is the same. */
function value<T extends { readonly attributes: readonly Attribute[] }>({ attributes, ...rest }: T) {
  const kept = Object.fromEntries(Object.entries(rest).filter(([, each]) => each !== undefined));
  return { ...kept, attributes: attributes.map(({ key, value: text }) => ({ key, value: text })) };
}

/** The gateway with one route more: what became of an order here, so that "no bids" can be explained. */
import { canonicalAddress, type OrderId } from "@stoa/market";
import { allowOrigins } from "./gateway/cors.ts";
import { Gateway, type GatewayParams, type Outcome } from "./gateway/gateway.ts";
import { type GatewayRequest, type GatewayResponse, jsonResponse, textError } from "./gateway/message.ts";
import type { OrderDecision } from "./keeper/order-desk.ts";

export interface OrderSource {
  decision(order: OrderId): OrderDecision | undefined;
}

const path = /^\/stoa\/v1\/orders\/([a-z0-9]{1,100})\/(\d{1,20})\/(\d{1,10})\/(\d{1,10})$/;

/** `GET /stoa/v1/orders/{owner}/{dseq}/{gseq}/{oseq}`: orders are public on the chain, so is what we think of them. */
export class ProviderGateway extends Gateway {
  readonly #orders: OrderSource;

  constructor(params: GatewayParams & { readonly orders: OrderSource }) {
    super(params);
    this.#orders = params.orders;
  }

  override async handle(request: GatewayRequest): Promise<Outcome> {
    const match = request.method === "GET" ? path.exec(request.target) : null;
    if (match === null) return super.handle(request);
    return { response: allowOrigins(this.#answer(match)) };
  }

  #answer([, owner = "", dseq = "0", gseq = "0", oseq = "0"]: RegExpExecArray): GatewayResponse {
    const address = canonicalAddress(owner);
    if (!address.ok) return textError(400, address.error);
    const order = { owner: address.value, dseq: BigInt(dseq), gseq: Number(gseq), oseq: Number(oseq) };
    const decision = this.#orders.decision(order);
    if (decision === undefined) return textError(404, "this provider has not seen the order");
    return jsonResponse({
      order: { owner: order.owner, dseq, gseq: order.gseq, oseq: order.oseq },
      state: decision.state,
      reasons: decision.reasons,
      price: decision.price === null ? null : { denom: decision.price.denom, amount: decision.price.amount.toString() },
    });
  }
}

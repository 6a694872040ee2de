import {
  type BidId,
  bidEscrowId,
  groupPrice,
  matchCapabilities,
  matchRequirements,
  validateBidId,
  validateDeposit,
} from "@stoa/market";
import { amountOf, type Coin, coinFromWire, coinsFromWire, type DecCoin, decCoinFromWire, isDenom } from "@stoa/wire";
import { EventBidCreatedSchema } from "@stoa/wire/akash.market.v1";
import { BidSchema, type MsgCreateBid, type Order, type Params } from "@stoa/wire/akash.market.v1beta5";
import { create } from "../../../codec.ts";
import type { Context } from "../../../context.ts";
import { refuse, refuseWith } from "../../../errors.ts";
import { refuseIf } from "../../../market-refusal.ts";
import { durationNs } from "../../../time.ts";
import { emitTyped } from "../../../typed-event.ts";
import { marketErrors } from "../errors.ts";
import { bidKey, bids, orderKey, orders } from "../keys.ts";
import type { MarketNeeds } from "../needs.ts";
import { offerProblem } from "../offer.ts";
import { reclamationBounds, requireParams } from "../params.ts";
import { bidsOfOrder } from "../transitions.ts";
import { bidStates, orderStates } from "../types.ts";

const noId: BidId = { owner: "", dseq: 0n, gseq: 0, oseq: 0, provider: "", bseq: 0 };
// `akash.escrow.v1.DepositAuthorization.Scope`: bid.
const bidScope = 2;

/** Stateless checks (market-modules.md §5.3). */
export function checkCreateBid(msg: MsgCreateBid): void {
  refuseIf(validateBidId(msg.id ?? noId));
  refuseIf(validateDeposit(msg.deposit ?? { sources: [] }));
  const price = msg.price === undefined ? undefined : decCoinFromWire(msg.price);
  if (price === undefined || price.amount.isZero()) refuse(marketErrors.bidZeroPrice);
  if (msg.reclamationWindow !== undefined && durationNs(msg.reclamationWindow) < 0n) {
    refuse(marketErrors.reclamationWindowInvalid);
  }
}

/** The deposit, not below the minimum of its denomination (market 28). */
function requireDeposit(params: Params, msg: MsgCreateBid): Coin {
  const { invalidDeposit } = marketErrors;
  const coin = msg.deposit?.amount === undefined ? undefined : coinFromWire(msg.deposit.amount);
  const minimums = coinsFromWire(params.bidMinDeposits) ?? [];
  if (coin === undefined) refuse(invalidDeposit);
  const minimum = amountOf(minimums, coin.denom);
  if (minimum === 0n) refuseWith(invalidDeposit, `${invalidDeposit.description}: unsupported denom ${coin.denom}`);
  if (coin.amount < minimum) {
    const text = `minimum:${minimum}${coin.denom} received:${coin.amount}${coin.denom}`;
    refuseWith(invalidDeposit, `${invalidDeposit.description}: ${text}`);
  }
  return coin;
}

function requireBiddableOrder(ctx: Context, id: BidId, params: Params): Order {
  const order = orders.get(ctx, orderKey(id));
  if (order !== undefined) {
    // Bids that stand; neither lost nor withdrawn ones can block an order (M-2).
    const standing = bidsOfOrder(ctx, order, bidStates.open).length + bidsOfOrder(ctx, order, bidStates.active).length;
    if (standing >= params.orderMaxBids) {
      const { invalidBid } = marketErrors;
      refuseWith(invalidBid, `${invalidBid.description}: too many existing bids (${params.orderMaxBids})`);
    }
  }
  if (order === undefined) refuse(marketErrors.orderNotFound);
  if (order.state === orderStates.active) refuse(marketErrors.orderActive);
  if (order.state !== orderStates.open) refuse(marketErrors.orderClosed);
  return order;
}

/** The price per block, in the order's denomination and not above its ceiling (M-10). */
function requirePrice(order: Order, msg: MsgCreateBid): DecCoin {
  const price = msg.price === undefined ? undefined : decCoinFromWire(msg.price);
  if (price === undefined || !isDenom(price.denom) || price.amount.isNegative()) refuse(marketErrors.bidInvalidPrice);
  const ceiling = order.spec === undefined ? undefined : groupPrice(order.spec);
  if (ceiling === undefined || ceiling.denom !== price.denom || ceiling.amount.lt(price.amount)) {
    refuse(marketErrors.bidInvalidPrice);
  }
  return price;
}

function checkReclamation(order: Order, params: Params, msg: MsgCreateBid): void {
  const window = msg.reclamationWindow === undefined ? undefined : durationNs(msg.reclamationWindow);
  if (order.reclamation !== undefined) {
    if (window === undefined) refuse(marketErrors.reclamationRequired);
    const { minWindow } = order.reclamation;
    if (minWindow !== undefined && window < durationNs(minWindow)) refuse(marketErrors.reclamationWindowTooShort);
  }
  if (window === undefined) return;
  const [min, max] = reclamationBounds(params);
  if (window < min || window > max) refuse(marketErrors.reclamationWindowInvalid);
}

/** A provider offers to run an order (market-modules.md §5.3, in its order of checks). */
export function applyCreateBid(ctx: Context, needs: MarketNeeds, msg: MsgCreateBid): Record<string, never> {
  const id = msg.id ?? noId;
  const params = requireParams(ctx);
  const deposit = requireDeposit(params, msg);
  const order = requireBiddableOrder(ctx, id, params);
  const price = requirePrice(order, msg);
  const spec = order.spec ?? refuse(marketErrors.internal, "an order without a group");
  const problem = offerProblem(spec, msg.resourcesOffer);
  if (problem !== undefined) refuse(marketErrors.capabilitiesMismatch, problem);
  const declared = needs.providerAttributes(ctx, id.provider) ?? refuse(marketErrors.unknownProvider);
  if (!matchRequirements(spec.requirements, declared, needs.signedAttributes(ctx, id.provider))) {
    refuse(marketErrors.attributeMismatch);
  }
  if (!matchCapabilities(spec, declared)) refuse(marketErrors.capabilitiesMismatch);
  const sources = msg.deposit?.sources ?? [];
  const deposits = needs.escrow.authorizeDeposits(ctx, {
    signer: id.provider,
    amount: deposit,
    sources,
    scope: bidScope,
  });
  checkReclamation(order, params, msg);
  if (bids.has(ctx, bidKey(id))) refuse(marketErrors.bidExists);
  const bid = create(BidSchema, {
    id,
    state: bidStates.open,
    price: { denom: price.denom, amount: price.amount.toWire() },
    createdAt: ctx.block.height,
    resourcesOffer: msg.resourcesOffer,
    ...(msg.reclamationWindow === undefined ? {} : { reclamationWindow: msg.reclamationWindow }),
  });
  bids.set(ctx, bidKey(id), bid);
  emitTyped(ctx, EventBidCreatedSchema, { id, price: { denom: price.denom, amount: price.amount.toWire() } });
  needs.escrow.createAccount(ctx, { id: bidEscrowId(id), owner: id.provider, deposits });
  return {};
}

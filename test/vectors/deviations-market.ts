import type { DeviationRule, ExpectedResult, OwnState, RecordedMessage, TxStep } from "@stoa/chain";
import { anteEvents, fields, items, refusal } from "./deviations-codes.ts";
import { type Json, numberOf, textOf } from "./deviations-json.ts";

/*
 * Rules of the market's defects (market-modules.md §19), and what follows from a state that they changed.
 */

/** The id of a message's bid, lease or order, with all fields of a bid id. */
export function bidIdOf(msg: RecordedMessage): Json {
  const id = fields(msg.bid_id ?? msg.id);
  const { owner, dseq, gseq, oseq, provider } = id;
  return { owner: owner ?? "", dseq: dseq ?? "0", gseq: gseq ?? 0, oseq: oseq ?? 0, provider: provider ?? "" };
}

function orderIdOf(msg: RecordedMessage): Json {
  const { owner, dseq, gseq, oseq } = fields(bidIdOf(msg));
  return { owner: owner ?? "", dseq: dseq ?? "0", gseq: gseq ?? 0, oseq: oseq ?? 0 };
}

/** The only message, if the transaction holds one of this type. */
function single(messages: readonly RecordedMessage[], name: string): RecordedMessage | undefined {
  const [first, ...others] = messages;
  return first !== undefined && others.length === 0 && first["@type"].endsWith(`.${name}`) ? first : undefined;
}

function bidState(own: OwnState, msg: RecordedMessage, height?: bigint): string {
  const answer = own.query("/akash.market.v1beta5.Query/Bid", { id: bidIdOf(msg) }, height);
  return textOf(fields(fields(answer).bid).state);
}

function leaseAnswer(own: OwnState, msg: RecordedMessage, height?: bigint): Json | undefined {
  return own.query("/akash.market.v1beta5.Query/Lease", { id: bidIdOf(msg) }, height);
}

function leaseState(own: OwnState, msg: RecordedMessage, height?: bigint): string {
  return textOf(fields(fields(leaseAnswer(own, msg, height)).lease).state);
}

function paymentState(own: OwnState, msg: RecordedMessage, height?: bigint): string {
  return textOf(fields(fields(fields(leaseAnswer(own, msg, height)).escrow_payment).state).state);
}

/** What we answered, if its ante events are the recorded ones. */
function actualIfSameAnte(step: TxStep): ExpectedResult | undefined {
  const recorded = JSON.stringify(anteEvents(step.recorded.result.events));
  return recorded === JSON.stringify(anteEvents(step.actual.events)) ? step.actual : undefined;
}

/** Amounts of a unit that an offer must reach, as JSON names them. */
const offerParts = [
  ["cpu", "units"],
  ["memory", "quantity"],
  ["gpu", "units"],
] as const;

/** True if an offer names every unit of the spec once and nothing else, with no less of anything. */
function offerSuffices(spec: Json | undefined, offer: Json | undefined): boolean {
  const offered = items(offer).map(fields);
  const wanted = items(fields(spec).resources).map((unit) => fields(fields(unit).resource));
  const ids = offered.map((one) => numberOf(fields(one.resources).id));
  if (new Set(ids).size !== ids.length || ids.length !== wanted.length) return false;
  return wanted.every((unit) => {
    const match = offered.find((one) => numberOf(fields(one.resources).id) === numberOf(unit.id));
    const resources = fields(match?.resources);
    const amount = (of: Json | undefined, quantity: string): bigint => numberOf(fields(fields(of)[quantity]).val);
    return offerParts.every(([kind, quantity]) => amount(resources[kind], quantity) >= amount(unit[kind], quantity));
  });
}

/** M-7: an offer that does not hold what the order asks for is refused. */
export const offerRule: DeviationRule = {
  id: "M-7",
  why: "the reference takes offers without looking at amounts and missing units; we compare them with the order",
  session: () => ({
    tx({ messages, expected, own }) {
      const msg = single(messages, "MsgCreateBid");
      if (msg === undefined || expected.code !== 0 || items(msg.resources_offer).length === 0) return undefined;
      const order = own.query("/akash.market.v1beta5.Query/Order", { id: orderIdOf(msg) });
      const spec = fields(fields(order).order).spec;
      return offerSuffices(spec, msg.resources_offer) ? undefined : refusal(expected, "market", 32);
    },
  }),
};

/** Bids of an order that still compete for it. */
function openBids(own: OwnState, msg: RecordedMessage, height?: bigint): number {
  const filters = { ...fields(orderIdOf(msg)), state: "open" } as Json;
  const answer = own.query("/akash.market.v1beta5.Query/Bids", { filters }, height);
  return items(fields(answer).bids).length;
}

/** M-2: exactly `order_max_bids` open bids fit; lost and closed ones do not count. */
export const maxBidsRule: DeviationRule = {
  id: "M-2",
  why: "the reference lets one bid more in and counts closed ones; we count the open ones exactly",
  session: () => ({
    tx(step) {
      const { messages, expected, actual, own } = step;
      const msg = single(messages, "MsgCreateBid");
      if (msg === undefined || expected.code === actual.code) return undefined;
      const params = fields(fields(own.query("/akash.market.v1beta5.Query/Params", {})).params);
      const limit = Number(numberOf(params.order_max_bids));
      const after = openBids(own, msg);
      // Our open bids after the block show whether this one found room.
      if (expected.code === 0 && after >= limit && bidState(own, msg) === "") return refusal(expected, "market", 31);
      const found = expected.codespace === "market" && expected.code === 31 && after <= limit;
      return found && bidState(own, msg) === "open" ? actualIfSameAnte(step) : undefined;
    },
  }),
};

/** E-1: a withdrawal works however often the account was settled in the block. */
export const sameBlockRule: DeviationRule = {
  id: "E-1",
  why: "the reference panics when an account is settled twice in a block; we load open payments always",
  session: () => ({
    tx(step) {
      const { messages, expected, own } = step;
      if (expected.code !== 111222 || !step.recorded.result.log.includes("couldn't find payment")) return undefined;
      const withdrawals = messages.filter((msg) => msg["@type"].endsWith(".MsgWithdrawLease"));
      const open = withdrawals.every((msg) => paymentState(own, msg) !== "");
      return withdrawals.length > 0 && open && step.actual.code === 0 ? actualIfSameAnte(step) : undefined;
    },
  }),
};

function orderState(own: OwnState, msg: RecordedMessage, height?: bigint): string {
  const answer = own.query("/akash.market.v1beta5.Query/Order", { id: orderIdOf(msg) }, height);
  return textOf(fields(fields(answer).order).state);
}

function deploymentState(own: OwnState, msg: RecordedMessage, height?: bigint): string {
  const { owner, dseq } = fields(msg.id);
  const request = { id: { owner: owner ?? "", dseq: dseq ?? "0" } };
  const answer = own.query("/akash.deployment.v1beta4.Query/Deployment", request, height);
  return textOf(fields(fields(answer).deployment).state);
}

function groupState(own: OwnState, msg: RecordedMessage, height?: bigint): string {
  const answer = own.query("/akash.deployment.v1beta4.Query/Group", { id: msg.id ?? null }, height);
  return textOf(fields(fields(answer).group).state);
}

function accountState(own: OwnState, msg: RecordedMessage, height?: bigint): string {
  const { scope, xid } = fields(msg.id);
  const request = { xid: `${textOf(scope)}/${textOf(xid)}` };
  const answer = own.query("/akash.escrow.v1.Query/Accounts", request, height);
  const row = items(fields(answer).accounts).find((one) => fields(fields(one).id).xid === xid);
  return textOf(fields(fields(row).state).state);
}

/**
 * What a verdict presupposes of the objects that a message names, in our state before (`was`) and after its block. An
 * object that was made in the same block was not there before.
 */
type Presumed = (own: OwnState, msg: RecordedMessage, was: bigint) => boolean;

function oneOf(state: string, ...allowed: string[]): boolean {
  return allowed.includes(state);
}

const leaseEnded: Presumed = (own, msg) => !oneOf(leaseState(own, msg), "active", "reclaiming");
const orderNotOpen: Presumed = (own, msg) => orderState(own, msg) !== "open";
const groupClosed: Presumed = (own, msg) => groupState(own, msg) === "closed";
const deploymentClosed: Presumed = (own, msg) => deploymentState(own, msg) === "closed";
const paymentEnded: Presumed = (own, msg) => paymentState(own, msg) !== "open";

/** The state that stands behind each verdict, by message. */
const presumed: Readonly<Record<string, Readonly<Record<string, Presumed>>>> = {
  MsgWithdrawLease: {
    "/0": (own, msg, was) => oneOf(paymentState(own, msg, was), "open", "") && paymentState(own, msg) !== "",
    "escrow/7": paymentEnded,
    "market/10": leaseEnded,
  },
  MsgCreateLease: {
    "/0": (own, msg, was) => leaseState(own, msg, was) === "" && leaseState(own, msg) !== "",
    "market/12": (own, msg) => bidState(own, msg) !== "open",
    "market/13": orderNotOpen,
    "market/17": (own, msg) => orderState(own, msg) !== "active",
    "escrow/2": orderNotOpen,
    "escrow/4": orderNotOpen,
  },
  MsgCreateBid: {
    "/0": (own, msg, was) => bidState(own, msg, was) === "" && bidState(own, msg) !== "",
    "market/13": orderNotOpen,
    "market/15": (own, msg, was) => orderState(own, msg, was) === "",
    "market/21": (own, msg) => bidState(own, msg) !== "",
    "market/23": (own, msg) => orderState(own, msg) === "active",
    "market/24": (own, msg) => orderState(own, msg) === "closed",
  },
  MsgCloseBid: {
    "/0": (own, msg, was) => oneOf(bidState(own, msg, was), "active", "open", "") && bidState(own, msg) === "closed",
    "market/8": (own, msg) => leaseState(own, msg) === "" && bidState(own, msg) !== "open",
    "market/10": leaseEnded,
    "market/11": (own, msg) => bidState(own, msg) !== "active",
    "market/18": (own, msg, was) => bidState(own, msg, was) === "",
  },
  MsgCloseLease: {
    "/0": (own, msg, was) => oneOf(leaseState(own, msg, was), "active", "reclaiming", "") && leaseEnded(own, msg, was),
    "market/7": (own, msg, was) => leaseState(own, msg, was) === "",
    "market/10": leaseEnded,
    "market/24": (own, msg) => orderState(own, msg) === "closed",
  },
  MsgCloseDeployment: { "/0": deploymentClosed, "deployment/5": deploymentClosed },
  MsgUpdateDeployment: {
    "/0": (own, msg, was) => oneOf(deploymentState(own, msg, was), "active", ""),
    "deployment/5": deploymentClosed,
  },
  MsgCloseGroup: { "/0": groupClosed, "deployment/15": groupClosed },
  MsgPauseGroup: {
    "/0": (own, msg, was) => oneOf(groupState(own, msg, was), "open", "insufficient_funds", ""),
    "deployment/15": groupClosed,
    "deployment/17": (own, msg) => groupState(own, msg) === "paused",
  },
  MsgStartGroup: {
    "/0": (own, msg, was) => oneOf(groupState(own, msg, was), "paused", "insufficient_funds"),
    "deployment/5": deploymentClosed,
    "deployment/15": groupClosed,
    "deployment/16": (own, msg) => groupState(own, msg) === "open",
  },
  MsgAccountDeposit: {
    "/0": (own, msg, was) => oneOf(accountState(own, msg, was), "open", "overdrawn", ""),
    "escrow/2": (own, msg) => accountState(own, msg) === "closed",
  },
};

/** True if our own state is what our answer presupposes. */
function justified(step: TxStep): boolean {
  const [msg] = step.messages;
  if (msg === undefined || step.messages.length !== 1) return false;
  const name = msg["@type"].split(".").at(-1) ?? "";
  const test = presumed[name]?.[`${step.actual.codespace}/${step.actual.code}`];
  return test?.(step.own, msg, step.height - 1n) ?? false;
}

/** Results that follow from an earlier difference: decided by our own state of the objects that the message names. */
export const consequenceRule: DeviationRule = {
  id: "CONSEQUENCE",
  why: "a lease, bid or payment that an earlier rule left in another state answers by that state",
  session: () => ({
    tx(step) {
      const { expected, actual } = step;
      if (expected.code === actual.code && expected.codespace === actual.codespace) return undefined;
      return justified(step) ? actualIfSameAnte(step) : undefined;
    },
  }),
};

export const auditQueryRule: DeviationRule = {
  id: "A-1",
  why: "the reference's audit lists decode another message and ignore the auditor; ours show what is stored",
  session: () => ({
    query({ recorded, expected, actual, own }) {
      const name = recorded.path.split("/").at(-1) ?? "";
      if (!["AuditorAttributes", "AllProvidersAttributes"].includes(name) || actual.code !== 0) return undefined;
      const auditor = fields(recorded.requestJson as Json).auditor;
      const rows = items(fields(actual.response).providers).map(fields);
      const stored = rows.every((row) => {
        const request = { owner: row.owner ?? "", auditor: row.auditor ?? "" };
        const answer = own.query("/akash.audit.v1.Query/ProviderAuditorAttributes", request);
        const [one] = items(fields(answer).providers);
        return JSON.stringify(one) === JSON.stringify(row) && (auditor === undefined || row.auditor === auditor);
      });
      const count = items(fields(expected.response).providers).length;
      const complete = auditor === undefined ? rows.length === count : rows.length <= count;
      return stored && complete ? actual : undefined;
    },
  }),
};

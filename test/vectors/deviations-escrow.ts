import type {
  DeviationRule,
  DeviationSession,
  ExpectedAnswer,
  ExpectedResult,
  QueryStep,
  RecordedEvent,
  RecordedMessage,
  TxStep,
} from "@stoa/chain";
import { anteEvents, fields, items } from "./deviations-codes.ts";
import { OwnBook } from "./deviations-escrow-book.ts";
import { type Json, numberOf, textOf } from "./deviations-json.ts";

/*
 * Exact escrow: what our amounts must be instead of the reference's. Amounts are never taken on trust: every row that
 * differs is held against integer arithmetic over the lease's price and heights, and every balance against the
 * movements that the transactions' events show.
 */

/** Address of the module account `escrow`. */
const escrowAddress = "akash14pphss726thpwws3yc458hggufynm9x77l4l2u";

/** A deployment as a key: `owner/dseq`. */
function deploymentOfXid(xid: string): string {
  return xid.split("/").slice(0, 2).join("/");
}

function deploymentOfId(value: Json | undefined): string {
  const { owner, dseq } = fields(value);
  return `${textOf(owner)}/${numberOf(dseq)}`;
}

/** The deployments that a message works on. */
function deploymentsOf(msg: RecordedMessage): string[] {
  const inner = items(msg.msgs).flatMap((nested) => deploymentsOf(nested as unknown as RecordedMessage));
  const id = fields(msg.bid_id ?? msg.id);
  if (typeof id.xid === "string") return [deploymentOfXid(id.xid), ...inner];
  return typeof id.owner === "string" && id.dseq !== undefined ? [deploymentOfId(id as Json), ...inner] : inner;
}

/** True for the four events of a payout by escrow that begin at this place. */
function isPayout(events: readonly RecordedEvent[], at: number): boolean {
  const [spent, received, transfer, message] = events.slice(at, at + 4);
  const from = spent?.attributes.some(([key, value]) => key === "spender" && value === escrowAddress) ?? false;
  return (
    spent?.type === "coin_spent" &&
    from &&
    received?.type === "coin_received" &&
    transfer?.type === "transfer" &&
    message?.type === "message"
  );
}

/** The events without escrow's payouts and without the grants that refunds fill again. */
function withoutPayouts(events: readonly RecordedEvent[]): RecordedEvent[] {
  const rest: RecordedEvent[] = [];
  for (let i = 0; i < events.length; i++) {
    if (isPayout(events, i)) {
      i += 3;
      continue;
    }
    const event = events[i];
    if (event !== undefined && event.type !== "cosmos.authz.v1beta1.EventGrant") rest.push(event);
  }
  return rest;
}

/** What the events move, by address and denomination. */
function movements(events: readonly RecordedEvent[]): Map<string, bigint> {
  const moved = new Map<string, bigint>();
  for (const { type, attributes } of events) {
    const sign = type === "coin_received" ? 1n : type === "coin_spent" ? -1n : 0n;
    if (sign === 0n) continue;
    const who = attributes.find(([key]) => key === "spender" || key === "receiver")?.[1] ?? "";
    const amounts = attributes.find(([key]) => key === "amount")?.[1] ?? "";
    for (const coin of amounts.split(",").filter((text) => text !== "")) {
      const [, amount = "0", denom = ""] = /^([0-9]+)(.*)$/.exec(coin) ?? [];
      const key = `${who} ${denom}`;
      moved.set(key, (moved.get(key) ?? 0n) + sign * BigInt(amount));
    }
  }
  return moved;
}

/** Signers whose sequence the events count. */
function countedSigners(events: readonly RecordedEvent[]): string[] {
  return events
    .filter(({ type }) => type === "tx")
    .flatMap(({ attributes }) =>
      attributes.filter(([key]) => key === "acc_seq").map(([, value]) => value.split("/")[0] ?? ""),
    );
}

/** One kind of rows: what names a row, its deployment, and whether our own row is right where it differs. */
interface RowKind {
  readonly list: string;
  readonly key: (row: Json) => string;
  readonly deployment: (row: Json) => string;
  readonly holds: (book: OwnBook, row: Json) => boolean;
  readonly aboutBids: (row: Json) => boolean;
  /** The row without the parts that money decides: these must be equal unless the deployment took another course. */
  readonly rest: (row: Json) => Json;
}

function without(row: Json, ...names: string[]): Json {
  return Object.fromEntries(Object.entries(fields(row)).filter(([name]) => !names.includes(name))) as Json;
}

const amounts = ["transferred", "settled_at", "funds", "deposits", "balance", "unsettled", "withdrawn"];

function restOfEscrow(row: Json): Json {
  return { id: fields(row).id ?? null, state: without(fields(row).state ?? null, ...amounts) } as Json;
}

const kinds: ReadonlyMap<string, RowKind> = new Map<string, RowKind>([
  [
    "/akash.escrow.v1.Query/Accounts",
    {
      list: "accounts",
      key: (row) => JSON.stringify(fields(row).id),
      deployment: (row) => deploymentOfXid(textOf(fields(fields(row).id).xid)),
      holds: (book, row) => book.accountHolds(row),
      aboutBids: (row) => fields(fields(row).id).scope === "bid",
      rest: restOfEscrow,
    },
  ],
  [
    "/akash.escrow.v1.Query/Payments",
    {
      list: "payments",
      key: (row) => JSON.stringify(fields(row).id),
      deployment: (row) => deploymentOfXid(textOf(fields(fields(fields(row).id).aid).xid)),
      holds: (book, row) => book.paymentHolds(row),
      aboutBids: () => false,
      rest: restOfEscrow,
    },
  ],
  [
    "/akash.market.v1beta5.Query/Leases",
    {
      list: "leases",
      key: (row) => JSON.stringify(fields(fields(row).lease).id),
      deployment: (row) => deploymentOfId(fields(fields(row).lease).id),
      holds: (book, row) => book.paymentHolds(fields(row).escrow_payment),
      aboutBids: () => false,
      rest: (row) =>
        ({
          lease: fields(row).lease ?? null,
          escrow_payment: restOfEscrow(fields(row).escrow_payment ?? null),
        }) as Json,
    },
  ],
  [
    "/akash.market.v1beta5.Query/Bids",
    {
      list: "bids",
      key: (row) => JSON.stringify(fields(fields(row).bid).id),
      deployment: (row) => deploymentOfId(fields(fields(row).bid).id),
      holds: (book, row) => bidHolds(book, row),
      aboutBids: () => true,
      rest: (row) =>
        ({ bid: fields(row).bid ?? null, escrow_account: restOfEscrow(fields(row).escrow_account ?? null) }) as Json,
    },
  ],
  [
    "/akash.market.v1beta5.Query/Orders",
    {
      list: "orders",
      key: (row) => JSON.stringify(fields(row).id),
      deployment: (row) => deploymentOfId(fields(row).id),
      holds: () => true,
      aboutBids: () => false,
      rest: (row) => row,
    },
  ],
  [
    "/akash.deployment.v1beta4.Query/Deployments",
    {
      list: "deployments",
      key: (row) => JSON.stringify(fields(fields(row).deployment).id),
      deployment: (row) => deploymentOfId(fields(fields(row).deployment).id),
      holds: (book, row) => book.accountHolds(fields(row).escrow_account),
      aboutBids: () => false,
      rest: (row) => ({ ...fields(row), escrow_account: restOfEscrow(fields(row).escrow_account ?? null) }) as Json,
    },
  ],
]);

/** A bid that is lost or closed has its deposit back; one that is open or active still holds it. */
function bidHolds(book: OwnBook, row: Json): boolean {
  const { bid, escrow_account } = fields(row);
  const account = fields(fields(escrow_account).state);
  const ended = ["lost", "closed"].includes(textOf(fields(bid).state));
  return book.accountHolds(escrow_account) && ended === (account.state === "closed");
}

/** Queries of one object, by the list whose rows it is like. */
const singles: ReadonlyMap<string, string> = new Map([
  ["/akash.market.v1beta5.Query/Bid", "/akash.market.v1beta5.Query/Bids"],
  ["/akash.market.v1beta5.Query/Lease", "/akash.market.v1beta5.Query/Leases"],
  ["/akash.deployment.v1beta4.Query/Deployment", "/akash.deployment.v1beta4.Query/Deployments"],
]);

/** Messages after which escrow settles an account. */
const settling =
  /\.Msg(CreateLease|WithdrawLease|CloseLease|CloseBid|CloseDeployment|CloseGroup|PauseGroup|AccountDeposit|StartGroup)$/;

/** True if the message, or one inside it, makes escrow settle. */
function settles(msg: RecordedMessage): boolean {
  return settling.test(msg["@type"]) || items(msg.msgs).some((inner) => settles(inner as unknown as RecordedMessage));
}

/** What is known of a deployment when a difference of it is looked at. */
interface Situation {
  readonly book: OwnBook;
  readonly deployment: string;
  /** True for a bid, its deposit account, or a lease that was just made. */
  readonly aboutBids: boolean;
  /** True if the account was settled twice in some block. */
  readonly settledTwice: boolean;
}

/** The defects behind differing amounts: the first that applies is the cause, and without a cause nothing may differ. */
const defects: readonly { readonly id: string; readonly applies: (situation: Situation) => boolean }[] = [
  // Only the first losing bid is released; we release all of them when the lease is made, deposits included.
  { id: "M-1", applies: ({ aboutBids }) => aboutBids },
  // A second settlement in a block leaves open payments behind; we settle and close them.
  { id: "E-1", applies: ({ settledTwice }) => settledTwice },
  // Each settlement drops the fraction; we pay ⌊rate × blocks⌋ over the whole life of the lease.
  { id: "E-5", applies: ({ book, deployment }) => book.hasFractionalRate(deployment) },
  // A shortfall is paid in order of keys; we share it pro rata. Its refill pays debts once (E-7, E-9).
  { id: "E-6", applies: ({ book, deployment }) => book.ranDry(deployment) },
  // A new lease forgets what the others earned; we keep it.
  { id: "E-2", applies: ({ book, deployment }) => book.leaseCount(deployment) > 1 },
];

class EscrowSession implements DeviationSession {
  /** Deployments that took another course than in the recording. */
  private readonly changed = new Set<string>();
  /** Deployments whose accounts were settled twice in a block. */
  private readonly twice = new Set<string>();
  /** Defects behind the last answer. */
  private found = new Set<string>();
  /** Height of the last settlement by deployment, for E-1. */
  private readonly settledAt = new Map<string, bigint>();
  /** How far balances and sequences are from the recorded ones. */
  private readonly shifts = new Map<string, bigint>();
  private readonly sequences = new Map<string, bigint>();
  private book: { readonly height: bigint; readonly book: OwnBook } | undefined;

  private note(step: TxStep): void {
    const moved = movements(step.actual.events);
    for (const [key, amount] of movements(step.recorded.result.events)) moved.set(key, (moved.get(key) ?? 0n) - amount);
    for (const [key, amount] of moved) this.shifts.set(key, (this.shifts.get(key) ?? 0n) + amount);
    for (const signer of countedSigners(step.actual.events))
      this.sequences.set(signer, (this.sequences.get(signer) ?? 0n) + 1n);
    for (const signer of countedSigners(step.recorded.result.events)) {
      this.sequences.set(signer, (this.sequences.get(signer) ?? 0n) - 1n);
    }
  }

  causes(): readonly string[] {
    return [...this.found];
  }

  /** Names the defect behind a difference; false if there is none. */
  private explain(book: OwnBook, deployment: string, aboutBids: boolean): boolean {
    const situation = { book, deployment, aboutBids, settledTwice: this.twice.has(deployment) };
    const defect = defects.find(({ applies }) => applies(situation));
    if (defect !== undefined) this.found.add(defect.id);
    // Without a defect of its own, a deployment may still follow from what an earlier step made of it.
    return defect !== undefined || this.changed.has(deployment);
  }

  tx(step: TxStep): ExpectedResult | undefined {
    this.found = new Set();
    this.note(step);
    const { expected, actual, recorded, messages, height } = step;
    const deployments = messages.flatMap(deploymentsOf);
    if (recorded.result.code !== actual.code) for (const key of deployments) this.changed.add(key);
    if (expected.code !== 0 || actual.code !== 0 || !messages.some(settles)) return undefined;
    for (const key of deployments) {
      // Settled twice in a block: the reference leaves open payments behind (E-1).
      if (this.settledAt.get(key) === height) {
        this.changed.add(key);
        this.twice.add(key);
      }
      this.settledAt.set(key, height);
    }
    if (JSON.stringify(expected.events) === JSON.stringify(actual.events)) return undefined;
    const same = JSON.stringify(withoutPayouts(expected.events)) === JSON.stringify(withoutPayouts(actual.events));
    const book = new OwnBook(step.own, height);
    // What the reference lost or paid twice decides when its account runs dry; ours ends by our own exact amounts.
    if (!same && !this.endsByItself(step, book, deployments)) return undefined;
    const isLease = messages.some((msg) => msg["@type"].endsWith(".MsgCreateLease"));
    if (!deployments.every((key) => this.explain(book, key, isLease))) return undefined;
    const before = new OwnBook(step.own, height - 1n);
    const fair = (key: string): boolean => this.twice.has(key) || book.sharedProRata(before, key);
    if (!deployments.every(fair)) return undefined;
    for (const key of deployments) this.changed.add(key);
    return { ...expected, events: actual.events };
  }

  /** True if the ante events agree and our accounts, after the block, hold exactly what they must. */
  private endsByItself(step: TxStep, book: OwnBook, deployments: readonly string[]): boolean {
    const [recorded, own] = [step.expected.events, step.actual.events].map((events) =>
      JSON.stringify(anteEvents(events)),
    );
    if (recorded !== own) return false;
    return deployments.every((key) => book.deploymentHolds(key));
  }

  private bookAt(step: QueryStep): OwnBook {
    if (this.book?.height !== step.height)
      this.book = { height: step.height, book: new OwnBook(step.own, step.height) };
    return this.book.book;
  }

  /** The row that we must answer: the recorded one, or ours where money differs and our amounts hold. */
  private row(step: QueryStep, kind: RowKind, recorded: Json | undefined, own: Json): Json | undefined {
    if (JSON.stringify(recorded) === JSON.stringify(own)) return recorded;
    const changed = this.changed.has(kind.deployment(own));
    const sameRest = recorded !== undefined && JSON.stringify(kind.rest(recorded)) === JSON.stringify(kind.rest(own));
    const book = this.bookAt(step);
    const holds = (changed || sameRest) && kind.holds(book, own);
    return holds && this.explain(book, kind.deployment(own), kind.aboutBids(own)) ? own : recorded;
  }

  private rows(step: QueryStep, kind: RowKind): ExpectedAnswer | undefined {
    const [recorded, own] = [step.expected, step.actual].map(({ response }) => items(fields(response)[kind.list]));
    if (recorded === undefined || own === undefined) return undefined;
    const byKey = new Map(recorded.map((row) => [kind.key(row), row]));
    const page = fields(fields(step.recorded.requestJson as Json).pagination);
    const paged = Object.values(page).some(
      (value) => value !== null && value !== "0" && value !== false && value !== "",
    );
    const moved = paged && this.changed.size > 0;
    const rows = own.flatMap((row) => {
      const before = byKey.get(kind.key(row));
      byKey.delete(kind.key(row));
      // Where rows changed state, the pages begin at other rows.
      return this.row(step, kind, before, row) ?? (moved ? row : []);
    });
    const left = [...byKey.values()].filter((row) => !moved && !this.changed.has(kind.deployment(row)));
    const pagination =
      this.changed.size > 0 ? fields(step.actual.response).pagination : fields(step.expected.response).pagination;
    const response = { ...fields(step.expected.response), [kind.list]: [...rows, ...left], pagination } as Json;
    return JSON.stringify(response) === JSON.stringify(step.expected.response)
      ? undefined
      : { ...step.expected, response };
  }

  private balances(step: QueryStep): ExpectedAnswer | undefined {
    const address = textOf(fields(step.recorded.requestJson as Json).address);
    const response = fields(step.expected.response);
    const coins = items(response.balances).map((coin) => {
      const { denom, amount } = fields(coin);
      const shift = this.shifts.get(`${address} ${textOf(denom)}`) ?? 0n;
      return { denom: denom ?? "", amount: (numberOf(amount) + shift).toString() };
    });
    const next = { ...response, balances: coins } as Json;
    return JSON.stringify(next) === JSON.stringify(step.expected.response)
      ? undefined
      : { ...step.expected, response: next };
  }

  private account(step: QueryStep): ExpectedAnswer | undefined {
    const account = fields(fields(step.expected.response).account);
    const shift = this.sequences.get(textOf(account.address)) ?? 0n;
    if (shift === 0n) return undefined;
    const sequence = (numberOf(account.sequence) + shift).toString();
    return { ...step.expected, response: { account: { ...account, sequence } } as Json };
  }

  query(step: QueryStep): ExpectedAnswer | undefined {
    this.found = new Set();
    const { path } = step.recorded;
    if (step.expected.code !== 0 || step.actual.code !== 0) return undefined;
    if (path === "/cosmos.bank.v1beta1.Query/AllBalances") return this.balances(step);
    if (path === "/cosmos.auth.v1beta1.Query/Account") return this.account(step);
    const kind = kinds.get(path);
    if (kind !== undefined) return this.rows(step, kind);
    const like = kinds.get(singles.get(path) ?? "");
    const own = step.actual.response;
    if (like === undefined || own === undefined || step.expected.response === undefined) return undefined;
    const row = this.row(step, like, step.expected.response as Json, own as Json);
    return row === step.expected.response || row === undefined ? undefined : { ...step.expected, response: row };
  }
}

/** Ids of the defects whose differences the rule below explains. */
export const escrowDefects: readonly string[] = defects.map(({ id }) => id);

export const escrowRule: DeviationRule = {
  id: "ESCROW",
  why: "our escrow arithmetic is exact; the defect behind each difference is named, and what follows from it computed",
  session: () => new EscrowSession(),
};

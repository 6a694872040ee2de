import type { DeviationRule, DeviationSession, ExpectedResult, RecordedEvent, RecordedMessage } from "@stoa/chain";
import type { Json } from "./deviations-json.ts";

/*
 * Answers of ours that carry the proper code where the reference lost it or panicked (market-modules.md §20).
 */

/** Members of a JSON object; none for anything else. */
export function fields(value: Json | undefined): Readonly<Record<string, Json | undefined>> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? value : {};
}

export function items(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** The events of the ante chain alone: what a transaction keeps whose messages fail (base-chain.md §4.6). */
export function anteEvents(events: readonly RecordedEvent[]): RecordedEvent[] {
  return events.filter(({ attributes }) => !attributes.some(([key]) => key === "msg_index"));
}

/** A refusal at execution: fee and sequence spent, nothing else. */
export function refusal(expected: ExpectedResult, codespace: string, code: number): ExpectedResult {
  return { codespace, code, data: "", events: anteEvents(expected.events) };
}

/** The code that each lost text should have had, by the kind of message and the recorded text. */
const lostCodes: readonly {
  readonly messages: RegExp;
  readonly log: RegExp;
  readonly codespace: string;
  readonly code: number;
}[] = [
  {
    messages: /./,
    log: /deposit invalid: (insufficient balance|minimum|unsupported denom)/,
    codespace: "market",
    code: 28,
  },
  {
    messages: /MsgCreateDeployment$/,
    log: /Deposit invalid: Invalid deposit denomination/,
    codespace: "deployment",
    code: 20,
  },
  { messages: /MsgCreateBid$/, log: /: invalid bid: /, codespace: "market", code: 31 },
  { messages: /MsgCreateCertificate$/, log: /invalid pubkey value/, codespace: "cert", code: 7 },
  { messages: /MsgCreateCertificate$/, log: /./, codespace: "cert", code: 6 },
  { messages: /MsgRevokeCertificate$/, log: /certificate not found/, codespace: "cert", code: 1 },
  { messages: /MsgCreateDeployment$/, log: /attribute key does not match regexp/, codespace: "akash", code: 2 },
  { messages: /MsgCreateDeployment$/, log: /attributes cannot have duplicate keys/, codespace: "akash", code: 1 },
  // Every unit, total, price and attribute error of a group spec, found without state: no event was emitted.
  { messages: /MsgCreateDeployment$/, log: /^(?!failed to execute)/, codespace: "deployment", code: 19 },
];

function lostCode(messages: readonly RecordedMessage[], log: string): { codespace: string; code: number } | undefined {
  return lostCodes.find((row) => messages.some((msg) => row.messages.test(msg["@type"])) && row.log.test(log));
}

/** A rule that changes results by the recorded one alone, in blocks and checks alike. */
function byResult(
  change: (messages: readonly RecordedMessage[], log: string, expected: ExpectedResult) => ExpectedResult | undefined,
): () => DeviationSession {
  return () => ({
    tx: ({ messages, recorded, expected }) => change(messages, recorded.result.log, expected),
    check: ({ messages, recorded, expected }) => change(messages, recorded.result.log, expected),
  });
}

export const lostCodeRule: DeviationRule = {
  id: "LOST-CODE",
  why: "the reference wraps registered errors so that their code is lost; we answer the code that §20 names",
  session: byResult((messages, log, expected) => {
    if (expected.codespace !== "undefined" || expected.code !== 1) return undefined;
    const named = lostCode(messages, log);
    return named === undefined ? undefined : { ...expected, codespace: named.codespace, code: named.code };
  }),
};

/** What a panic of the reference answers here. */
const panics: readonly {
  readonly id: string;
  readonly message: RegExp;
  readonly log: RegExp;
  readonly codespace: string;
  readonly code: number;
}[] = [
  { id: "M-10", message: /MsgCreateBid$/, log: /invalid coin denominations/, codespace: "market", code: 22 },
  { id: "M-7", message: /MsgCreateBid$/, log: /nil pointer dereference/, codespace: "market", code: 32 },
  { id: "NEGATIVE", message: /MsgAccountDeposit$/, log: /negative coin amount/, codespace: "escrow", code: 16 },
];

export const panicRules: readonly DeviationRule[] = [...new Set(panics.map(({ id }) => id))].map((id) => ({
  id: `${id} panic`,
  why: "the reference panics on this input; we refuse it with a typed error",
  session: byResult((messages, log, expected) => {
    if (expected.code !== 111222) return undefined;
    const row = panics.find(
      (one) => one.id === id && one.log.test(log) && messages.some((msg) => one.message.test(msg["@type"])),
    );
    return row === undefined ? undefined : refusal(expected, row.codespace, row.code);
  }),
}));

/** True if a sign document holds `{}` where the message holds something. */
function isTruncated(signed: Json | undefined, full: Json | undefined): boolean {
  if (Array.isArray(signed)) return signed.some((one, i) => isTruncated(one, items(full)[i]));
  if (signed === null || typeof signed !== "object") return false;
  const keys = Object.keys(signed);
  const rest = Object.values(fields(full)).filter((value) => value !== "" && value !== null);
  if (keys.length === 0) return rest.length > 0;
  return keys.some((key) => isTruncated(fields(signed)[key], fields(full)[key]));
}

export const truncatedAminoRule: DeviationRule = {
  id: "AMINO-TRUNC",
  why: "a signature over `{}` does not cover what it authorises; only the full form is accepted (base-chain.md §4.2)",
  session: () => ({
    tx({ recorded, messages, expected }) {
      const [doc] = recorded.aminoSignDocs ?? [];
      if (doc === undefined || expected.code !== 0) return undefined;
      const signed = items(fields(JSON.parse(doc) as Json).msgs);
      const truncated = signed.some((msg, i) => isTruncated(fields(msg).value, messages[i] as unknown as Json));
      return truncated ? { codespace: "sdk", code: 4, data: "", events: [] } : undefined;
    },
  }),
};

export const certificateQueryRule: DeviationRule = {
  id: "C-QUERY",
  why: "the reference panics on a serial that is no number; we refuse the request",
  session: () => ({
    query({ recorded, expected }) {
      if (recorded.path !== "/akash.cert.v1.Query/Certificates" || expected.code !== 111222) return undefined;
      return { code: 18, codespace: "sdk", response: undefined };
    },
  }),
};

export const certificatePageRule: DeviationRule = {
  id: "C-PAGE",
  why: "the reference ends a walk over states when a page ends with the last row of one; we go on with the next state",
  session: () => ({
    query({ recorded, expected, actual, own, height }) {
      if (recorded.path !== "/akash.cert.v1.Query/Certificates") return undefined;
      const [want, have] = [fields(expected.response), fields(actual.response)];
      const next = fields(have.pagination).next_key;
      if (JSON.stringify(want.certificates) !== JSON.stringify(have.certificates)) return undefined;
      if (typeof next !== "string" || typeof fields(want.pagination).next_key === "string") return undefined;
      const { filter } = fields(recorded.requestJson);
      const rest = own.query(recorded.path, { filter: filter ?? null, pagination: { key: next } }, height);
      return items(fields(rest).certificates).length > 0 ? actual : undefined;
    },
  }),
};

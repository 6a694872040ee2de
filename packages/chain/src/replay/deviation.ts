import type { JsonValue } from "@bufbuild/protobuf";
import type { RecordedCheck, RecordedEvent, RecordedMessage, RecordedQuery, RecordedTx } from "./scenario.ts";

/** What is expected of a transaction or a check. */
export interface ExpectedResult {
  readonly code: number;
  readonly codespace: string;
  /** Base64. */
  readonly data: string;
  readonly events: readonly RecordedEvent[];
}

/** What is expected of a query; `response` is its JSON form. */
export interface ExpectedAnswer {
  readonly code: number;
  readonly codespace: string;
  readonly response: JsonValue | undefined;
}

/**
 * Our own state, as queries show it: the response's JSON form, or undefined for a failed query. Without a height it is
 * the state after the step's block.
 */
export interface OwnState {
  query(path: string, request: JsonValue, height?: bigint): JsonValue | undefined;
}

interface StepPlace {
  readonly scenario: string;
  /** Height and index, such as `12.0`. */
  readonly step: string;
  readonly height: bigint;
  readonly own: OwnState;
}

/** A transaction, with what we answered: rules decide by the request, and say what we must answer instead. */
export interface TxStep extends StepPlace {
  readonly kind: "tx";
  readonly recorded: RecordedTx;
  readonly messages: readonly RecordedMessage[];
  readonly expected: ExpectedResult;
  readonly actual: ExpectedResult;
}

export interface CheckStep extends StepPlace {
  readonly kind: "check";
  readonly recorded: RecordedCheck;
  readonly messages: readonly RecordedMessage[];
  readonly expected: ExpectedResult;
  readonly actual: ExpectedResult;
}

export interface QueryStep extends StepPlace {
  readonly kind: "query";
  readonly recorded: RecordedQuery;
  readonly expected: ExpectedAnswer;
  readonly actual: ExpectedAnswer;
}

/**
 * One purposeful difference. `session` makes the rule's memory for one scenario: steps come in order, and each may
 * change what is expected of it. Undefined leaves it alone; a changed expectation counts as a use of the rule.
 */
export interface DeviationRule {
  /** Id of the defect in market-modules.md §19, or a name of ours. */
  readonly id: string;
  readonly why: string;
  session(): DeviationSession;
}

export interface DeviationSession {
  tx?(step: TxStep): ExpectedResult | undefined;
  check?(step: CheckStep): ExpectedResult | undefined;
  query?(step: QueryStep): ExpectedAnswer | undefined;
  /** Finer causes of the last changed expectation; if it names any, they are counted instead of the rule's id. */
  causes?(): readonly string[];
}

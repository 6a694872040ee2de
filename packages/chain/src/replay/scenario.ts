import type { JsonValue } from "@bufbuild/protobuf";

/*
 * The form of recorded sessions of the reference's state machine (vectors/replay/README.md).
 */

/** An event: type and attribute pairs in order. */
export interface RecordedEvent {
  readonly type: string;
  readonly attributes: readonly (readonly [key: string, value: string, index?: boolean])[];
}

export interface RecordedResult {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly gasUsed: number;
  readonly data: string;
  readonly events: readonly RecordedEvent[];
}

/** A message of a recorded transaction in protobuf JSON. */
export interface RecordedMessage {
  readonly "@type": string;
  readonly [field: string]: JsonValue | undefined;
}

export interface RecordedTx {
  readonly note: string;
  readonly bytes: string;
  /** Absent when the bytes cannot be decoded. */
  readonly tx?: {
    readonly body: { readonly messages: readonly RecordedMessage[] };
    readonly auth_info: { readonly signer_infos: readonly { readonly mode_info?: JsonValue }[] };
  } | null;
  readonly aminoSignDocs?: readonly string[];
  readonly result: RecordedResult;
}

export interface RecordedBlock {
  readonly height: number;
  readonly time: string;
  readonly proposer: string;
  readonly lastCommit: readonly { readonly address: string; readonly power: number; readonly flag: string }[];
  readonly txs: readonly RecordedTx[];
  readonly events: readonly RecordedEvent[];
  readonly error?: string;
}

export interface RecordedQuery {
  readonly note?: string;
  readonly height: number;
  readonly requestHeight?: number;
  readonly path: string;
  readonly request: string;
  readonly requestJson?: JsonValue;
  readonly code: number;
  readonly codespace?: string;
  readonly log?: string;
  readonly response?: string;
  readonly responseJson?: JsonValue;
}

export interface RecordedCheck {
  readonly note: string;
  readonly height: number;
  readonly type: "NEW" | "RECHECK";
  readonly bytes: string;
  readonly tx?: RecordedTx["tx"];
  readonly result: RecordedResult;
}

export interface Scenario {
  readonly name: string;
  readonly modules: readonly string[];
  readonly genesisPatch?: JsonValue;
  readonly initChainError?: string;
  readonly blocks: readonly RecordedBlock[];
  readonly queries: readonly RecordedQuery[];
  readonly checkTx?: readonly RecordedCheck[];
}

/** Tags whose scenarios can be replayed: the modules that exist, and tags that are no modules. */
export const replayedTags: ReadonlySet<string> = new Set([
  "auth",
  "bank",
  "authz",
  "feegrant",
  "cert",
  "provider",
  "audit",
  "deployment",
  "market",
  "escrow",
  "ante",
  "random",
  "reclamation",
]);

/** True if every module of the scenario exists here. */
export function isReplayable(scenario: Scenario): boolean {
  return scenario.modules.every((tag) => replayedTags.has(tag));
}

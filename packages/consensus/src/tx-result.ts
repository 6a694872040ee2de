import { emptyBytes, type Hash } from "@stoa/std";
import { merkleRoot } from "./merkle.ts";
import { ProtobufWriter, readFields } from "./protobuf.ts";

/** One attribute of an event; `index` says whether searches may use it. */
export interface EventAttribute {
  readonly key: string;
  readonly value: string;
  readonly index: boolean;
}

/** What the application says happened. */
export interface AbciEvent {
  readonly type: string;
  readonly attributes: readonly EventAttribute[];
}

/** Result of one transaction in a block (tendermint.abci.ExecTxResult). */
export interface TxResult {
  readonly code: number;
  readonly data: Uint8Array;
  readonly log: string;
  readonly info: string;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly events: readonly AbciEvent[];
  readonly codespace: string;
}

/** The part of a result that all nodes must agree on. */
export type DeterministicResult = Pick<TxResult, "code" | "data" | "gasWanted" | "gasUsed">;

/** Leaf of LastResultsHash: log, info, events and codespace do not enter (base-chain.md §2.3). */
export function encodeDeterministicResult(result: DeterministicResult): Uint8Array {
  return new ProtobufWriter()
    .varint(1, result.code)
    .bytes(2, result.data)
    .varint(5, result.gasWanted)
    .varint(6, result.gasUsed)
    .finish();
}

/** LastResultsHash of the header after. */
export function resultsHash(hash: Hash, results: readonly DeterministicResult[]): Uint8Array {
  return merkleRoot(hash, results.map(encodeDeterministicResult));
}

/** tendermint.abci.Event. */
export function encodeEvent(event: AbciEvent): Uint8Array {
  const writer = new ProtobufWriter().string(1, event.type);
  for (const { key, value, index } of event.attributes) {
    writer.message(
      2,
      new ProtobufWriter()
        .string(1, key)
        .string(2, value)
        .varint(3, index ? 1 : 0)
        .finish(),
    );
  }
  return writer.finish();
}

export function decodeEvent(bytes: Uint8Array): AbciEvent {
  let type = "";
  const attributes: EventAttribute[] = [];
  for (const field of readFields(bytes)) {
    if (field.number === 1) type = field.string();
    else if (field.number === 2) attributes.push(decodeAttribute(field.bytes()));
  }
  return { type, attributes };
}

function decodeAttribute(bytes: Uint8Array): EventAttribute {
  const attribute = { key: "", value: "", index: false };
  for (const field of readFields(bytes)) {
    if (field.number === 1) attribute.key = field.string();
    else if (field.number === 2) attribute.value = field.string();
    else if (field.number === 3) attribute.index = field.bool();
  }
  return attribute;
}

/** tendermint.abci.ExecTxResult. */
export function encodeTxResult(result: TxResult): Uint8Array {
  const writer = new ProtobufWriter()
    .varint(1, result.code)
    .bytes(2, result.data)
    .string(3, result.log)
    .string(4, result.info)
    .varint(5, result.gasWanted)
    .varint(6, result.gasUsed);
  for (const event of result.events) writer.message(7, encodeEvent(event));
  return writer.string(8, result.codespace).finish();
}

export function decodeTxResult(bytes: Uint8Array): TxResult {
  const events: AbciEvent[] = [];
  const result = { code: 0, data: emptyBytes, log: "", info: "", gasWanted: 0n, gasUsed: 0n, events, codespace: "" };
  for (const field of readFields(bytes)) {
    if (field.number === 1) result.code = field.uint32();
    else if (field.number === 2) result.data = field.bytes();
    else if (field.number === 3) result.log = field.string();
    else if (field.number === 4) result.info = field.string();
    else if (field.number === 5) result.gasWanted = field.int64();
    else if (field.number === 6) result.gasUsed = field.int64();
    else if (field.number === 7) events.push(decodeEvent(field.bytes()));
    else if (field.number === 8) result.codespace = field.string();
  }
  return result;
}

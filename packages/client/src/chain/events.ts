/** Events of a block, as a node's JSON carries them. */
import type { JsonObject } from "./json-rpc.ts";

export interface ChainEvent {
  /** Protobuf full name of a typed event, or the SDK's own words. */
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

export interface TxResult {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly events: readonly ChainEvent[];
}

/** What a block did: its transactions, then what its beginning and end did. */
export interface BlockResults {
  readonly height: bigint;
  readonly transactions: readonly TxResult[];
  readonly blockEvents: readonly ChainEvent[];
}

/** The value of a typed event's field: JSON text in the attribute; `undefined` when absent or no JSON. */
export function eventField(event: ChainEvent, key: string): unknown {
  const text = event.attributes.find((attribute) => attribute.key === key)?.value;
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function readEvents(value: unknown): ChainEvent[] {
  if (!Array.isArray(value)) return [];
  return value.map((event: JsonObject) => ({
    type: String(event.type ?? ""),
    attributes: Array.isArray(event.attributes)
      ? event.attributes.map((attribute: JsonObject) => ({
          key: String(attribute.key ?? ""),
          value: String(attribute.value ?? ""),
        }))
      : [],
  }));
}

export function readTxResult(value: unknown): TxResult {
  const result = (value ?? {}) as JsonObject;
  return {
    code: Number(result.code ?? 0),
    codespace: String(result.codespace ?? ""),
    log: String(result.log ?? ""),
    gasWanted: BigInt(String(result.gas_wanted ?? 0)),
    gasUsed: BigInt(String(result.gas_used ?? 0)),
    events: readEvents(result.events),
  };
}

/** Every event of a block, failed transactions' left out: what they did was undone. */
export function allEvents(results: BlockResults): ChainEvent[] {
  const kept = results.transactions.filter(({ code }) => code === 0).flatMap(({ events }) => events);
  return [...kept, ...results.blockEvents];
}

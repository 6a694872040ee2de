import type { AbciEvent } from "@stoa/consensus";
import { type Hash, toBase64, toHexUpper } from "@stoa/std";
import type { CommittedBlock } from "../../engines/engine.ts";
import type { EventTags } from "./event-query.ts";
import type { JsonValue } from "./json-rpc.ts";
import {
  blockIdJson,
  blockJson,
  eventsJson,
  finalizeBlockJson,
  headerJson,
  publicKeyJson,
  sparseTxResultJson,
} from "./json-values.ts";

/** One event as subscribers see it. The value is made when somebody wants it. */
export interface PublishedEvent {
  readonly type: string;
  readonly tags: EventTags;
  value(): JsonValue;
}

/** Attributes of events by `type.key`, in their order. */
export function tagsOf(events: readonly AbciEvent[], more: Readonly<Record<string, string>>): EventTags {
  const tags = new Map<string, string[]>(Object.entries(more).map(([tag, value]) => [tag, [value]]));
  for (const { type, attributes } of events) {
    for (const { key, value } of attributes) {
      const tag = `${type}.${key}`;
      const values = tags.get(tag);
      if (values === undefined) tags.set(tag, [value]);
      else values.push(value);
    }
  }
  return tags;
}

/** The events of a block, in the order of publication (base-chain.md §5.4). */
export function* blockEvents(hash: Hash, committed: CommittedBlock): Generator<PublishedEvent> {
  const { block, blockId, results } = committed;
  const { header } = block;
  yield {
    type: "tendermint/event/NewBlock",
    tags: tagsOf(results.events, { "tm.event": "NewBlock" }),
    value: () => ({
      block: blockJson(block),
      block_id: blockIdJson(blockId),
      result_finalize_block: finalizeBlockJson(results),
    }),
  };
  yield {
    type: "tendermint/event/NewBlockHeader",
    tags: tagsOf([], { "tm.event": "NewBlockHeader" }),
    value: () => ({ header: headerJson(header) }),
  };
  yield {
    type: "tendermint/event/NewBlockEvents",
    tags: tagsOf(results.events, { "tm.event": "NewBlockEvents" }),
    value: () => ({
      height: String(header.height),
      events: eventsJson(results.events),
      num_txs: String(block.txs.length),
    }),
  };
  for (const [index, tx] of block.txs.entries()) {
    const result = results.txResults[index];
    if (result === undefined) continue;
    const txHash = toHexUpper(hash.sha256(tx));
    yield {
      type: "tendermint/event/Tx",
      tags: tagsOf(result.events, { "tm.event": "Tx", "tx.hash": txHash, "tx.height": String(header.height) }),
      value: () => ({
        TxResult: {
          height: String(header.height),
          ...(index === 0 ? {} : { index }),
          tx: toBase64(tx),
          result: sparseTxResultJson(result),
        },
      }),
    };
  }
  if (results.validatorUpdates.length > 0) {
    yield {
      type: "tendermint/event/ValidatorSetUpdates",
      tags: tagsOf([], { "tm.event": "ValidatorSetUpdates" }),
      value: () => ({
        validator_updates: results.validatorUpdates.map(({ publicKey, power }) => ({
          pub_key: publicKeyJson(publicKey),
          voting_power: String(power),
        })),
      }),
    };
  }
}

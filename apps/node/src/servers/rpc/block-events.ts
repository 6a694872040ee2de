import { type AbciEvent, blockIdFlag, formatTime } from "@stoa/consensus";
import { equalBytes, type Hash, toBase64, toHexUpper } from "@stoa/std";
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

/** One event as subscribers see it. Its text is made once, when the first of them wants it. */
export class PublishedEvent {
  readonly tags: EventTags;
  private readonly type: string;
  private readonly value: () => JsonValue;
  private text: string | undefined;

  /** `type` without its prefix, such as `NewBlock`; `value` is called at most once. */
  constructor(type: string, tags: EventTags, value: () => JsonValue) {
    this.type = `tendermint/event/${type}`;
    this.tags = tags;
    this.value = value;
  }

  /** The members `data` and `events` of what a subscriber gets. */
  json(): string {
    this.text ??= `"data":${JSON.stringify({ type: this.type, value: this.value() })},"events":${this.tagsText()}`;
    return this.text;
  }

  private tagsText(): string {
    return JSON.stringify(Object.fromEntries(this.tags));
  }
}

/** Kind of the votes that make a commit (base-chain.md §2.5). */
const precommitType = 2;

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
  yield* roundEvents(committed);
  const event = (name: string, events: readonly AbciEvent[], value: () => JsonValue): PublishedEvent =>
    new PublishedEvent(name, tagsOf(events, { "tm.event": name }), value);
  yield event("NewBlock", results.events, () => ({
    block: blockJson(block),
    block_id: blockIdJson(blockId),
    result_finalize_block: finalizeBlockJson(results),
  }));
  yield event("NewBlockHeader", [], () => ({ header: headerJson(header) }));
  yield event("NewBlockEvents", results.events, () => ({
    height: String(header.height),
    events: eventsJson(results.events),
    num_txs: String(block.txs.length),
  }));
  yield* txEvents(hash, committed);
  yield stepEvent("NewRoundStep", header.height + 1n, 0, "RoundStepNewHeight");
  if (results.validatorUpdates.length > 0) {
    yield event("ValidatorSetUpdates", [], () => ({
      validator_updates: results.validatorUpdates.map(({ publicKey, power }) => ({
        pub_key: publicKeyJson(publicKey),
        voting_power: String(power),
      })),
    }));
  }
}

/** The round has come to a step, or to something within it. */
function stepEvent(name: string, height: bigint, round: number, step: string): PublishedEvent {
  const value = { height: String(height), round, step };
  return new PublishedEvent("RoundState", tagsOf([], { "tm.event": name }), () => value);
}

/** What led to the block: the steps of its round, its proposal, the precommits for it. */
function* roundEvents({ block, blockId, commit }: CommittedBlock): Generator<PublishedEvent> {
  const { height, proposerAddress } = block.header;
  const at = { height: String(height), round: commit.round };
  const event = (name: string, value: JsonValue): PublishedEvent =>
    new PublishedEvent(name, tagsOf([], { "tm.event": name }), () => value);
  const proposer = commit.signatures.findIndex(({ validatorAddress }) => equalBytes(validatorAddress, proposerAddress));
  yield event("NewRound", {
    ...at,
    step: "RoundStepNewRound",
    proposer: { address: toHexUpper(proposerAddress), index: Math.max(0, proposer) },
  });
  const stepped = (name: string, step: string): PublishedEvent => stepEvent(name, height, commit.round, step);
  yield stepped("NewRoundStep", "RoundStepPropose");
  yield event("CompleteProposal", { ...at, step: "RoundStepPropose", block_id: blockIdJson(blockId) });
  yield stepped("NewRoundStep", "RoundStepPrevote");
  // One validator's proposal is its prevote, which the block has thereby from all.
  for (const name of ["ValidBlock", "Polka", "Lock"]) yield stepped(name, "RoundStepPrevote");
  yield stepped("NewRoundStep", "RoundStepPrecommit");
  for (const [index, signature] of commit.signatures.entries()) {
    if (signature.flag !== blockIdFlag.commit) continue;
    const vote = {
      type: precommitType,
      ...at,
      block_id: blockIdJson(blockId),
      timestamp: formatTime(signature.time),
      validator_address: toHexUpper(signature.validatorAddress),
      validator_index: index,
      signature: toBase64(signature.signature),
      extension: null,
      extension_signature: null,
    };
    yield event("Vote", { Vote: vote });
  }
  yield stepped("NewRoundStep", "RoundStepCommit");
}

function* txEvents(hash: Hash, { block, results }: CommittedBlock): Generator<PublishedEvent> {
  const height = String(block.header.height);
  for (const [index, tx] of block.txs.entries()) {
    const result = results.txResults[index];
    if (result === undefined) continue;
    const tags = { "tm.event": "Tx", "tx.hash": toHexUpper(hash.sha256(tx)), "tx.height": height };
    yield new PublishedEvent("Tx", tagsOf(result.events, tags), () => ({
      TxResult: {
        height,
        ...(index === 0 ? {} : { index }),
        tx: toBase64(tx),
        result: sparseTxResultJson(result),
      },
    }));
  }
}

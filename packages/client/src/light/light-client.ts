/** Follows a chain from one trusted header, believing no node: only what validators signed (base-chain.md §2.5). */
import {
  checkLightBlock,
  checkTrustLevel,
  defaultTrustLevel,
  headerHash,
  type LightBlock,
  type LightPolicy,
  type VerifyPorts,
  verifyCommit,
  verifyHeader,
} from "@stoa/consensus";
import { type Clock, equalBytes, type Hash, toHexUpper, type Verifier } from "@stoa/std";
import { ChainError } from "../chain/errors.ts";
import type { JsonRpc } from "../chain/json-rpc.ts";
import { readSignedHeader } from "./comet-json.ts";
import { LightError } from "./errors.ts";
import { ask, fetchLightBlock } from "./source.ts";

/** The header that everything else follows from: known from the operator, an explorer, or a friend. */
export interface TrustedHeader {
  readonly height: bigint;
  /** The block's hash, 32 bytes. */
  readonly hash: Uint8Array;
}

export interface LightClientParams {
  readonly chainId: string;
  /** The node whose answers are verified. */
  readonly primary: JsonRpc;
  /** Other nodes: one of them at least must name the same blocks as the primary. None: only signatures count. */
  readonly witnesses?: readonly JsonRpc[];
  readonly trust: TrustedHeader;
  /** What is left out is as in {@link defaultPolicy}. */
  readonly policy?: Partial<LightPolicy>;
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly clock: Clock;
}

const nsPerSecond = 1_000_000_000n;

/**
 * Two thirds of the 21 days for which a stake can be punished, a third of the power, and clocks that are 10 seconds apart,
 * as CometBFT's own light client has them.
 */
export const defaultPolicy: LightPolicy = {
  trustingPeriodNs: 14n * 86_400n * nsPerSecond,
  maxClockDriftNs: 10n * nsPerSecond,
  trustLevel: defaultTrustLevel,
};

/** Headers that one step forward may take; a set that changes so often is followed from a nearer trusted header. */
const maxForwardHeaders = 10_000;
/** Headers that are linked one by one on the way back. */
const maxBackwardHeaders = 10_000n;
/** Verified blocks that are kept, the newest and the trusted one. */
const maxKeptBlocks = 1_000;

export class LightClient {
  readonly chainId: string;
  readonly primary: JsonRpc;
  readonly hash: Hash;
  readonly #params: LightClientParams;
  readonly #ports: VerifyPorts;
  readonly #policy: LightPolicy;
  /** Verified blocks by height, in order of their heights. */
  #known: LightBlock[] = [];
  /** Blocks of which every signature has been verified, not only enough of them. */
  readonly #complete = new WeakSet<LightBlock>();
  #last: Promise<unknown> = Promise.resolve();

  /** Throws LightError `bad-trust` when level, period, hash or witnesses make no sense. */
  constructor(params: LightClientParams) {
    this.#params = params;
    this.chainId = params.chainId;
    this.primary = params.primary;
    this.hash = params.hash;
    this.#ports = { hash: params.hash, verifier: params.verifier };
    this.#policy = { ...defaultPolicy, ...params.policy };
    const level = checkTrustLevel(this.#policy.trustLevel);
    if (level !== undefined) throw new LightError("bad-trust", level);
    if (this.#policy.trustingPeriodNs <= 0n || this.#policy.maxClockDriftNs < 0n) {
      throw new LightError("bad-trust", "the trusting period must be positive, the clock drift not negative");
    }
    if (params.trust.height <= 0n || params.trust.hash.length !== 32) {
      throw new LightError("bad-trust", "a trusted header is a height above zero and a hash of 32 bytes");
    }
    if (params.witnesses?.some(({ url }) => url === params.primary.url)) {
      throw new LightError("bad-trust", `${params.primary.url} cannot be a witness of what it says itself`);
    }
  }

  /**
   * The proven block of a height, or the newest that the primary has. Throws LightError when nothing proves it, ChainError
   * when the primary cannot be asked.
   */
  blockAt(height?: bigint): Promise<LightBlock> {
    // One after another: two walks over the same heights would fetch everything twice.
    const work = this.#last.then(() => this.#blockAt(height));
    this.#last = work.catch(() => {});
    return work;
  }

  async #blockAt(height: bigint | undefined): Promise<LightBlock> {
    if (this.#known.length === 0) await this.#begin();
    const known = this.#known.find(({ header }) => header.height === height);
    if (known !== undefined) return this.#whole(known);
    const lowest = this.#known[0];
    const backward = height !== undefined && lowest !== undefined && height < lowest.header.height;
    const block = backward ? await this.#backward(lowest, height) : await this.#forwardTo(height);
    return this.#whole(block);
  }

  async #begin(): Promise<void> {
    const { trust, primary } = this.#params;
    const block = await fetchLightBlock(primary, this.hash, trust.height);
    this.#check(block);
    const own = headerHash(this.hash, block.header);
    if (!equalBytes(own, trust.hash)) {
      const [ours, theirs] = [toHexUpper(trust.hash), toHexUpper(own)];
      throw new LightError("unproven", `block ${trust.height} is trusted as ${ours}, the node has ${theirs}`);
    }
    this.#whole(block);
    await this.#askWitnesses(block, block);
    this.#known = [block];
  }

  async #forwardTo(height: bigint | undefined): Promise<LightBlock> {
    const block = await fetchLightBlock(this.primary, this.hash, height);
    const known = this.#known.find(({ header }) => header.height === block.header.height);
    if (known !== undefined) {
      if (equalBytes(headerHash(this.hash, known.header), headerHash(this.hash, block.header))) return known;
      throw new LightError("unproven", `the node names two blocks of height ${block.header.height}`);
    }
    const from = this.#known.findLast(({ header }) => header.height < block.header.height);
    if (from === undefined) {
      throw new LightError("unproven", `the newest block is said to be ${block.header.height}, before the trusted one`);
    }
    const path = await this.#follow(this.primary, from, block);
    this.#whole(block);
    await this.#askWitnesses(from, block);
    for (const one of path) this.#keep(one);
    return block;
  }

  /** Verifies a block by skipping: halves the way until the trusted set's share has signed. Answers the blocks of the way. */
  async #follow(rpc: JsonRpc, from: LightBlock, target: LightBlock): Promise<LightBlock[]> {
    const path: LightBlock[] = [];
    const ahead: LightBlock[] = [target];
    let trusted = from;
    for (let fetched = 0; ; ) {
      const next = ahead.at(-1);
      if (next === undefined) return path;
      this.#check(next);
      // The set of the trusted height itself: its members can be punished as long as the header is trusted.
      const now = this.#params.clock.nowNs();
      const verdict = verifyHeader(this.#ports, trusted, trusted.validators, next, this.#policy, now);
      if (verdict.ok) {
        ahead.pop();
        path.push(next);
        trusted = next;
        continue;
      }
      const { kind, message } = verdict.error;
      if (kind !== "cannot-be-trusted") {
        throw new LightError(kind === "expired" ? "expired" : "unproven", `block ${next.header.height}: ${message}`);
      }
      if (++fetched > maxForwardHeaders) {
        throw new LightError("unproven", `more than ${maxForwardHeaders} steps to block ${target.header.height}`);
      }
      const middle = (trusted.header.height + next.header.height) / 2n;
      ahead.push(await fetchLightBlock(rpc, this.hash, middle));
    }
  }

  /** Below everything that is trusted: each header names the hash of the one before. */
  async #backward(from: LightBlock, height: bigint): Promise<LightBlock> {
    if (height <= 0n) throw new LightError("bad-trust", `there is no block ${height}`);
    if (from.header.height - height > maxBackwardHeaders) {
      const steps = from.header.height - height;
      throw new LightError("bad-trust", `block ${height} is ${steps} blocks back: trust an older header to reach it`);
    }
    let above = from.header;
    for (let at = above.height - 1n; at > height; at--) {
      const { header } = readSignedHeader(await ask(this.primary, "commit", { height: String(at) }));
      this.#checkLink(header, above);
      above = header;
    }
    const block = await fetchLightBlock(this.primary, this.hash, height);
    this.#check(block);
    this.#checkLink(block.header, above);
    return block;
  }

  #checkLink(header: LightBlock["header"], above: LightBlock["header"]): void {
    const linked = equalBytes(headerHash(this.hash, header), above.lastBlockId.hash);
    if (linked && header.height === above.height - 1n && header.time < above.time) return;
    throw new LightError("unproven", `the block before ${above.height} is not the one that its header names`);
  }

  #check(block: LightBlock): void {
    const bad = checkLightBlock(this.#ports, block, this.chainId);
    if (bad !== undefined) throw new LightError("unproven", `block ${block.header.height}: ${bad}`);
  }

  /** Following needs enough signatures; a block that is shown has none that is wrong. */
  #whole(block: LightBlock): LightBlock {
    if (this.#complete.has(block)) return block;
    const { header, commit, validators } = block;
    const signed = verifyCommit(this.#ports, this.chainId, validators, commit.blockId, header.height, commit);
    if (!signed.ok) throw new LightError("unproven", `block ${header.height}: ${signed.error.message}`);
    this.#complete.add(block);
    return block;
  }

  #keep(block: LightBlock): void {
    const known = [...this.#known, block].sort((a, b) => (a.header.height < b.header.height ? -1 : 1));
    // The first is the trusted one; the second is the oldest of the others.
    if (known.length > maxKeptBlocks) known.splice(1, 1);
    this.#known = known;
  }

  /** Compares with the witnesses. One that can prove another block shows an attack; one that cannot is not listened to. */
  async #askWitnesses(trusted: LightBlock, block: LightBlock): Promise<void> {
    const { witnesses = [] } = this.#params;
    const own = headerHash(this.hash, block.header);
    let agreed = 0;
    for (const rpc of witnesses) {
      const other = await this.#witnessed(rpc, block.header.height);
      if (other === undefined) continue;
      if (equalBytes(headerHash(this.hash, other.header), own)) {
        agreed++;
        continue;
      }
      if (!(await this.#proves(rpc, trusted, other))) continue;
      const text = `${rpc.url} proves another block of height ${block.header.height} than ${this.primary.url}`;
      throw new LightError("diverged", text, { trusted, primary: block, witness: other, witnessUrl: rpc.url });
    }
    if (witnesses.length > 0 && agreed === 0) {
      throw new LightError("no-witness", `none of ${witnesses.length} witnesses confirms block ${block.header.height}`);
    }
  }

  async #witnessed(rpc: JsonRpc, height: bigint): Promise<LightBlock | undefined> {
    try {
      return await fetchLightBlock(rpc, this.hash, height);
    } catch (cause) {
      if (cause instanceof LightError || cause instanceof ChainError) return undefined;
      throw cause;
    }
  }

  async #proves(rpc: JsonRpc, trusted: LightBlock, other: LightBlock): Promise<boolean> {
    try {
      // Of the trusted height itself there is no second block: what is trusted was chosen by the user.
      if (other.header.height <= trusted.header.height) return false;
      await this.#follow(rpc, trusted, other);
      return true;
    } catch (cause) {
      if (cause instanceof LightError || cause instanceof ChainError) return false;
      throw cause;
    }
  }
}

import type { Fetch } from "@stoa/client";
import {
  blockIdFlag,
  type CommitSignature,
  commitSignBytes,
  type Header,
  headerHash,
  newValidatorSet,
  nilBlockId,
  type ValidatorSet,
  zeroTime,
} from "@stoa/consensus";
import { nativeHash } from "@stoa/host";
import { emptyBytes, equalBytes, utf8 } from "@stoa/std";
import { type Signer, signerOfSeed } from "../../apps/node/src/home/validator-key.ts";
import { commitJson, headerJson, validatorJson } from "../../apps/node/src/servers/rpc/json-values.ts";

/** A validator that signs, with its power. */
export interface Member {
  readonly signer: Signer;
  readonly power: bigint;
}

export const member = (n: number, power = 10n): Member => ({
  signer: signerOfSeed(new Uint8Array(32).fill(n)),
  power,
});

export interface SignedChainParams {
  readonly length: number;
  /** Who makes up the set of a height. */
  readonly members: (height: number) => readonly Member[];
  /** Whether a member signs; all do unless it is said otherwise. */
  readonly signs?: (height: number, index: number) => boolean;
  /** Another text, another chain from that height on: what a fork is. */
  readonly story?: (height: number) => string;
}

const chainId = "signed-1";
const secondNs = 1_000_000_000n;
/** When the chain began. */
export const beginNs = 1_700_000_000n * secondNs;

function setOf(members: readonly Member[]): ValidatorSet {
  const set = newValidatorSet(
    nativeHash,
    members.map(({ signer, power }) => ({ publicKey: signer.publicKey, power })),
  );
  if (!set.ok) throw new Error(set.error);
  return set.value;
}

/** Headers and commits of many signers, a block each second: what no engine with one key can make. */
export class SignedChain {
  readonly chainId = chainId;
  readonly hashes: Uint8Array[] = [emptyBytes];
  /** Heights whose commits were asked for. */
  readonly asked: number[] = [];
  private readonly answers = new Map<string, unknown>();
  private readonly length: number;

  constructor(params: SignedChainParams) {
    this.length = params.length;
    let lastBlockId = nilBlockId;
    for (let height = 1; height <= params.length; height++) {
      const members = params.members(height);
      const set = setOf(members);
      const digest = nativeHash.sha256(utf8(params.story?.(height) ?? "told once"));
      const header: Header = {
        version: { block: 11n, app: 0n },
        chainId,
        height: BigInt(height),
        time: beginNs + BigInt(height) * secondNs,
        lastBlockId,
        lastCommitHash: digest,
        dataHash: digest,
        validatorsHash: set.hash(nativeHash),
        nextValidatorsHash: setOf(params.members(height + 1)).hash(nativeHash),
        consensusHash: digest,
        appHash: digest,
        lastResultsHash: digest,
        evidenceHash: digest,
        proposerAddress: set.proposer()?.address ?? emptyBytes,
      };
      const blockId = { hash: headerHash(nativeHash, header), parts: { total: 1, hash: digest } };
      const commit = { height: header.height, round: 0, blockId, signatures: [] };
      const signatures = set.validators.map((validator, index): CommitSignature => {
        const signer = members.find((one) => equalBytes(one.signer.address, validator.address))?.signer;
        if (signer === undefined || params.signs?.(height, index) === false) {
          return { flag: blockIdFlag.absent, validatorAddress: emptyBytes, time: zeroTime, signature: emptyBytes };
        }
        const time = header.time + BigInt(index);
        const vote = { flag: blockIdFlag.commit, validatorAddress: signer.address, time, signature: emptyBytes };
        return { ...vote, signature: signer.sign(commitSignBytes(chainId, commit, vote)) };
      });
      const signed = { header: headerJson(header), commit: commitJson({ ...commit, signatures }) };
      this.answers.set(`commit ${height}`, { signed_header: signed, canonical: true });
      this.answers.set(`validators ${height}`, {
        block_height: String(height),
        validators: set.validators.map(validatorJson),
        count: String(set.validators.length),
        total: String(set.validators.length),
      });
      this.hashes.push(blockId.hash);
      lastBlockId = blockId;
    }
  }

  hashAt(height: number): Uint8Array {
    return this.hashes[height] ?? emptyBytes;
  }

  /** Answers `commit` and `validators` as a node does; pages are as large as the set. */
  readonly fetch: Fetch = async (_, { body }) => {
    const { id, method, params } = JSON.parse(body) as { id: number; method: string; params: { height?: string } };
    const height = Number(params.height ?? this.length);
    if (method === "commit") this.asked.push(height);
    const result = this.answers.get(`${method} ${height}`);
    const error = { code: -32603, message: "Internal error", data: `height ${height} is not available` };
    const text = JSON.stringify({ jsonrpc: "2.0", id, ...(result === undefined ? { error } : { result }) });
    return { status: 200, text: async () => text };
  };
}

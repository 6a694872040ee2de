import type { BlockId } from "@stoa/consensus";
import { encodeBlock } from "@stoa/consensus";
import { fromHex } from "@stoa/std";
import { consensusText, decode, publicKeyToAny } from "@stoa/wire";
import { Service } from "@stoa/wire/cosmos.base.tendermint.v1beta1";
import { type Block, BlockSchema } from "@stoa/wire/tendermint.types";
import type { StoredBlock } from "../../engines/engine.ts";
import { engineVersion, peerChannels } from "../rpc/node-methods.ts";
import { buildDependencies, goVersion, sdkVersion } from "./build-info.ts";
import { type PageRequest, pageNumbers } from "./page-numbers.ts";
import type { ServiceContext } from "./service-context.ts";
import { ServiceError } from "./service-error.ts";
import { type ServiceMethod, serve } from "./service-table.ts";

const beyondTip = "requested block height is bigger then the chain length";

/** A block's name in the SDK's protobuf form. */
export function blockIdMessage({ hash, parts }: BlockId) {
  return { hash, partSetHeader: { total: parts.total, hash: parts.hash } };
}

/** A block in CometBFT's protobuf form. */
export function blockMessage(stored: StoredBlock): Block {
  return decode(BlockSchema, encodeBlock(stored.block));
}

/** The block at a height. Throws ServiceError when it is not there. */
export async function requireBlock({ engine }: ServiceContext, height: bigint): Promise<StoredBlock> {
  const stored = await engine.block(height);
  if (stored !== undefined) return stored;
  const { lowest } = await engine.heights();
  throw new ServiceError("Unknown", `height ${height} is not available, lowest height is ${lowest}`);
}

function blockAnswer(stored: StoredBlock) {
  const block = blockMessage(stored);
  const { header } = block;
  // The SDK's own form differs in the proposer only, which it writes as bech32.
  const proposerAddress = consensusText(stored.block.header.proposerAddress);
  const { data, evidence, lastCommit } = block;
  const fields = header && {
    version: header.version,
    chainId: header.chainId,
    height: header.height,
    time: header.time,
    lastBlockId: header.lastBlockId,
    lastCommitHash: header.lastCommitHash,
    dataHash: header.dataHash,
    validatorsHash: header.validatorsHash,
    nextValidatorsHash: header.nextValidatorsHash,
    consensusHash: header.consensusHash,
    appHash: header.appHash,
    lastResultsHash: header.lastResultsHash,
    evidenceHash: header.evidenceHash,
  };
  const sdkBlock = {
    ...(fields && { header: { ...fields, proposerAddress } }),
    ...(data && { data }),
    ...(evidence && { evidence }),
    ...(lastCommit && { lastCommit }),
  };
  return { blockId: blockIdMessage(stored.blockId), block, sdkBlock };
}

async function validatorSet(context: ServiceContext, height: bigint, page: PageRequest | undefined) {
  const set = await context.engine.validators(height);
  if (set === undefined) throw new ServiceError("Unknown", `could not find validator set for height #${height}`);
  const { start, end } = pageNumbers(page, set.validators.length);
  return {
    blockHeight: height,
    validators: set.validators.slice(start, end).map(({ address, publicKey, power, priority }) => ({
      address: consensusText(address),
      pubKey: publicKeyToAny({ type: publicKey.type, key: publicKey.bytes }),
      votingPower: power,
      proposerPriority: priority,
    })),
    pagination: { total: BigInt(set.validators.length) },
  };
}

async function nodeInfo({ engine, identity, rpcAddress }: ServiceContext) {
  const { chainId, appVersion } = await engine.status();
  return {
    defaultNodeInfo: {
      protocolVersion: { p2p: 8n, block: 11n, app: appVersion },
      defaultNodeId: identity.nodeId,
      listenAddr: identity.listenAddress,
      network: chainId,
      version: engineVersion,
      channels: fromHex(peerChannels) ?? new Uint8Array(),
      moniker: identity.moniker,
      other: { txIndex: "on", rpcAddress: rpcAddress() },
    },
    applicationVersion: {
      name: "akash",
      appName: "akash",
      version: identity.appVersion,
      gitCommit: "",
      buildTags: "",
      goVersion,
      buildDeps: buildDependencies.map((each) => ({ ...each })),
      cosmosSdkVersion: sdkVersion,
    },
  };
}

const openRoots: ReadonlySet<string> = new Set(["app", "store", "p2p", "custom"]);

async function abciQuery(
  { engine }: ServiceContext,
  request: { readonly path: string; readonly data: Uint8Array; readonly height: bigint; readonly prove: boolean },
) {
  const { path, data, height, prove } = request;
  if (path === "") throw new ServiceError("InvalidArgument", "empty query path");
  if (!openRoots.has(path.replace(/^\//, "").split("/")[0] ?? "")) {
    throw new ServiceError("InvalidArgument", `unsupported ABCI query path: ${path.slice(0, 256)}`);
  }
  const { code, log, key, value, proofOps, codespace, height: at } = await engine.query({ path, data, height, prove });
  const ops = proofOps.map((op) => ({ ...op }));
  return { code, log, key, value, codespace, height: at, ...(ops.length > 0 && { proofOps: { ops } }) };
}

/** `cosmos.base.tendermint.v1beta1.Service`: blocks, validators and the node, from the engine. */
export function cometService(context: ServiceContext): ServiceMethod[] {
  const { engine } = context;
  const { method } = Service;
  return [
    serve(context, method.getNodeInfo, () => nodeInfo(context)),
    serve(context, method.getSyncing, async () => ({ syncing: false })),
    serve(context, method.getLatestBlock, async () => {
      const { highest } = await engine.heights();
      return blockAnswer(await requireBlock(context, highest));
    }),
    serve(context, method.getBlockByHeight, async ({ height }) => {
      const { highest } = await engine.heights();
      if (height > highest) throw new ServiceError("InvalidArgument", beyondTip);
      if (height <= 0n) throw new ServiceError("Unknown", `height must be greater than 0, but got ${height}`);
      return blockAnswer(await requireBlock(context, height));
    }),
    serve(context, method.getLatestValidatorSet, async ({ pagination }) => {
      const { highest } = await engine.heights();
      return validatorSet(context, highest, pagination);
    }),
    serve(context, method.getValidatorSetByHeight, async ({ height, pagination }) => {
      const { highest } = await engine.heights();
      if (height > highest) throw new ServiceError("InvalidArgument", beyondTip);
      if (height <= 0n) throw new ServiceError("Unknown", `height must be greater than 0, but got ${height}`);
      return validatorSet(context, height, pagination);
    }),
    serve(context, method.aBCIQuery, (request) => abciQuery(context, request)),
  ];
}

import { addressOfKey, formatTime } from "@stoa/consensus";
import { toBase64, toHexUpper, utf8 } from "@stoa/std";
import type { JsonValue } from "./json-rpc.ts";
import { RpcError } from "./json-rpc.ts";
import { consensusParamsJson, publicKeyJson } from "./json-values.ts";
import { method, type RpcContext, type RpcMethod } from "./method.ts";

/** What clients take for the engine's version: it selects their decoder (base-chain.md §0). */
export const engineVersion = "0.38.21";

/** Channels that a CometBFT node announces; ours has no peers, but clients show the field. */
export const peerChannels = "40202122233038606100";

/** Genesis documents are answered in chunks of this many bytes. */
const genesisChunkBytes = 16 * 1024 * 1024;

/** Modules of the interface that akash clients check at start (base-chain.md §5.6). */
const discoveryModules: readonly (readonly [string, string])[] = [
  ["audit", "v1"],
  ["bme", "v1"],
  ["cert", "v1"],
  ["deployment", "v1beta4"],
  ["escrow", "v1"],
  ["market", "v1beta5"],
  ["oracle", "v2"],
  ["provider", "v1beta4"],
  ["take", "v1"],
  ["wasm", "v1"],
];
const discoveryVersions: readonly string[] = ["v1beta4", "v1beta3"];

const status = method({}, async ({ engine, identity, rpcAddress }) => {
  const { chainId, latest, earliest, appHash, appVersion, validator } = await engine.status();
  return {
    node_info: {
      protocol_version: { p2p: "8", block: "11", app: String(appVersion) },
      id: identity.nodeId,
      listen_addr: identity.listenAddress,
      network: chainId,
      version: engineVersion,
      channels: peerChannels,
      moniker: identity.moniker,
      other: { tx_index: "on", rpc_address: rpcAddress() },
    },
    sync_info: {
      latest_block_hash: toHexUpper(latest.blockId.hash),
      latest_app_hash: toHexUpper(appHash),
      latest_block_height: String(latest.block.header.height),
      latest_block_time: formatTime(latest.block.header.time),
      earliest_block_hash: toHexUpper(earliest.blockId.hash),
      earliest_app_hash: toHexUpper(earliest.block.header.appHash),
      earliest_block_height: String(earliest.block.header.height),
      earliest_block_time: formatTime(earliest.block.header.time),
      catching_up: false,
    },
    validator_info: {
      address: toHexUpper(validator.address),
      pub_key: publicKeyJson(validator.publicKey),
      voting_power: String(validator.power),
    },
  };
});

const netInfo = method({}, async ({ identity }) => {
  return { listening: true, listeners: [`Listener(@${identity.listenAddress})`], n_peers: "0", peers: [] };
});

export const akash = method({}, async ({ engine, identity }) => {
  const modules = discoveryModules.map(([module, version]) => ({ module, version }));
  return {
    client_info: { api_version: "v1beta3" },
    supported_versions: discoveryVersions.map((version) => ({ api_version: version, modules, features: null })),
    chain_id: engine.chainId,
    node_version: identity.appVersion,
    min_client_version: "",
  };
});

/** The older CometBFT form, which RPC always answers (base-chain.md §10). */
function genesisJson({ genesis, hash }: RpcContext): { readonly [key: string]: JsonValue } {
  const validators = genesis.validators.map(({ publicKey, power, name }) => ({
    address: toHexUpper(addressOfKey(hash, publicKey)),
    pub_key: publicKeyJson(publicKey),
    power: String(power),
    name,
  }));
  return {
    genesis_time: formatTime(genesis.time),
    chain_id: genesis.chainId,
    initial_height: String(genesis.initialHeight),
    consensus_params: consensusParamsJson(genesis.params),
    ...(validators.length === 0 ? {} : { validators }),
    app_hash: "",
    app_state: genesis.appStateJson as JsonValue,
  };
}

const genesis = method(
  {},
  async (context) => {
    const json = genesisJson(context);
    if (utf8(JSON.stringify(json)).length > genesisChunkBytes) {
      throw RpcError.internal("genesis response is large, please use the genesis_chunked API instead");
    }
    return { genesis: json };
  },
  { cacheable: "always" },
);

const genesisChunked = method(
  { chunk: "index" },
  async (context, { chunk = 0n }) => {
    const bytes = utf8(JSON.stringify(genesisJson(context)));
    const total = Math.ceil(bytes.length / genesisChunkBytes);
    if (chunk < 0n || chunk >= BigInt(total)) {
      // The reference names the last chunk here, not their number.
      throw RpcError.internal(`there are ${total - 1} chunks, ${chunk} is invalid`);
    }
    const start = Number(chunk) * genesisChunkBytes;
    const data = toBase64(bytes.subarray(start, start + genesisChunkBytes));
    return { chunk: String(chunk), total: String(total), data };
  },
  { cacheable: "always" },
);

/** What the node is, and what the chain started from. */
export const nodeMethods: Readonly<Record<string, RpcMethod>> = {
  health: method({}, async () => ({})),
  status,
  net_info: netInfo,
  akash,
  genesis,
  genesis_chunked: genesisChunked,
};

import { Discovery } from "@stoa/wire/akash.discovery.v1";
import { Service as NodeService } from "@stoa/wire/cosmos.base.node.v1beta1";
import { Query as ConsensusQuery } from "@stoa/wire/cosmos.consensus.v1";
import { akash } from "../rpc/node-methods.ts";
import { durationOf, timestampOf } from "./proto-times.ts";
import type { ServiceContext } from "./service-context.ts";
import { ServiceError } from "./service-error.ts";
import { type ServiceMethod, serve, serveStateless } from "./service-table.ts";

/** What the `akash` method of the RPC answers. */
interface DiscoveryInfo {
  readonly client_info: { readonly api_version: string };
  readonly supported_versions: readonly {
    readonly api_version: string;
    readonly modules: readonly { readonly module: string; readonly version: string }[];
  }[];
  readonly chain_id: string;
  readonly node_version: string;
  readonly min_client_version: string;
}

async function status({ engine, keepVersions }: ServiceContext) {
  const { latest, earliest } = await engine.status();
  const { header } = latest.block;
  const [oldestBlock, oldestState] = [earliest.block.header.height, header.height - BigInt(keepVersions)];
  return {
    // States are pruned as the setting says; the reference answers 0 here.
    earliestStoreHeight: oldestState > oldestBlock ? oldestState : oldestBlock,
    height: header.height,
    timestamp: timestampOf(header.time),
    // Of the header, as in the reference: the state before the block's transactions.
    appHash: header.appHash,
    validatorHash: header.nextValidatorsHash,
  };
}

async function consensusParams({ engine }: ServiceContext, height: bigint) {
  const params = await engine.consensusParams(height);
  if (params === undefined) throw new ServiceError("NotFound", `no consensus parameters at height ${height}`);
  const { block, evidence, validator, version, abci } = params;
  return {
    params: {
      block: { maxBytes: block.maxBytes, maxGas: block.maxGas },
      evidence: {
        maxAgeNumBlocks: evidence.maxAgeNumBlocks,
        maxAgeDuration: durationOf(evidence.maxAgeDurationNs),
        maxBytes: evidence.maxBytes,
      },
      validator: { pubKeyTypes: [...validator.pubKeyTypes] },
      version: { app: version.app },
      abci: { voteExtensionsEnableHeight: abci.voteExtensionsEnableHeight },
    },
  };
}

async function discovery(context: ServiceContext) {
  const info = (await akash.call(context, {})) as unknown as DiscoveryInfo;
  return {
    info: {
      clientInfo: { apiVersion: info.client_info.api_version },
      supportedVersions: info.supported_versions.map(({ api_version: apiVersion, modules }) => ({
        apiVersion,
        modules: modules.map((each) => ({ ...each })),
      })),
      chainId: info.chain_id,
      nodeVersion: info.node_version,
      minClientVersion: info.min_client_version,
    },
  };
}

/** The node's own settings and state, its consensus parameters, and what akash clients ask at start. */
export function nodeServices(context: ServiceContext): ServiceMethod[] {
  return [
    serve(context, NodeService.method.config, async () => ({
      minimumGasPrice: context.minimumGasPrices,
      pruningKeepRecent: String(context.keepVersions),
      pruningInterval: "1",
      haltHeight: 0n,
    })),
    serve(context, NodeService.method.status, () => status(context)),
    serve(context, ConsensusQuery.method.params, (_, height) => consensusParams(context, height)),
    serveStateless(Discovery.method.getInfo, () => discovery(context)),
  ];
}

export {
  type ExportGenesisParams,
  exportGenesis,
  type ImportGenesisParams,
  importGenesis,
} from "./home/export-genesis.ts";
export { type Genesis, GenesisError, parseGenesis } from "./home/genesis.ts";
export { HomeError, type HomeRecord, type InitNodeHomeParams, initNodeHome } from "./home/node-home.ts";
export { KeyFileError } from "./home/validator-key.ts";
export { NodeError, type RunningNode, runNode, type StartNodeParams, startNode } from "./main.ts";
export { type NodeConfig, nodeConfigSchema } from "./node-config.ts";
export { type RestoredChain, type RestoreSnapshotParams, restoreSnapshot } from "./snapshots/restore-snapshot.ts";
export { SnapshotError } from "./snapshots/snapshot-bundle.ts";
export { type CreateSnapshotParams, createSnapshot, listSnapshots } from "./snapshots/snapshot-commands.ts";

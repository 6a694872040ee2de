export type { Backend, BatchOperation, Entry, KeyRange } from "./backend.ts";
export { CacheStore, type Change, maxKeyBytes } from "./cache-store.ts";
export { appHashOf, encodeCommitInfo, proveStore, type StoreRoot } from "./commit-info.ts";
export { StoreError, type StoreErrorCode } from "./errors.ts";
export { type EditResult, IavlEdit } from "./iavl-edit.ts";
export type { IavlNode } from "./iavl-node.ts";
export { IavlTree, nothingStored } from "./iavl-tree.ts";
export { proveKey } from "./ics23.ts";
export type { KVReader, KVStore } from "./kv.ts";
export { MemoryBackend } from "./memory-backend.ts";
export {
  MultiStore,
  type OpenParams,
  type PreparedCommit,
  type ProofOp,
  type ProvenValue,
  type SnapshotExport,
  type VersionView,
} from "./multi-store.ts";
export { OrderedMap } from "./ordered-map.ts";
export { SnapshotImport, type SnapshotImportParams } from "./snapshot-import.ts";
export { snapshotFormat } from "./snapshot-items.ts";

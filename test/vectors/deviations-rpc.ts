/** Where our JSON-RPC and websocket answer otherwise than the recorded ones, on purpose. */
export interface SurfaceDeviation {
  readonly file: "rpc" | "ws";
  /** Of which answers: the method, or the type of event. */
  readonly about: string;
  /** Path within the answer. */
  readonly path: string;
  readonly reason: string;
}

const noBeginBlock =
  "The recorded chain mints and distributes in begin-block; ours has no such module yet, so that an idle block has no events.";

const noPrevotes =
  "An embedded engine of one validator casts no prevote: its proposal is its vote. Nothing is published that was not signed.";

const namedValidators =
  "The recorded genesis makes its validators by transactions of the staking module; ours names them, as the document may.";

export const rpcDeviations: readonly SurfaceDeviation[] = [
  { file: "rpc", about: "genesis", path: "result.genesis", reason: namedValidators },
  { file: "rpc", about: "block_results", path: "result.finalize_block_events", reason: noBeginBlock },
  { file: "ws", about: "NewBlock", path: "result.data.value.result_finalize_block.events", reason: noBeginBlock },
  { file: "ws", about: "NewBlockEvents", path: "result.data.value.events", reason: noBeginBlock },
  { file: "ws", about: "Vote", path: "result.data.value.Vote.type", reason: noPrevotes },
];

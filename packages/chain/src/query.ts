import { emptyBytes, prefixEnd, utf8 } from "@stoa/std";
import type { MultiStore } from "@stoa/store";
import { goDecodeText, jsonText, type TxTypes, toProtoJson } from "@stoa/wire";
import { SimulationResponseSchema } from "@stoa/wire/cosmos.base.abci.v1beta1";
import { PairsSchema } from "@stoa/wire/cosmos.store.internal.kv.v1beta1";
import type { QueryRequest, QueryResponse, QueryStatusDetail } from "./abci.ts";
import { create, encode, tryDecode } from "./codec.ts";
import { Context, type CryptoPorts } from "./context.ts";
import {
  type GrpcCode,
  QueryStatus,
  Refusal,
  type RegisteredError,
  refuse,
  sdkErrors,
  storeErrors,
  undefinedErrors,
} from "./errors.ts";
import type { Execution } from "./execution.ts";
import type { Head } from "./head.ts";
import type { QueryHandler } from "./module.ts";
import type { Router } from "./router.ts";
import { simulationOf } from "./simulation.ts";
import { State } from "./state.ts";

/** What queries read. */
export interface QueryState {
  readonly stores: MultiStore;
  readonly router: Router;
  readonly crypto: CryptoPorts;
  readonly version: string;
  readonly types: TxTypes;
  /** The head of a kept version. */
  readonly head: (height: bigint) => Head | undefined;
  readonly simulate: (tx: Uint8Array) => Execution;
}

/** Entries that a scan of a subspace answers at most; the path is for tools and bounded by the node. */
const maxSubspaceRows = 10_000;

const blank: QueryResponse = {
  code: 0,
  codespace: "",
  log: "",
  key: emptyBytes,
  value: emptyBytes,
  proofOps: [],
  height: 0n,
};

function failed(error: RegisteredError, detail: string): QueryResponse {
  return { ...blank, code: error.code, codespace: error.codespace, log: `${detail}: ${error.description}` };
}

/** ABCI errors of gRPC codes (base-chain.md §4.10). */
function sdkErrorOf(grpc: GrpcCode): RegisteredError {
  switch (grpc) {
    case "NotFound":
      return sdkErrors.keyNotFound;
    case "InvalidArgument":
    case "FailedPrecondition":
      return sdkErrors.invalidRequest;
    case "Unauthenticated":
      return sdkErrors.unauthorized;
    default:
      return sdkErrors.unknownRequest;
  }
}

function failedWith(problem: unknown): QueryResponse {
  if (problem instanceof QueryStatus) {
    return failed(sdkErrorOf(problem.grpc), `rpc error: code = ${problem.grpc} desc = ${problem.message}`);
  }
  if (problem instanceof Refusal) {
    // A text without a registered code is taken for a bad request.
    const registered = problem.error !== undefinedErrors.unregistered;
    return failed(registered ? sdkErrorOf(problem.error.grpc) : sdkErrors.invalidRequest, problem.message);
  }
  const text = problem instanceof Error ? problem.message : String(problem);
  return failed(undefinedErrors.panic, text);
}

/** The reference's gRPC status of a registered error: its description goes before the detail (surface/grpc.json). */
function registeredText({ codespace, code, description }: RegisteredError, message: string): string {
  const detail = message.endsWith(`: ${description}`) ? `: ${message.slice(0, -description.length - 2)}` : "";
  return `codespace ${codespace} code ${code}: ${description}${detail}`;
}

function statusOf(problem: unknown, height: bigint): QueryStatusDetail {
  if (problem instanceof QueryStatus) return { grpc: problem.grpc, message: problem.message, height };
  if (!(problem instanceof Refusal)) {
    return { grpc: "Internal", message: problem instanceof Error ? problem.message : String(problem), height };
  }
  const { error, message } = problem;
  if (error === undefinedErrors.unregistered) return { grpc: "Unknown", message, height };
  return { grpc: error.grpc, message: registeredText(error, message), height };
}

/** The height that a query reads: the latest for 0; refuses what is not there (sdk 26, 18, 38). */
function heightOf(stores: MultiStore, request: QueryRequest): bigint {
  const latest = stores.version;
  if (latest === 0n) refuse(sdkErrors.invalidHeight, "the application is not ready; please wait for first block");
  if (request.height < 0n) {
    refuse(sdkErrors.invalidRequest, "cannot query with height < 0; please provide a valid height");
  }
  if (request.height > latest) {
    refuse(sdkErrors.invalidHeight, "cannot query with height in the future; please provide a valid height");
  }
  const height = request.height === 0n ? latest : request.height;
  if (height <= 1n && request.prove) {
    refuse(sdkErrors.invalidRequest, "cannot query with proof when height <= 1; please provide a valid height");
  }
  return height;
}

/** What the reference says of a height whose state is not kept. */
export function lostState(height: bigint, latest: bigint): string {
  const reason = "version does not exist. Version has either been pruned, or is for a future block height";
  const tree = `version mismatch on immutable IAVL tree; ${reason}`;
  return `failed to load state at height ${height}; ${tree} (latest height: ${latest})`;
}

function missingHeight(stores: MultiStore, height: bigint): never {
  return refuse(sdkErrors.notFound, lostState(height, stores.version));
}

function queryContext(state: QueryState, height: bigint): Context {
  const view = state.stores.at(height);
  const head = state.head(height);
  if (view === undefined || head === undefined) return missingHeight(state.stores, height);
  const over = State.over((name) => view.reader(name));
  return Context.fresh({ state: over, block: head, mode: "query", crypto: state.crypto });
}

function answerMethod(state: QueryState, handler: QueryHandler, request: QueryRequest): QueryResponse {
  let height: bigint;
  try {
    height = heightOf(state.stores, request);
  } catch (problem) {
    if (problem instanceof Refusal) return refusedHeight(problem);
    throw problem;
  }
  try {
    const message = tryDecode(handler.request, request.data);
    if (!message.ok) {
      const text = goDecodeText(handler.request, message.error.message);
      const status: QueryStatusDetail = {
        grpc: "Internal",
        message: `grpc: error unmarshalling request: ${text}`,
        height,
      };
      return { ...failed(sdkErrors.invalidRequest, text), height, status };
    }
    const response = handler.answer(queryContext(state, height), message.value);
    return { ...blank, value: encode(handler.response, response), height };
  } catch (problem) {
    if (problem instanceof Refusal && problem.error === sdkErrors.notFound) return refusedHeight(problem);
    return { ...failedWith(problem), height, status: statusOf(problem, height) };
  }
}

/** No state of that height is read: the code is the SDK's own, and gRPC callers get it as unknown. */
function refusedHeight({ error, message }: Refusal): QueryResponse {
  const status: QueryStatusDetail = { grpc: "Unknown", message: registeredText(error, message), height: 0n };
  return { ...blank, code: error.code, codespace: error.codespace, log: message, status };
}

/** `/store/<name>/key` with proofs if asked, and `/store/<name>/subspace` (base-chain.md §3.5). */
function answerStore(state: QueryState, [name = "", ...kind]: readonly string[], request: QueryRequest): QueryResponse {
  const { stores } = state;
  const height = request.height === 0n ? stores.version : request.height;
  if (height <= 1n && request.prove) {
    refuse(sdkErrors.invalidRequest, "cannot query with proof when height <= 1; please provide a valid height");
  }
  if (!state.router.storeNames.includes(name)) refuse(storeErrors.unknownRequest, `no such store: ${name}`);
  if (request.data.length === 0) refuse(storeErrors.txDecode, "query cannot be zero length");
  const path = `/${kind.join("/")}`;
  if (path !== "/key" && path !== "/subspace") refuse(storeErrors.unknownRequest, `unexpected query path: ${path}`);
  // A version that is not there is no error: the answer has no value and says so.
  const nothing = { ...blank, key: request.data, log: "version does not exist", height };
  const noProof = "proof is unexpectedly empty; ensure height has not been pruned";
  const view = height < 1n ? undefined : stores.at(height);
  if (view === undefined && path === "/key" && request.prove) refuse(storeErrors.invalidRequest, noProof);
  if (view === undefined) return nothing;
  if (path === "/key" && request.prove) {
    const proven = stores.prove(height, name, request.data);
    if (proven === undefined) refuse(storeErrors.invalidRequest, noProof);
    return { ...blank, key: request.data, value: proven.value ?? emptyBytes, proofOps: proven.ops, height };
  }
  const reader = view.reader(name);
  if (path === "/key") return { ...blank, key: request.data, value: reader.get(request.data) ?? emptyBytes, height };
  const pairs = [];
  for (const [key, value] of reader.iterate({ start: request.data, end: prefixEnd(request.data) })) {
    pairs.push({ key, value });
    if (pairs.length === maxSubspaceRows) break;
  }
  return { ...blank, key: request.data, value: encode(PairsSchema, create(PairsSchema, { pairs })), height };
}

function answerApp(state: QueryState, path: readonly string[], request: QueryRequest): QueryResponse {
  const done = { ...blank, codespace: "sdk", height: request.height === 0n ? state.stores.version : request.height };
  const [, kind] = path;
  if (kind === undefined) {
    const wanted = "expected second parameter to be either 'simulate' or 'version', neither was present";
    refuse(sdkErrors.unknownRequest, wanted);
  }
  if (kind === "version") return { ...done, value: utf8(state.version) };
  if (kind !== "simulate") refuse(sdkErrors.unknownRequest, `unknown query: [${path.join(" ")}]`);
  const execution = state.simulate(request.data);
  if (execution.error !== undefined) {
    const { error, text } = execution.error;
    return { ...blank, code: error.code, codespace: error.codespace, log: `failed to simulate tx: ${text}` };
  }
  const json = toProtoJson(SimulationResponseSchema, create(SimulationResponseSchema, simulationOf(execution)), (url) =>
    state.types.resolve(url),
  );
  return json.ok ? { ...done, value: utf8(jsonText(json.value)) } : refuse(sdkErrors.jsonMarshal, json.error.message);
}

/** Who may be a peer is not asked of this application: everybody passes, as with the reference. */
function answerPeer(path: readonly string[]): QueryResponse {
  if (path.length < 4) refuse(sdkErrors.unknownRequest, "path should be p2p filter <addr|id> <parameter>");
  if (path[1] !== "filter") refuse(sdkErrors.unknownRequest, "expected second parameter to be 'filter'");
  return blank;
}

/** Answers a query: a service method, a store, or the application's own paths. Never throws for what is asked. */
export function answerQuery(state: QueryState, request: QueryRequest): QueryResponse {
  const handler = state.router.queries.get(request.path);
  if (handler !== undefined) return answerMethod(state, handler, request);
  const path = request.path.replace(/^\//, "").split("/");
  const [root, ...rest] = path;
  if (request.path === "") return failed(sdkErrors.unknownRequest, "no query path provided");
  try {
    if (root === "p2p") return answerPeer(path);
    if (root === "app") return answerApp(state, path, request);
    if (root === "store") return answerStore(state, rest, request);
    return failed(sdkErrors.unknownRequest, "unknown query path");
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    return { ...blank, code: problem.error.code, codespace: problem.error.codespace, log: problem.message };
  }
}

/**
 * Refusals. A refusal is thrown from one constructor that demands a registered error, and is caught at the boundary
 * of a transaction or a query (HOUSE.md, Errors). Codes are consensus: they stand in the blocks' results.
 */

/** gRPC status names as far as registered errors use them. */
export type GrpcCode =
  | "Unknown"
  | "InvalidArgument"
  | "NotFound"
  | "AlreadyExists"
  | "PermissionDenied"
  | "FailedPrecondition"
  | "Aborted"
  | "Internal"
  | "Unauthenticated";

/** One registered error: codespace and code as clients see them, and the reference's text. */
export interface RegisteredError {
  readonly codespace: string;
  readonly code: number;
  readonly description: string;
  readonly grpc: GrpcCode;
}

/** A row of a module's table: code, text, and gRPC status (Unknown where the reference names none). */
export type ErrorRow = readonly [code: number, description: string, grpc?: GrpcCode];

const tables = new Map<string, Readonly<Record<string, RegisteredError>>>();

/** Registers a codespace's table: each module's `errors.ts` calls this once at load. */
export function errorTable<Names extends string>(
  codespace: string,
  rows: Readonly<Record<Names, ErrorRow>>,
): Readonly<Record<Names, RegisteredError>> {
  const table: Record<string, RegisteredError> = {};
  for (const [name, row] of Object.entries<ErrorRow>(rows)) {
    table[name] = { codespace, code: row[0], description: row[1], grpc: row[2] ?? "Unknown" };
  }
  tables.set(codespace, table);
  return table as Record<Names, RegisteredError>;
}

/** Every registered error, for the generated page of codes. */
export function registeredErrors(): readonly RegisteredError[] {
  return [...tables.values()].flatMap((table) => Object.values(table));
}

/** A refusal on its way to the boundary. Made only by {@link refuse}. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly error: RegisteredError;

  constructor(error: RegisteredError, message: string) {
    super(message);
    this.error = error;
  }
}

/**
 * Refuses what is being asked. The text becomes `detail: description`, the reference's wrapping order; without a
 * detail it is the description alone.
 */
export function refuse(error: RegisteredError, detail?: string): never {
  throw new Refusal(error, detail === undefined ? error.description : `${detail}: ${error.description}`);
}

/** Refuses with a text that is not built by wrapping. */
export function refuseWith(error: RegisteredError, text: string): never {
  throw new Refusal(error, text);
}

/** A failed query as a gRPC status: its code decides the ABCI code (base-chain.md §4.10). */
export class QueryStatus extends Error {
  override readonly name = "QueryStatus";
  readonly grpc: GrpcCode;

  constructor(grpc: GrpcCode, message: string) {
    super(message);
    this.grpc = grpc;
  }
}

/** Refuses a query with a gRPC status, as the reference's `status.Error` does. */
export function refuseQuery(grpc: GrpcCode, message: string): never {
  throw new QueryStatus(grpc, message);
}

/** Ends the node: a state that must never be committed (HOUSE.md, Errors). */
export class InvariantBroken extends Error {
  override readonly name = "InvariantBroken";
}

/** Errors without a registered code answer this (base-chain.md §4.7). */
export const undefinedErrors = errorTable("undefined", {
  unregistered: [1, "internal error"],
  panic: [111222, "panic"],
});

/** Refuses with codespace `undefined`, code 1, where the reference registers no code and none is named for us. */
export function refuseUnregistered(text: string): never {
  throw new Refusal(undefinedErrors.unregistered, text);
}

/** The SDK's table of its stores: answers to queries of `/store` name these. */
export const storeErrors = errorTable("store", {
  txDecode: [3, "tx parse error"],
  unknownRequest: [4, "unknown request"],
  invalidRequest: [7, "invalid request"],
});

/** The SDK's own table (base-chain.md §4.7). */
export const sdkErrors = errorTable("sdk", {
  txDecode: [2, "tx parse error"],
  invalidSequence: [3, "invalid sequence"],
  unauthorized: [4, "unauthorized"],
  insufficientFunds: [5, "insufficient funds"],
  unknownRequest: [6, "unknown request"],
  invalidAddress: [7, "invalid address"],
  invalidPubKey: [8, "invalid pubkey"],
  unknownAddress: [9, "unknown address"],
  invalidCoins: [10, "invalid coins"],
  outOfGas: [11, "out of gas"],
  memoTooLarge: [12, "memo too large"],
  insufficientFee: [13, "insufficient fee"],
  tooManySignatures: [14, "maximum number of signatures exceeded"],
  noSignatures: [15, "no signatures supplied"],
  jsonMarshal: [16, "failed to marshal JSON bytes"],
  jsonUnmarshal: [17, "failed to unmarshal JSON bytes"],
  invalidRequest: [18, "invalid request"],
  txInMempool: [19, "tx already in mempool"],
  mempoolIsFull: [20, "mempool is full"],
  txTooLarge: [21, "tx too large"],
  keyNotFound: [22, "key not found"],
  wrongPassword: [23, "invalid account password"],
  incorrectSigner: [24, "tx intended signer does not match the given signer"],
  invalidGasAdjustment: [25, "invalid gas adjustment"],
  invalidHeight: [26, "invalid height"],
  invalidVersion: [27, "invalid version"],
  invalidChainId: [28, "invalid chain-id"],
  invalidType: [29, "invalid type"],
  txTimeoutHeight: [30, "tx timeout height"],
  unknownExtensionOptions: [31, "unknown extension options"],
  wrongSequence: [32, "incorrect account sequence"],
  packAny: [33, "failed packing protobuf message to Any"],
  unpackAny: [34, "failed unpacking protobuf message from Any"],
  logic: [35, "internal logic error"],
  conflict: [36, "conflict"],
  notSupported: [37, "feature not supported"],
  notFound: [38, "not found"],
  io: [39, "Internal IO error"],
  appConfig: [40, "error in app.toml"],
  invalidGasLimit: [41, "invalid gas limit"],
  txTimeout: [42, "tx timeout"],
});

// The table of shared Akash types (market-modules.md §20); `market` names its codes, this puts them on the page.
errorTable("akash", {
  attributesDuplicateKeys: [1, "attributes cannot have duplicate keys", "InvalidArgument"],
  invalidAttributeKey: [2, "attribute key does not match regexp", "InvalidArgument"],
  invalidDepositor: [3, "invalid depositor", "InvalidArgument"],
  invalidDepositSource: [4, "invalid deposit source", "InvalidArgument"],
});

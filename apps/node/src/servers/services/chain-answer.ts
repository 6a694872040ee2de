import type { QueryResponse } from "@stoa/chain";
import { grpcNameOf, ServiceError } from "./service-error.ts";

/** Codes of the codespace `sdk` as gRPC codes, as Go clients map them back (base-chain.md §4.10). */
const namesOfCodes: ReadonlyMap<number, "InvalidArgument" | "Unauthenticated" | "NotFound"> = new Map([
  [18, "InvalidArgument"],
  [4, "Unauthenticated"],
  [22, "NotFound"],
]);

/** The failure that a query over ABCI tells of. */
export function errorOfAnswer({ code, codespace, log, height, status }: QueryResponse): ServiceError {
  const read = (at: bigint): bigint | undefined => (at === 0n ? undefined : at);
  if (status !== undefined) return new ServiceError(grpcNameOf(status.grpc), status.message, read(status.height));
  const name = codespace === "sdk" ? namesOfCodes.get(code) : undefined;
  return new ServiceError(name ?? "Unknown", log, read(height));
}

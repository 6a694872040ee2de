import { maxInt64 } from "@stoa/std";
import { ServiceError } from "./service-error.ts";

/** Names the state that a call reads, and in answers the state that was read (base-chain.md §6.1). */
export const heightHeader = "x-cosmos-block-height";

/** The height that a caller asks for; 0, the latest, when nothing is said. Throws ServiceError in the reference's words. */
export function readHeightHeader(text: string | undefined): bigint {
  if (text === undefined) return 0n;
  const digits = /^[+-]?\d{1,40}$/.test(text) ? BigInt(text) : undefined;
  if (digits === undefined || digits > maxInt64 || digits < -maxInt64 - 1n) {
    const why = digits === undefined ? "invalid syntax" : "value out of range";
    const shown = JSON.stringify(text.slice(0, 64));
    throw refusal(
      `Baseapp.RegisterGRPCServer: invalid height header "${heightHeader}": strconv.ParseInt: parsing ${shown}: ${why}`,
    );
  }
  if (digits < 0n) throw refusal("cannot query with height < 0; please provide a valid height");
  return digits;
}

function refusal(detail: string): ServiceError {
  return new ServiceError("Unknown", `codespace sdk code 18: invalid request: ${detail}`);
}

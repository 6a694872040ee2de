import { ServiceError } from "./service-error.ts";

/** What a request says of its page. */
export interface PageRequest {
  readonly key: Uint8Array;
  readonly offset: bigint;
  readonly limit: bigint;
}

const defaultLimit = 100n;
/** The engine answers no longer pages. */
const maxLimit = 100n;

/** The entries that a page of a whole list holds, by the rules of services that page by number. */
export function pageNumbers(
  request: PageRequest | undefined,
  total: number,
): { readonly start: number; readonly end: number } {
  const offset = request?.offset ?? 0n;
  const asked = request?.limit ?? 0n;
  const limit = asked === 0n ? defaultLimit : asked < maxLimit ? asked : maxLimit;
  const start = (offset / limit) * limit;
  if (offset > 0n && start >= BigInt(total)) {
    const pages = (BigInt(total) + limit - 1n) / limit;
    const page = offset / limit + 1n;
    throw new ServiceError("Unknown", `page should be within [1, ${pages > 0n ? pages : 1n}] range, given ${page}`);
  }
  return { start: Number(start), end: Math.min(total, Number(start + limit)) };
}

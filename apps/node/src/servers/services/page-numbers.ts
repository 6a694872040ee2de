import { ServiceError } from "./service-error.ts";

/** What a request says of its page. */
export interface PageRequest {
  readonly key: Uint8Array;
  readonly offset: bigint;
  readonly limit: bigint;
  readonly countTotal?: boolean;
  readonly reverse?: boolean;
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

/**
 * The entries that a page of a whole list holds, by the rules of lists in a store: by key or by offset, a total where it
 * is asked for or no limit is named. Keys are not told, since one page holds all that the engine has; one that is sent
 * begins with the first entry.
 */
export function storePage<T>(
  request: PageRequest | undefined,
  all: readonly T[],
): { readonly shown: readonly T[]; readonly total: bigint } {
  const { key, offset, limit, countTotal = false, reverse = false } = request ?? noPage;
  if (key.length > 0 && offset > 0n) {
    throw new ServiceError("Internal", "invalid request, either offset or key is expected, got both");
  }
  const counts = key.length === 0 && (countTotal || limit === 0n);
  const from = offset < BigInt(all.length) ? Number(offset) : all.length;
  const count = Number(limit === 0n || limit > maxLimit ? maxLimit : limit);
  const ordered = reverse ? all.toReversed() : all;
  return { shown: ordered.slice(from, from + count), total: counts ? BigInt(all.length) : 0n };
}

const noPage: PageRequest = { key: new Uint8Array(), offset: 0n, limit: 0n };

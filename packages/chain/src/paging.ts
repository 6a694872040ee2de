import { concatBytes, emptyBytes, uint32Be } from "@stoa/std";
import { type GrpcCode, refuseQuery } from "./errors.ts";

/** Rows on a page when the request names no limit (base-chain.md §6.1). */
export const defaultPageLimit = 100n;

/** Rows that one page may hold at most: bounds the work of a query whatever limit it asks for. */
export const maxPageRows = 10_000n;

/** What a request says about its page: `cosmos.base.query.v1beta1.PageRequest`. */
export interface PageRequest {
  readonly key: Uint8Array;
  readonly offset: bigint;
  readonly limit: bigint;
  readonly countTotal: boolean;
  readonly reverse: boolean;
}

/** What a response says of its page: fields of `cosmos.base.query.v1beta1.PageResponse`. */
export interface PageResponse {
  readonly nextKey: Uint8Array;
  readonly total: bigint;
}

export interface Page<T> {
  readonly rows: readonly T[];
  readonly pagination: PageResponse;
}

/** A row of a scan with its key bytes. */
export interface PageRow<T> {
  readonly raw: Uint8Array;
  readonly value: T;
}

const emptyRequest: PageRequest = { key: emptyBytes, offset: 0n, limit: 0n, countTotal: false, reverse: false };

/**
 * The SDK's paging: by key or by offset, a total where it is asked for or no limit is named. `scan` yields rows from
 * a key on, in the request's direction; rows that `keep` refuses count for nothing.
 */
export function paginate<T, R>(params: {
  readonly request: PageRequest | undefined;
  readonly scan: (options: { from: Uint8Array | undefined; reverse: boolean }) => Iterable<PageRow<T>>;
  readonly keep: (value: T) => R | undefined;
  /** Whether a request without a limit gets a total; the reference's filtered lists give none. Default true. */
  readonly countByDefault?: boolean;
  /** Refuses a page by key and offset at once: the reference's modules hand the SDK's refusal on in different ways. */
  readonly refuseBoth?: (message: string) => never;
}): Page<R> {
  const request = params.request ?? emptyRequest;
  if (request.key.length > 0 && request.offset > 0n) {
    const refuseBoth = params.refuseBoth ?? ((message: string) => refuseQuery("Internal", message));
    refuseBoth("invalid request, either offset or key is expected, got both");
  }
  const limit = request.limit === 0n ? defaultPageLimit : request.limit < maxPageRows ? request.limit : maxPageRows;
  const byKey = request.key.length > 0;
  const countTotal = !byKey && (request.countTotal || (request.limit === 0n && (params.countByDefault ?? true)));
  const rows: R[] = [];
  let hits = 0n;
  let nextKey: Uint8Array = emptyBytes;
  for (const row of params.scan({ from: byKey ? request.key : undefined, reverse: request.reverse })) {
    if (BigInt(rows.length) === limit && nextKey.length === 0) {
      nextKey = row.raw;
      if (!countTotal) break;
    }
    const kept = params.keep(row.value);
    if (kept === undefined) continue;
    hits += 1n;
    if (hits > request.offset && BigInt(rows.length) < limit) rows.push(kept);
  }
  return { rows, pagination: { nextKey, total: countTotal ? hits : 0n } };
}

/** Where a walk over states goes on: the page key of Akash's list queries (market-modules.md §2.5). */
export interface StatePageKey {
  /** States still to walk, the first one being where the walk stopped. */
  readonly states: readonly number[];
  /** Prefix of the index or map being walked. */
  readonly prefix: Uint8Array;
  /** Primary key of the next row. */
  readonly key: Uint8Array;
  /** Path of the walk, where a query has several. */
  readonly flags: Uint8Array;
}

const crcTable: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as IEEE 802.3 has it. */
export function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (crcTable[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

function part(bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(bytes.length), bytes);
}

export function encodeStatePageKey(key: StatePageKey): Uint8Array {
  const rest = concatBytes(
    part(Uint8Array.from(key.states)),
    part(key.prefix),
    part(key.key),
    key.flags.length === 0 ? emptyBytes : part(key.flags),
  );
  return concatBytes(uint32Be(crc32(rest)), rest);
}

function hex8(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}

/** Reads a page key of a request; refuses one that we did not make, with the code that the module answers. */
export function decodeStatePageKey(bytes: Uint8Array, refusal: GrpcCode = "InvalidArgument"): StatePageKey {
  if (bytes.length < 5) refuseQuery(refusal, "pagination: invalid key: invalid key length");
  const stated = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  const rest = bytes.subarray(4);
  const actual = crc32(rest);
  if (stated !== actual) {
    refuseQuery(refusal, `pagination: invalid key: invalid checksum, ${hex8(stated)} != ${hex8(actual)}`);
  }
  const parts: Uint8Array[] = [];
  for (let offset = 0; offset < rest.length && parts.length < 4; ) {
    const end = offset + 1 + (rest[offset] ?? 0);
    if (end > rest.length) refuseQuery(refusal, "pagination: invalid key: invalid state length");
    parts.push(rest.subarray(offset + 1, end));
    offset = end;
  }
  const [states, prefix, key, flags] = parts;
  if (states === undefined || prefix === undefined || key === undefined || states.length === 0) {
    refuseQuery(refusal, "pagination: invalid key: invalid state length");
  }
  return { states: [...states], prefix, key, flags: flags ?? emptyBytes };
}

/**
 * Akash's paging over a list of states: `total` is the number of rows on this page, an offset needs a state filter,
 * and a page key carries the states still to walk (market-modules.md §2.5).
 */
export function paginateStates<T, R>(params: {
  readonly request: PageRequest | undefined;
  /** The states to walk in order: the one asked for, or all of the query's. */
  readonly states: readonly number[];
  /** True if the request names a state: then an offset is allowed. */
  readonly filtered: boolean;
  /** What the page key shall carry as prefix and flags. */
  readonly prefix?: (state: number) => Uint8Array;
  readonly flags?: Uint8Array;
  /** What a page key of others is refused with. Default InvalidArgument. */
  readonly refusal?: GrpcCode;
  /** True if an offset without a state is refused even beside a page key. */
  readonly offsetFirst?: boolean;
  readonly scan: (options: {
    readonly state: number;
    readonly from: Uint8Array | undefined;
    readonly reverse: boolean;
  }) => Iterable<PageRow<T>>;
  readonly keep: (value: T) => R | undefined;
}): Page<R> {
  const request = params.request ?? emptyRequest;
  const limit = request.limit === 0n ? defaultPageLimit : request.limit < maxPageRows ? request.limit : maxPageRows;
  const byKey = request.key.length > 0;
  if (request.offset > 0n && !params.filtered && (!byKey || params.offsetFirst === true)) {
    refuseQuery("InvalidArgument", "invalid request parameters. if offset is set, filter.state must be provided");
  }
  const resume = byKey ? decodeStatePageKey(request.key, params.refusal) : undefined;
  const states = resume?.states ?? params.states;
  let skip = resume === undefined ? request.offset : 0n;
  const rows: R[] = [];
  const page = (nextKey: Uint8Array): Page<R> => ({ rows, pagination: { nextKey, total: BigInt(rows.length) } });
  for (const [i, state] of states.entries()) {
    const from = i === 0 ? resume?.key : undefined;
    for (const row of params.scan({ state, from, reverse: request.reverse })) {
      const kept = params.keep(row.value);
      if (kept === undefined) continue;
      if (BigInt(rows.length) === limit) {
        const prefix = params.prefix?.(state) ?? emptyBytes;
        const flags = params.flags ?? emptyBytes;
        return page(encodeStatePageKey({ states: states.slice(i), prefix, key: row.raw, flags }));
      }
      if (skip > 0n) skip -= 1n;
      else rows.push(kept);
    }
  }
  return page(emptyBytes);
}

import { assert, emptyBytes } from "@stoa/std";
import type { Index, TypedMap } from "./collections.ts";
import type { Context } from "./context.ts";
import { refuseQuery } from "./errors.ts";
import {
  decodeStatePageKey,
  defaultPageLimit,
  encodeStatePageKey,
  maxPageRows,
  type Page,
  type PageRequest,
  type PageRow,
  paginateStates,
} from "./paging.ts";

/**
 * Akash's list queries over objects that have a state (market-modules.md §2.5): by default every state in a fixed
 * order; along a narrower path (an owner's rows, a provider's rows) when a filter names one. A page key remembers
 * states and path, so that the next page goes on where this one ended.
 */

/** A path narrower than the states: all of one owner's or provider's rows, in order of keys. */
export interface ListPath<K, V> {
  /** The path's mark in page keys. */
  readonly flag: number;
  /** What the path follows, as the request names it; empty if it does not. */
  readonly asked: string;
  /** The same, read from the key where a page goes on. */
  readonly ofKey: (key: K) => string;
  readonly scan: (
    ctx: Context,
    asked: string,
    options: { readonly from: Uint8Array | undefined; readonly reverse: boolean },
  ) => Iterable<PageRow<V>>;
}

export interface StateList<K, V> {
  readonly map: TypedMap<K, V>;
  readonly byState: Index<number, K, V>;
  /** Names of states as filters write them, with their numbers, in the order of an unfiltered list. */
  readonly states: ReadonlyMap<string, number>;
  readonly stateOf: (value: V) => number;
  /** Preferred paths first. */
  readonly paths: readonly ListPath<K, V>[];
  /** True if a row fits the request's other filters. */
  readonly accepts: (value: V) => boolean;
  /** The state that the request asks for, or "". */
  readonly state: string;
  readonly request: PageRequest | undefined;
}

/** Numbers of the states that a request asks for. */
export function askedStates(states: ReadonlyMap<string, number>, state: string): readonly number[] {
  if (state === "") return [...states.values()];
  const number = states.get(state);
  if (number === undefined) refuseQuery("InvalidArgument", "invalid state value");
  return [number];
}

function listPath<K, V>(ctx: Context, list: StateList<K, V>, path: ListPath<K, V>): Page<V> {
  const request = list.request;
  const resume = request !== undefined && request.key.length > 0 ? decodeStatePageKey(request.key) : undefined;
  const states = resume?.states ?? askedStates(list.states, list.state);
  const asked = resume === undefined ? path.asked : path.ofKey(list.map.keyCodec.decode(resume.key));
  const wanted = request?.limit ?? 0n;
  const limit = wanted === 0n ? defaultPageLimit : wanted < maxPageRows ? wanted : maxPageRows;
  let skip = resume === undefined ? (request?.offset ?? 0n) : 0n;
  const rows: V[] = [];
  const nothing: Page<V> = { rows, pagination: { nextKey: emptyBytes, total: 0n } };
  // No stored text holds a zero byte, so nobody's rows are asked for.
  if (asked.includes("\0")) return nothing;
  for (const row of path.scan(ctx, asked, { from: resume?.key, reverse: request?.reverse ?? false })) {
    if (!states.includes(list.stateOf(row.value)) || !list.accepts(row.value)) continue;
    if (skip > 0n) {
      skip -= 1n;
      continue;
    }
    if (BigInt(rows.length) === limit) {
      const first = states[0];
      assert(first !== undefined, "a list without states");
      const prefix = Uint8Array.of(first);
      const nextKey = encodeStatePageKey({ states, prefix, key: row.raw, flags: Uint8Array.of(path.flag) });
      return { rows, pagination: { nextKey, total: BigInt(rows.length) } };
    }
    rows.push(row.value);
  }
  return { rows, pagination: { nextKey: emptyBytes, total: BigInt(rows.length) } };
}

/** One page of a list. */
export function listByState<K, V>(ctx: Context, list: StateList<K, V>): Page<V> {
  const { request } = list;
  if (request !== undefined && request.offset > 0n && list.state === "") {
    refuseQuery("InvalidArgument", "invalid request parameters. if offset is set, filter.state must be provided");
  }
  const resuming = request !== undefined && request.key.length > 0;
  const flag = resuming ? decodeStatePageKey(request.key).flags[0] : undefined;
  const path = resuming
    ? list.paths.find((candidate) => candidate.flag === flag)
    : list.paths.find((candidate) => candidate.asked !== "");
  if (path !== undefined) return listPath(ctx, list, path);
  const states = askedStates(list.states, list.state);
  return paginateStates({
    request,
    states: request?.reverse === true ? [...states].reverse() : states,
    filtered: list.state !== "",
    prefix: (state) => Uint8Array.of(state),
    flags: Uint8Array.of(0),
    scan: ({ state, from, reverse }) => list.map.scanIndex(ctx, list.byState, state, { from, reverse }),
    keep: (value) => (list.accepts(value) ? value : undefined),
  });
}

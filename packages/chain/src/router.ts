import { assert } from "@stoa/std";
import type { Invariant, MessageHandler, Module, QueryHandler } from "./module.ts";

/** What the modules together answer to, found by name. */
export interface Router {
  readonly modules: readonly Module[];
  readonly messages: ReadonlyMap<string, MessageHandler>;
  readonly queries: ReadonlyMap<string, QueryHandler>;
  readonly invariants: readonly Invariant[];
  readonly storeNames: readonly string[];
}

function collect<T>(what: string, entries: readonly (readonly [string, T])[]): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const [key, value] of entries) {
    assert(!map.has(key), `two modules claim ${what} ${key}`);
    map.set(key, value);
  }
  return map;
}

/** Collects the modules' messages, queries (and some more), stores and invariants; a name claimed twice is a bug. */
export function createRouter(modules: readonly Module[], more: readonly QueryHandler[]): Router {
  const handlers = modules.flatMap((module) => module.messages ?? []);
  const queries = [...modules.flatMap((module) => module.queries ?? []), ...more];
  return {
    modules,
    messages: collect(
      "message",
      handlers.map((handler) => [handler.typeUrl, handler]),
    ),
    queries: collect(
      "query",
      queries.map((query) => [query.path, query]),
    ),
    invariants: modules.flatMap((module) => module.invariants ?? []),
    storeNames: modules.flatMap((module) => (module.storeName === undefined ? [] : [module.storeName])),
  };
}

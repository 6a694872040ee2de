import { assert } from "@stoa/std";
import type { DescMessage } from "./codec.ts";
import type { Invariant, MessageHandler, Module, QueryHandler } from "./module.ts";

/** What the modules together answer to, found by name. */
export interface Router {
  readonly modules: readonly Module[];
  readonly messages: ReadonlyMap<string, MessageHandler>;
  readonly queries: ReadonlyMap<string, QueryHandler>;
  readonly invariants: readonly Invariant[];
  /** Message types that may stand in an Any of a transaction, by type URL. */
  readonly types: ReadonlyMap<string, DescMessage>;
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

/** Collects the modules' messages, queries, stores and invariants; a name claimed twice is a bug. */
export function createRouter(modules: readonly Module[]): Router {
  const handlers = modules.flatMap((module) => module.messages ?? []);
  const queries = modules.flatMap((module) => module.queries ?? []);
  const own: DescMessage[] = handlers.flatMap((handler) => [handler.request]);
  const nested = modules.flatMap((module) => module.types ?? []);
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
    types: collect(
      "type",
      [...own, ...nested].map((type) => [`/${type.typeName}`, type]),
    ),
    storeNames: modules.flatMap((module) => (module.storeName === undefined ? [] : [module.storeName])),
  };
}

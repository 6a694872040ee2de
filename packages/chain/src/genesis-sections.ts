import { assert, fromUtf8 } from "@stoa/std";
import type { Context } from "./context.ts";
import { GenesisError } from "./genesis-json.ts";
import type { Module } from "./module.ts";

const maxGenesisBytes = 1 << 30;

/**
 * Lets every module read its section of `appStateBytes`, in the reference's order. A section that no module reads is
 * refused unless it is named as ignored. Throws {@link GenesisError}.
 */
export function initModules(
  modules: readonly Module[],
  ignoredSections: readonly string[],
  ctx: Context,
  appStateBytes: Uint8Array,
): void {
  assert(appStateBytes.length <= maxGenesisBytes, "the genesis state is too large");
  const sections = parseSections(appStateBytes);
  const known = new Set(modules.map((module) => module.name));
  const ignored = new Set(ignoredSections);
  for (const name of sections.keys()) {
    if (!known.has(name) && !ignored.has(name)) throw new GenesisError(`no module reads the section ${name}`);
  }
  for (const module of modules) {
    const section = sections.get(module.name);
    if (section === undefined || section === null) continue;
    try {
      module.initGenesis?.(ctx, section);
    } catch (error) {
      throw error instanceof GenesisError ? new GenesisError(`${module.name}: ${error.message}`) : error;
    }
  }
}

function parseSections(bytes: Uint8Array): ReadonlyMap<string, unknown> {
  const text = fromUtf8(bytes);
  if (text === undefined) throw new GenesisError("app_state is not UTF-8");
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== "object" || Array.isArray(value))
      throw new GenesisError("app_state is no object");
    return new Map(Object.entries(value));
  } catch (error) {
    throw error instanceof GenesisError ? error : new GenesisError("app_state is no JSON");
  }
}

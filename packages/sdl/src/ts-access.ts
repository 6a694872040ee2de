import { member } from "./ts-shape.ts";
import type { TsValue } from "./ts-value.ts";

/** The value at a path of names below an object; undefined where anything is absent. */
export function at(value: TsValue | undefined, ...names: readonly string[]): TsValue | undefined {
  return names.reduce<TsValue | undefined>(member, value);
}

export function entriesOf(value: TsValue | undefined): readonly (readonly [string, TsValue])[] {
  return value?.type === "object" ? [...value.members] : [];
}

/** Items of a list; of a single value that value; nothing for null and absent. */
export function itemsOf(value: TsValue | undefined): readonly TsValue[] {
  if (value === undefined || value.type === "null") return [];
  return value.type === "list" ? value.items : [value];
}

export function textOf(value: TsValue | undefined): string | undefined {
  return value?.type === "string" ? value.value : undefined;
}

export function numberOf(value: TsValue | undefined): number | undefined {
  return value?.type === "number" ? value.value : undefined;
}

export function isTrue(value: TsValue | undefined): boolean {
  return value?.type === "boolean" && value.value;
}

/** Texts of a list; undefined if it is null or absent. */
export function textsOf(value: TsValue | undefined): readonly string[] | undefined {
  return value?.type === "list" ? value.items.map((item) => textOf(item) ?? "") : undefined;
}

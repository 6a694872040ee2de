import { childPath, type Problems } from "./problem.ts";
import type { TsValue } from "./ts-value.ts";

/** A check of one value; adds a problem for each thing that is wrong. */
export type Shape = (value: TsValue, problems: Problems) => void;

function wrongType(value: TsValue, wanted: string, problems: Problems): void {
  const have = value.type === "string" ? `"${value.value.slice(0, 40)}"` : value.type;
  problems.add("wrong-type", value, `expected ${wanted}, not ${have}`);
}

interface TextRule {
  readonly minChars?: number;
  readonly pattern?: RegExp;
  readonly like?: string;
  readonly oneOf?: readonly string[];
}

/** Text, maybe of a least length, a pattern or a set of values. */
export function text(rule: TextRule = {}): Shape {
  return (value, problems) => {
    if (value.type !== "string") return wrongType(value, "text", problems);
    if (rule.oneOf !== undefined && !rule.oneOf.includes(value.value)) {
      problems.add("value-not-allowed", value, `"${value.value}" is not one of ${rule.oneOf.join(", ")}`);
    }
    if (rule.minChars !== undefined && [...value.value].length < rule.minChars) {
      problems.add("value-out-of-range", value, `must be at least ${rule.minChars} characters long`);
    }
    if (rule.pattern !== undefined && !rule.pattern.test(value.value)) {
      problems.add("value-not-allowed", value, `"${value.value}" must be ${rule.like ?? `like ${rule.pattern}`}`);
    }
  };
}

/** A whole number within bounds, both included. */
export function integer(min: number, max: number = Number.POSITIVE_INFINITY): Shape {
  return (value, problems) => {
    if (value.type !== "number" || !Number.isInteger(value.value)) return wrongType(value, "a whole number", problems);
    if (value.value < min || value.value > max) {
      const bounds = max === Number.POSITIVE_INFINITY ? `at least ${min}` : `from ${min} to ${max}`;
      problems.add("value-out-of-range", value, `${value.value} must be ${bounds}`);
    }
  };
}

export const flag: Shape = (value, problems) => {
  if (value.type !== "boolean") wrongType(value, "true or false", problems);
};

/** Any object. */
export const anyObject: Shape = (value, problems) => {
  if (value.type !== "object" && value.type !== "other") wrongType(value, "a map", problems);
};

/** A list whose items have a shape. */
export function list(item: Shape): Shape {
  return (value, problems) => {
    if (value.type !== "list") return wrongType(value, "a list", problems);
    for (const one of value.items) item(one, problems);
  };
}

/** The shape, or null. */
export function orNull(shape: Shape): Shape {
  return (value, problems) => {
    if (value.type !== "null") shape(value, problems);
  };
}

/** One shape for a list, another for everything else. */
export function listOr(ofList: Shape, other: Shape): Shape {
  return (value, problems) => (value.type === "list" ? ofList : other)(value, problems);
}

/** Several checks of one value. */
export function all(...shapes: readonly Shape[]): Shape {
  return (value, problems) => {
    for (const shape of shapes) shape(value, problems);
  };
}

interface ObjectRule {
  readonly fields?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  /** Shape of fields not named; without it they are refused. */
  readonly rest?: Shape;
  /** Names that `rest` may have. */
  readonly restNames?: RegExp;
}

/** A map with named fields. */
export function object(rule: ObjectRule): Shape {
  return (value, problems) => {
    if (value.type !== "object") return wrongType(value, "a map", problems);
    for (const name of rule.required ?? []) {
      if (!value.members.has(name)) problems.add("missing-key", value, `the key "${name}" is missing: add it`);
    }
    for (const [name, member] of value.members) {
      const field = Object.hasOwn(rule.fields ?? {}, name) ? rule.fields?.[name] : undefined;
      const shape = field ?? ((rule.restNames?.test(name) ?? true) ? rule.rest : undefined);
      if (shape !== undefined) shape(member, problems);
      else {
        const place = { path: childPath(value.path, name), at: member.at };
        problems.add("unknown-key", place, `the key "${name}" does not belong here: remove it or correct it`);
      }
    }
  };
}

/** A member of an object value; undefined if it is absent or the value is no object. */
export function member(value: TsValue | undefined, name: string): TsValue | undefined {
  return value?.type === "object" ? value.members.get(name) : undefined;
}

import type { YamlNode, YamlScalar } from "./yaml-node.ts";

/**
 * What Go's YAML decoder (yaml.v3) takes a scalar for; `text` when nothing else fits, `mismatch` when its tag says
 * what its text is not.
 */
export type GoScalar =
  | { readonly is: "null" }
  | { readonly is: "bool"; readonly value: boolean }
  | { readonly is: "int"; readonly value: bigint }
  | { readonly is: "float"; readonly value: number }
  | { readonly is: "text" }
  | { readonly is: "mismatch" };

const nulls = new Set(["", "~", "null", "Null", "NULL"]);
const trues = new Set(["true", "True", "TRUE"]);
const falses = new Set(["false", "False", "FALSE"]);
const floatPattern = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const integerPatterns: readonly (readonly [RegExp, string])[] = [
  [/^(0[xX])([0-9a-fA-F]+)$/, "0x"],
  [/^(0[bB])([01]+)$/, "0b"],
  [/^(0[oO]?)([0-7]+)$/, "0o"],
  [/^()([1-9][0-9]*|0)$/, ""],
];
const intMin = -(1n << 63n);
const uintMax = (1n << 64n) - 1n;

function resolveInteger(text: string): bigint | undefined {
  const plain = text.replaceAll("_", "");
  const negative = plain.startsWith("-");
  const body = /^[-+]/.test(plain) ? plain.slice(1) : plain;
  for (const [pattern, prefix] of integerPatterns) {
    const match = pattern.exec(body);
    if (match === null) continue;
    const size = BigInt(prefix + (match[2] ?? ""));
    const value = negative ? -size : size;
    // Only what has no sign may use the upper half of uint64.
    return value < intMin || value > uintMax || (plain !== body && value >= -intMin) ? undefined : value;
  }
  return undefined;
}

function resolvePlain(text: string): GoScalar {
  if (nulls.has(text)) return { is: "null" };
  if (trues.has(text)) return { is: "bool", value: true };
  if (falses.has(text)) return { is: "bool", value: false };
  if (/^[-+]?\.(inf|Inf|INF)$/.test(text)) return { is: "float", value: text.startsWith("-") ? -Infinity : Infinity };
  if (/^\.(nan|NaN|NAN)$/.test(text)) return { is: "float", value: Number.NaN };
  if (!/^[-+.0-9]/.test(text)) return { is: "text" };
  if (!text.startsWith(".")) {
    const integer = resolveInteger(text);
    if (integer !== undefined) return { is: "int", value: integer };
  }
  const plain = text.startsWith(".") ? text : text.replaceAll("_", "");
  return floatPattern.test(plain) ? { is: "float", value: Number(plain) } : { is: "text" };
}

/** Resolves a scalar as yaml.v3 does: quoted text is text, plain text by its looks, tags by their word. */
export function resolveGoScalar(scalar: YamlScalar): GoScalar {
  switch (scalar.tag) {
    case undefined:
      return scalar.plain ? resolvePlain(scalar.text) : { is: "text" };
    case "!!null":
    case "!!bool":
    case "!!int": {
      const resolved = resolvePlain(scalar.text);
      return `!!${resolved.is}` === scalar.tag ? resolved : { is: "mismatch" };
    }
    case "!!float": {
      const resolved = resolvePlain(scalar.text);
      if (resolved.is === "int") return { is: "float", value: Number(resolved.value) };
      return resolved.is === "float" ? resolved : { is: "mismatch" };
    }
    default:
      return { is: "text" };
  }
}

/** True for null in any spelling: yaml.v3 then leaves the zero value and calls no custom reader. */
export function isGoNull(node: YamlNode): boolean {
  return node.kind === "scalar" && resolveGoScalar(node).is === "null";
}

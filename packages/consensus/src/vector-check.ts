import { fromBase64, fromHex, toHex } from "@stoa/std";
import type { VectorFailure, VectorReport } from "@stoa/test";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
/** One case of a vectors file. */
export type Case = { readonly [key: string]: Json };

/** Collects what disagrees; used by this package's vector families alone. */
export class VectorCheck {
  private readonly failures: VectorFailure[] = [];
  private cases = 0;
  private name = "";

  /** Runs one case; a throw inside it is a failure of that case. */
  run(name: string, compare: () => void): void {
    this.name = name;
    this.cases++;
    try {
      compare();
    } catch (error) {
      this.fail("threw", error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  fail(field: string, message: string): void {
    this.failures.push({ case: this.name, field, message });
  }

  equal(field: string, actual: Json | undefined, expected: Json | undefined): void {
    const [got, want] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (got !== want) this.fail(field, `expected ${want}, got ${got}`);
  }

  /** Bytes against hex of either case. */
  bytes(field: string, actual: Uint8Array, expected: Json | undefined): void {
    this.equal(field, toHex(actual), text(expected).toLowerCase());
  }

  report(): VectorReport {
    return { cases: this.cases, failures: this.failures };
  }
}

export function text(value: Json | undefined): string {
  if (typeof value !== "string") throw new Error(`a text was expected, not ${JSON.stringify(value)}`);
  return value;
}

export function hex(value: Json | undefined): Uint8Array {
  const bytes = fromHex(text(value));
  if (bytes === undefined) throw new Error(`hex was expected: ${text(value)}`);
  return bytes;
}

export function base64(value: Json | undefined): Uint8Array {
  const bytes = value === null ? new Uint8Array(0) : fromBase64(text(value));
  if (bytes === undefined) throw new Error(`base64 was expected: ${text(value)}`);
  return bytes;
}

export function integer(value: Json | undefined): bigint {
  if (typeof value === "number") return BigInt(value);
  return value === undefined ? 0n : BigInt(text(value));
}

export function list(value: Json | undefined): readonly Json[] {
  if (value === null || value === undefined) return [];
  if (!Array.isArray(value)) throw new Error("a list was expected");
  return value;
}

export function object(value: Json | undefined): Case {
  if (value === null || typeof value !== "object" || Array.isArray(value)) throw new Error("an object was expected");
  return value as Case;
}

/** The arrays of cases of one file. */
export function casesOf(fileText: string): (name: string) => readonly Case[] {
  const file = object(JSON.parse(fileText) as Json);
  return (name) => list(file[name]).map(object);
}

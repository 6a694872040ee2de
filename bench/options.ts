import { parseArgs } from "node:util";
import { err, ok, type Result } from "@stoa/std";

/** What was asked of the runner. */
export interface BenchOptions {
  /** Undefined: list the benches. */
  readonly name: string | undefined;
  readonly json: boolean;
  /** Keep the result in bench/results. */
  readonly record: boolean;
  readonly runs: number | undefined;
}

/** More repetitions than this take days. */
const maxRuns = 100_000;

/** Reads the runner's words: `[NAME] [--json] [--record] [--runs N]`; an error says what is wrong with them. */
export function readOptions(words: readonly string[], names: readonly string[]): Result<BenchOptions, string> {
  let parsed: { values: { json?: boolean; record?: boolean; runs?: string }; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...words],
      allowPositionals: true,
      strict: true,
      options: { json: { type: "boolean" }, record: { type: "boolean" }, runs: { type: "string" } },
    });
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const [name, ...more] = positionals;
  if (more.length > 0) return err(`one bench at a time: ${more[0]} is one word too many`);
  if (name !== undefined && !names.includes(name)) return err(`no bench ${name}; there are ${names.join(", ")}`);
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (runs !== undefined && !(/^\d+$/.test(values.runs ?? "") && runs >= 1 && runs <= maxRuns))
    return err(`--runs takes a whole number from 1 to ${maxRuns}`);
  return ok({ name, json: values.json === true, record: values.record === true, runs });
}

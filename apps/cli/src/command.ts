import { parseArgs } from "node:util";

/** How a word on the command line is written and what it is for. */
export interface OptionSpec {
  readonly type: "string" | "boolean";
  readonly short?: string;
  /** Name of the value in the help, such as DIR. */
  readonly value?: string;
  readonly about: string;
  readonly default?: string;
}

/** A command as data: the help page and the parser are made from it. */
export interface CommandSpec {
  /** Words after `stoa`, such as `sdl compile`. */
  readonly name: string;
  readonly about: string;
  /** Operands as the help shows them, such as `[SDL]`. */
  readonly operands?: string;
  readonly maxOperands?: number;
  readonly minOperands?: number;
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** At least one line that can be typed as it stands. */
  readonly examples: readonly string[];
  /** True if words after the operands belong to somebody else (`shell … -- sh -c ls`). */
  readonly passThrough?: boolean;
}

/** What was typed, checked against the spec. */
export interface Invocation {
  readonly operands: readonly string[];
  readonly rest: readonly string[];
  text(name: string): string | undefined;
  flag(name: string): boolean;
}

/** A command and where its handler lives; the handler's file is loaded only when the command runs. */
export interface Command {
  readonly spec: CommandSpec;
  /** Runs the command; answers the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
  /** For a family of commands: the one that the first words choose, and the words after them. */
  readonly select?: (words: readonly string[]) => { command: Command; words: readonly string[] } | undefined;
}

/** Exit codes of every command (README of apps/cli). */
export const exitCodes = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** A failure that the user can act on: what, where, what to do. Printed as one line, or one JSON object. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: string;
  readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { hint?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

function usageError(spec: CommandSpec, message: string): CliError {
  return new CliError("usage", `${message}`, { hint: `see: stoa ${spec.name} --help`, exitCode: exitCodes.usage });
}

/** Parses the words after the command's name. Pure; throws {@link CliError} with exit code 2 on misuse. */
export function parseInvocation(spec: CommandSpec, words: readonly string[]): Invocation {
  const dashes = words.indexOf("--");
  const own = spec.passThrough === true && dashes >= 0 ? words.slice(0, dashes) : words;
  const rest = spec.passThrough === true && dashes >= 0 ? words.slice(dashes + 1) : [];
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({
      args: [...own],
      allowPositionals: true,
      strict: true,
      options: Object.fromEntries(
        Object.entries(spec.options).map(([name, option]) => [
          name,
          { type: option.type, ...(option.short === undefined ? {} : { short: option.short }) },
        ]),
      ),
    });
  } catch (error) {
    throw usageError(spec, error instanceof Error ? (error.message.split("\n")[0] as string) : String(error));
  }
  const { values, positionals } = parsed;
  if (positionals.length > (spec.maxOperands ?? 0)) throw usageError(spec, `one word too many: ${positionals.at(-1)}`);
  if (positionals.length < (spec.minOperands ?? 0))
    throw usageError(spec, `${spec.operands ?? "an operand"} is missing`);
  return {
    operands: positionals,
    rest,
    text(name) {
      const value = values[name];
      return typeof value === "string" ? value : spec.options[name]?.default;
    },
    flag: (name) => values[name] === true,
  };
}

/** The help page of one command. */
export function helpText(spec: CommandSpec): string {
  const rows = Object.entries(spec.options).map(([name, option]) => {
    const word = `${option.short === undefined ? "" : `-${option.short}, `}--${name}${option.type === "string" ? ` ${option.value ?? "VALUE"}` : ""}`;
    return [word, option.about + (option.default === undefined ? "" : ` (default: ${option.default})`)] as const;
  });
  const width = Math.max(0, ...rows.map(([word]) => word.length));
  return [
    `stoa ${spec.name}${spec.operands === undefined ? "" : ` ${spec.operands}`}`,
    "",
    spec.about,
    ...(rows.length > 0 ? ["", "Options:", ...rows.map(([word, about]) => `  ${word.padEnd(width)}  ${about}`)] : []),
    "",
    spec.examples.length > 1 ? "Examples:" : "Example:",
    ...spec.examples.map((example) => `  ${example}`),
    "",
  ].join("\n");
}

import { readFileSync, statSync } from "node:fs";
import { nativeHash } from "@stoa/host";
import { type CompiledSdl, compileSdl, type RefusedSdl, type SdlDialect, sdlMaxChars } from "@stoa/sdl";
import { CliError, exitCodes } from "../command.ts";
import type { Command } from "./index.ts";

// A character takes at most four bytes; larger files are refused unread.
const maxFileBytes = 4 * sdlMaxChars;

/** Reads an SDL file; `-` is standard input. Throws {@link CliError}. */
export function readSdlFile(file: string): string {
  try {
    if (file !== "-" && statSync(file).size > maxFileBytes)
      throw new CliError("sdl_too_large", `${file} is larger than ${maxFileBytes} bytes`, {
        hint: "an SDL is a short text; is this the right file?",
      });
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("sdl_unreadable", `cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`, {
      hint: "give the path of an SDL file, such as examples/hello/deploy.yaml",
      cause,
    });
  }
}

/** Reads `go` or `ts`; throws {@link CliError} for anything else. */
export function parseDialect(text: string): SdlDialect {
  if (text === "go" || text === "ts") return text;
  throw new CliError("usage", `no dialect ${text}`, { hint: "one of: go, ts", exitCode: exitCodes.usage });
}

/** The problems of a refused SDL, one a line, as compilers print them. */
export function problemLines(file: string, refused: RefusedSdl): string {
  return refused.problems
    .map(({ line, column, code, message, path }) => `${file}:${line}:${column}: ${message} [${code}] at ${path}`)
    .join("\n");
}

function printForPeople(file: string, compiled: CompiledSdl): void {
  process.stdout.write(`${file}: accepted, version hash ${compiled.versionHash}\n`);
  for (const warning of compiled.warnings) process.stderr.write(`${file}: warning: ${warning}\n`);
}

export const sdlCompile: Command = {
  spec: {
    name: "sdl compile",
    about: "Checks an SDL file and shows what it becomes: group specs, manifest and version hash.",
    operands: "FILE",
    minOperands: 1,
    maxOperands: 1,
    options: {
      json: { type: "boolean", about: "one JSON document on stdout, refusals too" },
      dialect: { type: "string", value: "go|ts", about: "whose reading of SDL", default: "go" },
    },
    examples: ["stoa sdl compile examples/hello/deploy.yaml --json"],
  },
  async run(invocation) {
    const file = invocation.operands[0] as string;
    const dialect = parseDialect(invocation.text("dialect") ?? "go");
    const outcome = compileSdl(readSdlFile(file), { dialect, hash: nativeHash });
    if (invocation.flag("json")) {
      const document = outcome.accepted
        ? {
            accepted: true,
            groupSpecs: outcome.groupSpecs,
            manifest: outcome.manifest,
            versionHash: outcome.versionHash,
          }
        : { accepted: false, problems: outcome.problems };
      process.stdout.write(`${JSON.stringify(document)}\n`);
    } else if (outcome.accepted) printForPeople(file, outcome);
    else process.stderr.write(`${problemLines(file, outcome)}\n`);
    return outcome.accepted ? exitCodes.ok : exitCodes.failed;
  },
};

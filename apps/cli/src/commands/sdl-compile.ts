import { nativeHash } from "@stoa/host";
import { type CompiledSdl, compileSdl, type SdlDialect } from "@stoa/sdl";
import { CliError, type Command, exitCodes } from "../command.ts";
import { problemLines, readSdlFile } from "../tenant/sdl-file.ts";

/** Reads `go` or `ts`; throws {@link CliError} for anything else. */
export function parseDialect(text: string): SdlDialect {
  if (text === "go" || text === "ts") return text;
  throw new CliError("usage", `no dialect ${text}`, { hint: "one of: go, ts", exitCode: exitCodes.usage });
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

import { readFileSync } from "node:fs";
import { writeFileAtomic } from "@stoa/host";
import { exportGenesis, GenesisError, HomeError, importGenesis, KeyFileError } from "@stoa/node";
import { CliError, type Command, exitCodes, type Invocation } from "../command.ts";
import { programLog, requireProgramHome } from "../local/program.ts";

/** What went wrong with a home or a document, in its own words. */
function asCliError(error: unknown): unknown {
  if (error instanceof HomeError) return new CliError(`node_home_${error.code}`, error.message, { cause: error });
  if (error instanceof GenesisError || error instanceof KeyFileError)
    return new CliError("bad_genesis", error.message, { cause: error });
  return error;
}

/** The option `--height`, if it was given. */
export function heightOf(invocation: Invocation): bigint | undefined {
  const text = invocation.text("height");
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,17}$/.test(text)) return BigInt(text);
  throw new CliError("usage", `--height is ${JSON.stringify(text)}, not a height`, { exitCode: exitCodes.usage });
}

const home = { type: "string", value: "DIR", about: "the node's own folder" } as const;

export const nodeExport: Command = {
  spec: {
    name: "node export",
    about: "Writes the state of a stopped node as the genesis of a chain that goes on from there.",
    options: {
      home,
      height: { type: "string", value: "N", about: "the block after which; the last one without it" },
      out: { type: "string", value: "FILE", about: "where to; stdout without it" },
    },
    examples: ["stoa node export --home ./node --out genesis.json", "stoa node export --home ./node --height 1200"],
  },
  async run(invocation) {
    const height = heightOf(invocation);
    const log = programLog(invocation, "node");
    try {
      const params = { home: requireProgramHome(invocation, "node export"), log };
      const document = await exportGenesis(height === undefined ? params : { ...params, height });
      const text = `${JSON.stringify(document, null, 2)}\n`;
      const out = invocation.text("out");
      if (out === undefined) process.stdout.write(text);
      else writeFileAtomic(out, text, 0o644);
      return exitCodes.ok;
    } catch (error) {
      throw asCliError(error);
    }
  },
};

export const nodeImport: Command = {
  spec: {
    name: "node import",
    about: "Makes a node's home that begins with a genesis document, such as an exported one.",
    options: {
      home,
      genesis: { type: "string", value: "FILE", about: "the document" },
      "keys-from": {
        type: "string",
        value: "DIR",
        about: "the home whose validator signs on, which must not run again; without it a fresh key signs alone",
      },
    },
    examples: ["stoa node import --home ./next --genesis genesis.json --keys-from ./node"],
  },
  async run(invocation) {
    const path = invocation.text("genesis");
    if (path === undefined) {
      throw new CliError("usage", "--genesis is missing", { exitCode: exitCodes.usage });
    }
    const keysFrom = invocation.text("keys-from");
    try {
      const params = { home: requireProgramHome(invocation, "node import"), text: readFileSync(path, "utf8") };
      importGenesis(keysFrom === undefined ? params : { ...params, keysFrom });
      return exitCodes.ok;
    } catch (error) {
      throw asCliError(error);
    }
  },
};

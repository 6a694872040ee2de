import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Config,
  type ConfigSchema,
  createLog,
  flagName,
  type LogLevel,
  loadConfig,
  variableName,
} from "@stoa/host";
import type { Log } from "@stoa/std";
import { CliError, exitCodes, type Invocation, type OptionSpec } from "../command.ts";

/** Name of the settings file in a program's home. */
export const settingsFile = "config.json";

/** Options of the commands that start a program of their own. */
export const programOptions: Readonly<Record<string, OptionSpec>> = {
  home: { type: "string", value: "DIR", about: "the program's own folder" },
  json: { type: "boolean", about: "one JSON line on stdout when it is ready; logs as JSON on stderr" },
  "log-level": { type: "string", value: "LEVEL", about: "debug, info, warn or error", default: "info" },
};

/** Longer defaults are in `config explain` alone. */
const maxDefaultLength = 30;

/** The settings of a schema as options of a command: `gatewayPort` is `--gateway-port`. */
export function settingOptions(schema: ConfigSchema): Record<string, OptionSpec> {
  const options: Record<string, OptionSpec> = {};
  for (const [name, setting] of Object.entries(schema)) {
    const initial = setting.initial === undefined ? "" : String(setting.initial);
    const told = initial === "" || initial.length > maxDefaultLength ? "" : ` (default: ${initial})`;
    // In words: a default of the option itself would hide file and environment.
    const about = `${setting.description}${told}`;
    options[flagName(name)] = { type: "string", value: setting.placeholder, about };
  }
  return options;
}

/** Defaults < the home's config.json < environment < flags. Throws {@link CliError} with every problem. */
export function loadSettings<S extends ConfigSchema>(
  invocation: Invocation,
  params: { readonly schema: S; readonly home: string; readonly environmentPrefix: string },
): Config<S> {
  const path = join(params.home, settingsFile);
  let file: unknown = {};
  try {
    if (existsSync(path)) file = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new CliError("bad_settings", `${path} is not JSON`, { cause, hint: "mend the file or remove it" });
  }
  const flags: Record<string, string> = {};
  for (const name of Object.keys(params.schema)) {
    const text = invocation.text(flagName(name));
    if (text !== undefined) flags[flagName(name)] = text;
  }
  const { schema, environmentPrefix } = params;
  const loaded = loadConfig(schema, { file, environment: process.env, environmentPrefix, flags });
  if (loaded.ok) return loaded.value;
  const lines = loaded.error.map(({ message, origin }) => `  ${message} (${origin === "file" ? path : origin})`);
  throw new CliError("bad_settings", `settings that cannot be:\n${lines.join("\n")}`, { exitCode: exitCodes.usage });
}

/** Variables that begin like a program's and name no setting: often typing errors, which nothing else would tell. */
export function strayVariables(
  environment: Readonly<Record<string, string | undefined>>,
  { schema, environmentPrefix }: { readonly schema: ConfigSchema; readonly environmentPrefix: string },
): string[] {
  const known = new Set(Object.keys(schema).map((name) => variableName(environmentPrefix, name)));
  return Object.keys(environment).filter((name) => name.startsWith(environmentPrefix) && !known.has(name));
}

/** A program's log: stderr, JSON lines for machines. */
export function programLog(invocation: Invocation, name: string): Log {
  const level = (invocation.text("log-level") ?? "info") as LogLevel;
  return createLog({ level, json: invocation.flag("json") }).child({ program: name });
}

/** The home that a program must be given. */
export function requireProgramHome(invocation: Invocation, command: string): string {
  const home = invocation.text("home");
  if (home !== undefined) return home;
  throw new CliError("usage", "--home is missing", { hint: `see: stoa ${command} --help`, exitCode: exitCodes.usage });
}

import { type ConfigSchema, flagName } from "@stoa/host";
import { nodeConfigSchema } from "@stoa/node";
import { providerConfig } from "@stoa/provider";
import { CliError, type Command, exitCodes, type OptionSpec } from "../command.ts";
import { loadSettings, settingOptions, strayVariables } from "../local/program.ts";

/** Programs whose settings can be explained, with the prefix of their variables. */
const programs = new Map([
  ["node", { schema: nodeConfigSchema as ConfigSchema, environmentPrefix: "STOA_NODE_" }],
  ["provider", { schema: providerConfig as ConfigSchema, environmentPrefix: "STOA_PROVIDER_" }],
]);

/** Settings of all programs as options; of a name that several have, each tells what it means there. */
function allOptions(): Record<string, OptionSpec> {
  const all: Record<string, OptionSpec> = {};
  for (const [program, { schema }] of programs) {
    for (const [name, option] of Object.entries(settingOptions(schema))) {
      const before = all[name] === undefined ? "" : `${all[name].about}; `;
      all[name] = { ...option, about: `${before}${program}: ${option.about}` };
    }
  }
  return all;
}

export const configExplain: Command = {
  spec: {
    name: "config explain",
    about: "Prints every setting of a program: its value, where that came from, what it is for, and what it can be.",
    operands: "PROGRAM",
    minOperands: 1,
    maxOperands: 1,
    options: {
      home: {
        type: "string",
        value: "DIR",
        about: "the program's own folder, whose config.json is read",
        default: ".",
      },
      json: { type: "boolean", about: "one JSON line a setting" },
      ...allOptions(),
    },
    examples: ["stoa config explain node --home ./node", "stoa config explain provider --json"],
  },
  async run(invocation) {
    const [name = ""] = invocation.operands;
    const program = programs.get(name);
    if (program === undefined) {
      const known = [...programs.keys()].join(", ");
      throw new CliError("usage", `there is no program ${JSON.stringify(name)}`, {
        hint: `programs: ${known}`,
        exitCode: exitCodes.usage,
      });
    }
    for (const other of [...programs.values()].flatMap(({ schema }) => Object.keys(schema))) {
      if (other in program.schema || invocation.text(flagName(other)) === undefined) continue;
      throw new CliError("usage", `${name} has no setting --${flagName(other)}`, { exitCode: exitCodes.usage });
    }
    const config = loadSettings(invocation, { ...program, home: invocation.text("home") ?? "." });
    for (const each of config.explain()) {
      if (invocation.flag("json")) process.stdout.write(`${JSON.stringify(each)}\n`);
      else {
        const origin = each.origin === "default" ? "default" : `${each.origin}: ${each.source}`;
        const limits = `${each.limits}; default: ${each.default === "" ? "empty" : each.default}`;
        const value = each.value === "" ? "empty" : each.value;
        process.stdout.write(`${each.setting} = ${value}  (${origin})\n    ${each.description}\n    ${limits}\n`);
      }
    }
    for (const stray of strayVariables(process.env, program)) {
      process.stderr.write(`${stray} names no setting of the ${name} and is passed over\n`);
    }
    return exitCodes.ok;
  },
};

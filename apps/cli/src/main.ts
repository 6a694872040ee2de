import { CliError, exitCodes, helpText, parseInvocation } from "./command.ts";
import { commandTable } from "./commands/table.ts";
import { failureOf } from "./failure.ts";
import { stoaVersion } from "./version.ts";

const begin = [
  "stoa: an open compute marketplace. One command to run it all:",
  "",
  "  stoa up --yes examples/hello/deploy.yaml",
];

/** Every command with what it does, or those whose names begin with these words. */
async function overview(family = ""): Promise<string> {
  const commands = await Promise.all(
    commandsOf(family).map(async ([, group, load]) => ({ group, spec: (await load()).spec })),
  );
  const width = Math.max(...commands.map(({ spec }) => spec.name.length));
  const groups = [...new Set(commands.map(({ group }) => group))];
  return [
    ...(family === "" ? begin : [`stoa ${family}:`]),
    ...groups.flatMap((group) => [
      "",
      `${group}:`,
      ...commands
        .filter((command) => command.group === group)
        .map(({ spec }) => `  ${spec.name.padEnd(width)}  ${spec.about.split(/[.:](?: |$)/)[0]}`),
    ]),
    "",
    "stoa COMMAND --help says more, with an example.",
    "",
  ].join("\n");
}

function commandsOf(family: string) {
  return commandTable.filter(([name]) => family === "" || name.startsWith(`${family} `));
}

/** Longest name first, so that `test vectors` wins over `test`. */
function findCommand(words: readonly string[]): (typeof commandTable)[number] | undefined {
  return [...commandTable]
    .sort((a, b) => b[0].length - a[0].length)
    .find(([name]) => name.split(" ").every((word, index) => words[index] === word));
}

function report(error: CliError, json: boolean): number {
  const { code, message, hint } = error;
  if (json) process.stdout.write(`${JSON.stringify({ event: "error", code, message, hint })}\n`);
  process.stderr.write(`stoa: ${message}${hint === undefined ? "" : `\n      ${hint}`}\n`);
  return error.exitCode;
}

async function main(words: readonly string[]): Promise<number> {
  if (words.length === 0 || words[0] === "help" || words[0] === "--help" || words[0] === "-h") {
    process.stdout.write(await overview());
    return exitCodes.ok;
  }
  if (words[0] === "--version" || words[0] === "version") {
    process.stdout.write(`stoa ${stoaVersion}\n`);
    return exitCodes.ok;
  }
  const entry = findCommand(words);
  if (entry === undefined) {
    const family = words.slice(0, Math.max(0, words.indexOf("--help"), words.indexOf("-h"))).join(" ");
    if (family !== "" && commandsOf(family).length > 0) {
      process.stdout.write(await overview(family));
      return exitCodes.ok;
    }
    const longer = commandsOf(words[0] ?? "").map(([name]) => name);
    const missing = words.length > 1 && words[1]?.startsWith("-") === false ? words.slice(0, 2).join(" ") : words[0];
    const error = new CliError("usage", `no command ${missing}`, {
      hint: longer.length === 0 ? "see: stoa --help" : `there is: stoa ${longer.join(", stoa ")}`,
      exitCode: exitCodes.usage,
    });
    return report(error, words.includes("--json"));
  }
  let rest = words.slice(entry[0].split(" ").length);
  const own = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  try {
    let command = await entry[2]();
    const chosen = command.select?.(rest);
    if (chosen !== undefined) {
      command = chosen.command;
      rest = [...chosen.words];
    }
    if (own.includes("--help") || own.includes("-h")) {
      process.stdout.write(helpText(command.spec));
      return exitCodes.ok;
    }
    return await command.run(parseInvocation(command.spec, rest));
  } catch (error) {
    return report(failureOf(error), own.includes("--json"));
  }
}

// What fails where nobody waits for it ends the command all the same, in our words.
for (const name of ["uncaughtException", "unhandledRejection"])
  process.on(name, (error: unknown) => process.exit(report(failureOf(error), process.argv.includes("--json"))));

// A reader that went away (`| head`) is no failure: the command goes on, and what it says is dropped.
for (const stream of [process.stdout, process.stderr])
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
process.exitCode = await main(process.argv.slice(2));

import { CliError, type Command, type CommandSpec, exitCodes } from "../command.ts";
import { table } from "../output.ts";

/** One command of a family, such as `bank send` of `tx`. */
export interface FamilyMember {
  /** Words after the family's name. */
  readonly words: string;
  readonly about: string;
  readonly command: () => Command;
}

function startsWith(words: readonly string[], name: string): boolean {
  return name.split(" ").every((word, index) => words[index] === word);
}

function overview(name: string, about: string, members: readonly FamilyMember[]): CommandSpec {
  const rows = members.map((member) => [`stoa ${name} ${member.words}`, member.about]);
  const list = table(["", ""], rows)
    .split("\n")
    .slice(1)
    .map((row) => `  ${row}`);
  return {
    name,
    about: `${about}\n\n${list.join("\n")}`,
    operands: "COMMAND",
    options: {},
    examples: members.slice(0, 1).flatMap((member) => member.command().spec.examples.slice(0, 1)),
  };
}

/**
 * A command whose first words choose one of many. Its help lists them; each has a help page of its own.
 * Longest name first, so that `deployment group close` wins over `deployment`.
 */
export function family(name: string, about: string, members: readonly FamilyMember[]): Command {
  const longestFirst = [...members].sort((a, b) => b.words.length - a.words.length);
  return {
    spec: overview(name, about, members),
    select(words) {
      const member = longestFirst.find((candidate) => startsWith(words, candidate.words));
      if (member !== undefined)
        return { command: member.command(), words: words.slice(member.words.split(" ").length) };
      const first = words[0];
      if (first === undefined || first === "--help" || first === "-h") return undefined;
      const near = members.filter((candidate) => candidate.words.startsWith(`${first} `)).map(({ words: all }) => all);
      throw new CliError("usage", `no command ${name} ${words.slice(0, 2).join(" ")}`, {
        hint: near.length > 0 ? `one of: ${near.join(", ")}` : `see: stoa ${name} --help`,
        exitCode: exitCodes.usage,
      });
    },
    run: async () => {
      throw new CliError("usage", `${name} needs to know what to do`, {
        hint: `see: stoa ${name} --help`,
        exitCode: exitCodes.usage,
      });
    },
  };
}

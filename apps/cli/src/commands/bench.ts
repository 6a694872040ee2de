import type { Command } from "../command.ts";
import { runSource } from "./test.ts";

export const bench: Command = {
  spec: {
    name: "bench",
    about: "Measures Stoa on this machine: figures, shares of phases, goals met or missed. Without a name: the list.",
    operands: "[NAME]",
    maxOperands: 1,
    options: {
      json: { type: "boolean", about: "one JSON document with results, goals and facts about the machine" },
      runs: { type: "string", value: "N", about: "how often to repeat (default: each bench's own)" },
      record: { type: "boolean", about: "keep the result in bench/results" },
    },
    examples: ["stoa bench deploy --runs 20", "stoa bench tree --json"],
  },
  run: (invocation) => {
    const runs = invocation.text("runs");
    return runSource("bench/main.ts", [
      ...invocation.operands,
      ...(invocation.flag("json") ? ["--json"] : []),
      ...(invocation.flag("record") ? ["--record"] : []),
      ...(runs === undefined ? [] : ["--runs", runs]),
    ]);
  },
};

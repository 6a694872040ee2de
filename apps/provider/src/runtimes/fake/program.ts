/** What a fake replica "runs": a handful of words of a shell, enough for logs, exits and commands in tests. */

export interface Outcome {
  readonly lines: readonly string[];
  /** `null` while the program goes on running. */
  readonly exitCode: number | null;
}

/** Words that stand for a program that does not end by itself. */
const lasting = new Set(["sleep", "httpd", "serve", "tail"]);

/** Runs a command line such as `sh -c "echo one; exit 3"`. `null` when the command does not exist. */
export function runProgram(command: readonly string[]): Outcome | null {
  const words = command.map((word) => word.replace(/^\/(busybox|bin\/)/, "")).filter((word) => word !== "");
  const [name, ...rest] = words;
  if (name === undefined) return { lines: [], exitCode: null };
  if (name === "sh" && rest[0] === "-c") return runScript(rest.slice(1).join(" "));
  return runWord(name, rest);
}

function runScript(script: string): Outcome {
  const lines: string[] = [];
  for (const statement of script.split(";")) {
    const words = statement.trim().split(/\s+/);
    const plain = words.filter((word) => word !== "exec" && word !== "/busybox" && word !== "");
    const [name, ...rest] = plain;
    if (name === undefined) continue;
    if (name === "exit") return { lines, exitCode: Number(rest[0] ?? 0) };
    const outcome = runWord(name, rest);
    if (outcome === null) return { lines: [...lines, `sh: ${name}: not found`], exitCode: 127 };
    lines.push(...outcome.lines);
    if (outcome.exitCode === null) return { lines, exitCode: null };
  }
  return { lines, exitCode: 0 };
}

function runWord(name: string, rest: readonly string[]): Outcome | null {
  if (lasting.has(name)) return { lines: [], exitCode: null };
  if (name === "echo") return { lines: [rest.join(" ")], exitCode: 0 };
  if (name === "true") return { lines: [], exitCode: 0 };
  if (name === "false") return { lines: [], exitCode: 1 };
  if (name === "cat") return { lines: [], exitCode: null };
  return null;
}

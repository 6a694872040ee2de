import type { CommandSpec, Invocation } from "../command.ts";

/** A command and where its handler lives; the handler's file is loaded only when the command runs. */
export interface Command {
  readonly spec: CommandSpec;
  /** Runs the command; answers the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
  /** For a family of commands: the one that the first words choose, and the words after them. */
  readonly select?: (words: readonly string[]) => { command: Command; words: readonly string[] } | undefined;
}

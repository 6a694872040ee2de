import { CliError } from "./command.ts";

/** Why files cannot be written or read, in words; the system's own names mean little to most people. */
const systemWords: ReadonlyMap<string, string> = new Map([
  ["EACCES", "this user may not do that"],
  ["EPERM", "this user may not do that"],
  ["EROFS", "it is read-only"],
  ["ENOSPC", "the disk is full"],
  ["EDQUOT", "the disk quota is used up"],
  ["ENOENT", "it is not there, and cannot be made there"],
  ["EEXIST", "something else is there already"],
  ["ENOTDIR", "a part of this path is a file, no folder"],
  ["EISDIR", "it is a folder, no file"],
  ["EMFILE", "too many files are open"],
]);

function systemFailure(error: NodeJS.ErrnoException): CliError | undefined {
  const words = systemWords.get(error.code ?? "");
  if (words === undefined || error.path === undefined) return undefined;
  return new CliError("io", `${error.path}: ${words} (${error.code}, ${error.syscall})`, {
    hint: "mend that, or choose another --home",
    cause: error,
  });
}

/** The errors of our own parts carry a code of their own (`disk-full`), and say what happened and what to do. */
function ownFailure(error: Error): CliError | undefined {
  if (!("code" in error) || typeof error.code !== "string" || !/^[a-z][a-z-]*$/.test(error.code)) return undefined;
  if ("fault" in error && error.fault === "bug") return undefined;
  return new CliError(error.code.replaceAll("-", "_"), error.message, { cause: error });
}

/**
 * Whatever a command failed with, as people are told it: what, where, what to do. What nobody foresaw is a fault of
 * ours; its stack is shown to whoever sets STOA_DEBUG.
 */
export function failureOf(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (!(error instanceof Error)) return new CliError("internal", String(error));
  const own = ownFailure(error);
  if (own !== undefined) return own;
  const system = systemFailure(error);
  if (system !== undefined) return system;
  const shown = process.env.STOA_DEBUG === undefined ? error.message : (error.stack ?? error.message);
  return new CliError("internal", `a fault in Stoa itself: ${shown}`, {
    hint: "please report it with what STOA_DEBUG=1 shows; stoa down, then the same command again, may help",
    cause: error,
  });
}

import { readFileSync, statSync } from "node:fs";
import { type RefusedSdl, sdlMaxChars } from "@stoa/sdl";
import { CliError } from "../command.ts";
import { failureOf } from "../failure.ts";

// A character takes at most four bytes; larger files are refused unread.
const maxFileBytes = 4 * sdlMaxChars;

/** Reads an SDL file; `-` is standard input. Throws {@link CliError}. */
export function readSdlFile(file: string): string {
  try {
    if (file !== "-" && statSync(file).size > maxFileBytes)
      throw new CliError("sdl_too_large", `${file} is larger than ${maxFileBytes} bytes`, {
        hint: "an SDL is a short text; is this the right file?",
      });
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("sdl_unreadable", `cannot read ${failureOf(cause).message}`, {
      hint: "give the path of an SDL file, such as examples/hello/deploy.yaml",
      cause,
    });
  }
}

/** The problems of a refused SDL, one a line, as compilers print them. */
export function problemLines(file: string, refused: RefusedSdl): string {
  return refused.problems
    .map(({ line, column, code, message, path }) => {
      const where = path === "" ? "" : ` at ${path}`;
      return `${file}:${line}:${column}: ${message} [${code}]${where}`;
    })
    .join("\n");
}

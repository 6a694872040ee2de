import { readFileSync, readSync } from "node:fs";
import { CliError } from "../command.ts";

const minChars = 8;
const maxBytes = 1024;

function readHidden(prompt: string): string {
  const { stdin } = process;
  if (stdin.isTTY !== true)
    throw new CliError("passphrase_needed", "a passphrase is needed, and there is no terminal to ask on", {
      hint: "put it into a file only you can read and set STOA_PASSPHRASE_FILE to its path",
    });
  process.stderr.write(prompt);
  stdin.setRawMode(true);
  const bytes: number[] = [];
  const one = Buffer.alloc(1);
  try {
    for (;;) {
      if (readSync(0, one, 0, 1, null) === 0 || one[0] === 0x0d || one[0] === 0x0a) break;
      if (one[0] === 0x03) throw new CliError("interrupted", "interrupted", { exitCode: 130 });
      if (one[0] === 0x7f) bytes.pop();
      else if (bytes.length < maxBytes) bytes.push(one[0] as number);
    }
  } finally {
    stdin.setRawMode(false);
    process.stderr.write("\n");
  }
  return Buffer.from(bytes).toString("utf8");
}

/**
 * Asks for a passphrase: the first line of the file that STOA_PASSPHRASE_FILE names, else hidden on the terminal.
 * Never an argument and never a variable's value, which other processes can read.
 */
export function askPassphrase(purpose: string, twice: boolean): string {
  const file = process.env.STOA_PASSPHRASE_FILE;
  const passphrase =
    file === undefined ? readHidden(`${purpose}: `) : (readFileSync(file, "utf8").split("\n")[0] ?? "");
  if (passphrase.length < minChars)
    throw new CliError("passphrase_too_short", `a passphrase has at least ${minChars} characters`);
  if (twice && file === undefined && readHidden("once more: ") !== passphrase)
    throw new CliError("passphrase_differs", "the two passphrases differ");
  return passphrase;
}

import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { ReadStream } from "node:tty";
import { CliError, exitCodes } from "../command.ts";

const minChars = 8;
const maxBytes = 1024;
const controlC = 0x03;
const backspaces: readonly number[] = [0x08, 0x7f];
const lineEnds: readonly number[] = [0x0a, 0x0d];

/** The terminal itself: standard input may carry something else, such as the words of a key. */
function openTerminal(): number {
  try {
    return openSync("/dev/tty", "r+");
  } catch (cause) {
    throw new CliError("passphrase_needed", "a passphrase is needed, and there is no terminal to ask on", {
      hint: "put it into a file only you can read and set STOA_PASSPHRASE_FILE to its path",
      cause,
    });
  }
}

function readLine(terminal: number): string {
  const bytes: number[] = [];
  const one = Buffer.alloc(1);
  for (;;) {
    const byte = readSync(terminal, one, 0, 1, null) === 0 ? lineEnds[0] : one[0];
    if (byte === undefined || lineEnds.includes(byte)) return Buffer.from(bytes).toString("utf8");
    if (byte === controlC) throw new CliError("interrupted", "interrupted", { exitCode: exitCodes.interrupted });
    if (backspaces.includes(byte)) bytes.pop();
    else if (bytes.length < maxBytes) bytes.push(byte);
  }
}

function readHidden(prompt: string): string {
  const terminal = openTerminal();
  // Only this stream can switch the echo off; it is never read from, and has a descriptor of its own.
  const mode = new ReadStream(openSync("/dev/tty", "r+"));
  try {
    mode.setRawMode(true);
    writeSync(terminal, prompt);
    return readLine(terminal);
  } finally {
    mode.setRawMode(false);
    mode.destroy();
    writeSync(terminal, "\n");
    closeSync(terminal);
  }
}

/**
 * Asks for a passphrase: the first line of the file that STOA_PASSPHRASE_FILE names, else hidden on the terminal.
 * Never an argument and never a variable's value, which other processes can read.
 */
export function askPassphrase(purpose: string, twice: boolean): string {
  const file = process.env.STOA_PASSPHRASE_FILE;
  const passphrase = file === undefined ? readHidden(`${purpose}: `) : readPassphraseFile(file);
  if (passphrase.length < minChars)
    throw new CliError("passphrase_too_short", `a passphrase has at least ${minChars} characters`);
  if (twice && file === undefined && readHidden("once more: ") !== passphrase)
    throw new CliError("passphrase_differs", "the two passphrases differ");
  return passphrase;
}

function readPassphraseFile(file: string): string {
  try {
    return readFileSync(file, "utf8").split(/\r?\n/)[0] ?? "";
  } catch (cause) {
    throw new CliError(
      "passphrase_unreadable",
      `cannot read ${file}: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: "STOA_PASSPHRASE_FILE names a file whose first line is the passphrase",
        cause,
      },
    );
  }
}

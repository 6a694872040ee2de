import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { isatty } from "node:tty";
import { writeFileAtomic } from "@stoa/host";
import { toHex } from "@stoa/std";
import { bcryptKey } from "@stoa/wire/armor-bcrypt";
import { armorPrivateKey, unarmorPrivateKey } from "@stoa/wire/wallet";
import { readValueFile } from "../chain/field-flags.ts";
import { CliError, type Command, type CommandSpec, exitCodes, type Invocation, type OptionSpec } from "../command.ts";
import { type KeyEntry, type KeySecret, type KeyStore, newMnemonic, privateKeyOf } from "../keys/key-store.ts";
import { askPassphrase } from "../keys/passphrase.ts";
import { homePaths, readHome } from "../local/home.ts";
import { createOutput, type Output, table } from "../output.ts";
import { keyStoreOf } from "../tenant/connection.ts";
import { family } from "./family.ts";

const keyOptions: Readonly<Record<string, OptionSpec>> = {
  home: { type: "string", value: "DIR", about: "the home (default: STOA_HOME, else ~/.stoa)" },
  json: { type: "boolean", about: "one JSON object a line on stdout" },
};
/** A mnemonic of 24 words is shorter than this. */
const stdinBytesMax = 64 * 1024;
const saltBytes = 16;

/** What each command of the family gets to work with. */
interface KeyWork {
  readonly store: KeyStore;
  readonly name: string;
  readonly output: Output;
  readonly invocation: Invocation;
}

interface KeyCommand extends Omit<CommandSpec, "options"> {
  readonly options?: CommandSpec["options"];
  /** True when a passphrase is chosen, not just asked. */
  readonly creating?: boolean;
  readonly work: (work: KeyWork) => void;
}

function keyCommand(definition: KeyCommand): Command {
  const { work, creating, options, ...spec } = definition;
  return {
    spec: { ...spec, options: { ...options, ...keyOptions } },
    run: async (invocation) => {
      const paths = homePaths(invocation.text("home"));
      const store = keyStoreOf(paths, readHome(paths), creating);
      const output = createOutput(invocation.flag("json"));
      work({ store, name: invocation.operands[0] ?? "", output, invocation });
      return exitCodes.ok;
    },
  };
}

function entryFields({ name, address, sealed }: KeyEntry): Record<string, unknown> {
  return { name, address, sealed };
}

/** Secrets go to stdout only when they were asked for by name. */
function showMnemonic(output: Output, mnemonic: string): void {
  output.event("mnemonic", { mnemonic });
  output.line();
  output.line(`  ${mnemonic}`);
  output.line();
  output.line("Whoever has these words has the key: write them down, show them to nobody.");
}

function readStdin(what: string): string {
  // Touching process.stdin would make the descriptor non-blocking.
  if (isatty(0)) process.stderr.write(`${what}, then Ctrl-D:\n`);
  const bytes = readFileSync(0);
  if (bytes.length > stdinBytesMax)
    throw new CliError("too_large", `standard input is longer than ${stdinBytesMax} bytes`);
  return bytes.toString("utf8");
}

/** Words separated by single blanks, as mnemonics are written. */
export function tidyMnemonic(text: string): string {
  return text.trim().split(/\s+/).join(" ");
}

function readArmor(file: string): KeySecret {
  const text = file === "-" ? readStdin("the armored key") : readValueFile(file).toString("utf8");
  const key = unarmorPrivateKey(text, askPassphrase("passphrase of the armored key", false), bcryptKey);
  if (!key.ok)
    throw new CliError("bad_armor", `${file} cannot be opened: ${key.error}`, {
      hint: "is it the output of `keys export`, and the passphrase that was given there?",
    });
  if (key.value.type !== "secp256k1")
    throw new CliError("bad_armor", `${file} holds a ${key.value.type} key`, { hint: "accounts sign with secp256k1" });
  return { hex: toHex(key.value.secret) };
}

function added(output: Output, entry: KeyEntry): void {
  output.event("key", entryFields(entry));
  output.line(`${entry.name}: ${entry.address}${entry.sealed ? "" : " (not sealed: this network is local)"}`);
}

const list = keyCommand({
  name: "keys list",
  about: "Every key of the home.",
  examples: ["stoa keys list"],
  work({ store, output }) {
    const keys = store.list();
    for (const key of keys) output.event("key", entryFields(key));
    if (keys.length === 0) output.line("no keys: stoa keys add NAME makes one");
    else
      output.line(
        table(
          ["NAME", "ADDRESS", "FILE"],
          keys.map(({ name, address, sealed }) => [name, address, sealed ? "sealed" : "plain (local network)"]),
        ),
      );
  },
});

const add = keyCommand({
  name: "keys add",
  about: "Makes a new key. Its words can be seen now with --show-mnemonic, or later with keys mnemonic.",
  operands: "NAME",
  minOperands: 1,
  maxOperands: 1,
  creating: true,
  options: { "show-mnemonic": { type: "boolean", about: "prints the words once" } },
  examples: ["stoa keys add alice --show-mnemonic"],
  work({ store, name, output, invocation }) {
    const mnemonic = newMnemonic();
    added(output, store.add(name, { mnemonic }));
    if (invocation.flag("show-mnemonic")) showMnemonic(output, mnemonic);
    else output.line(`keep a copy of its words: stoa keys mnemonic ${name}`);
  },
});

const importKey = keyCommand({
  name: "keys import",
  about: "Takes in a key: its words from standard input, or a file that the reference CLI exported.",
  operands: "NAME",
  minOperands: 1,
  maxOperands: 1,
  creating: true,
  options: { armor: { type: "string", value: "FILE", about: "an armored key; - reads it from standard input" } },
  examples: ["stoa keys import alice < words.txt", "stoa keys import alice --armor alice.key"],
  work({ store, name, output, invocation }) {
    const file = invocation.text("armor");
    const secret = file === undefined ? { mnemonic: tidyMnemonic(readStdin("the words of the key")) } : readArmor(file);
    added(output, store.add(name, secret));
  },
});

const show = keyCommand({
  name: "keys show",
  about: "A key's address.",
  operands: "NAME",
  minOperands: 1,
  maxOperands: 1,
  examples: ["stoa keys show tenant"],
  work({ store, name, output }) {
    const entry = store.list().find((key) => key.name === name);
    if (entry === undefined)
      throw new CliError("no_such_key", `there is no key ${name}`, { hint: "stoa keys list shows what there is" });
    output.event("key", entryFields(entry));
    output.line(entry.address);
  },
});

const exportKey = keyCommand({
  name: "keys export",
  about: "Writes a key out, in the reference CLI's armored form, under a passphrase of its own.",
  operands: "NAME",
  minOperands: 1,
  maxOperands: 1,
  options: {
    armor: { type: "boolean", about: "the armored form (what is written anyway)" },
    mnemonic: { type: "boolean", about: "prints the words instead" },
    out: { type: "string", value: "FILE", about: "a new file, readable by you alone, instead of standard output" },
  },
  examples: ["stoa keys export alice --armor --out alice.key"],
  work({ store, name, output, invocation }) {
    const secret = store.secret(name);
    if (invocation.flag("mnemonic")) {
      if (!("mnemonic" in secret)) throw noWords(name);
      showMnemonic(output, secret.mnemonic);
      return;
    }
    const passphrase = askPassphrase("passphrase for the export", true);
    const armored = armorPrivateKey(privateKeyOf(secret), passphrase, randomBytes(saltBytes));
    const file = invocation.text("out");
    if (file === undefined) {
      output.event("armor", { armor: armored });
      output.line(armored);
      return;
    }
    if (existsSync(file)) throw new CliError("file_exists", `${file} exists already`, { hint: "choose another name" });
    writeFileAtomic(file, `${armored}\n`);
    output.event("armor", { file });
    output.line(`wrote ${file}`);
  },
});

function noWords(name: string): CliError {
  return new CliError("no_mnemonic", `the key ${name} came without words`, {
    hint: `stoa keys export ${name} --armor writes it out`,
  });
}

const mnemonicOfKey = keyCommand({
  name: "keys mnemonic",
  about: "Prints the words of a key.",
  operands: "NAME",
  minOperands: 1,
  maxOperands: 1,
  examples: ["stoa keys mnemonic alice"],
  work({ store, name, output }) {
    const secret = store.secret(name);
    if (!("mnemonic" in secret)) throw noWords(name);
    showMnemonic(output, secret.mnemonic);
  },
});

const remove = keyCommand({
  name: "keys delete",
  about: "Deletes a key for good.",
  operands: "NAME",
  minOperands: 1,
  maxOperands: 1,
  options: { yes: { type: "boolean", about: "does it" } },
  examples: ["stoa keys delete alice --yes"],
  work({ store, name, output, invocation }) {
    if (!invocation.flag("yes"))
      throw new CliError("not_confirmed", `deleting ${name} cannot be undone`, {
        hint: `keep its words (stoa keys mnemonic ${name}), then add --yes`,
      });
    store.remove(name);
    output.event("deleted", { name });
    output.line(`deleted ${name}`);
  },
});

export const keys = family(
  "keys",
  "Keys of the home: one file a key, readable by its owner alone, sealed by a passphrase unless the network is local.",
  [list, add, importKey, show, exportKey, mnemonicOfKey, remove].map((command) => ({
    words: command.spec.name.slice("keys ".length),
    about: command.spec.about,
    command: () => command,
  })),
);

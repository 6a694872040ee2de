import type { DescMessage } from "@bufbuild/protobuf";
import { signerPathsOf } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import { type Leaf, leafJson, leavesOf, optionsOf, putJson, typedJson } from "../chain/field-flags.ts";
import { readMessages } from "../chain/tx-grants.ts";
import { messageFromJson, sendMessages, sendOptions } from "../chain/tx-send.ts";
import { type TxRow, txTable } from "../chain/tx-table.ts";
import type { Command, Invocation } from "../command.ts";
import { chainFailure, connect, connectionOptions } from "../tenant/connection.ts";
import { family } from "./family.ts";

function schemaOf(row: TxRow): DescMessage {
  const schema = registry.getMessage(row.message);
  if (schema === undefined) throw new Error(`tx ${row.words}: no message ${row.message}`);
  return schema;
}

/** Leaves that people may type: not the signer's, which the key decides, and not what the row fills in itself. */
function typedLeaves(schema: DescMessage, row: TxRow): Leaf[] {
  const signers = signerPathsOf(schema);
  const hidden = row.hidden ?? [];
  return leavesOf(schema).filter(({ path, flag }) => !signers.includes(path.join(".")) && !hidden.includes(flag));
}

function operandWords(row: TxRow): string {
  const words = row.operands ?? [];
  const required = words.length - (row.optional ?? 0);
  const shown = words.map((word, index) => (index < required ? word.toUpperCase() : `[${word.toUpperCase()}]`));
  return [...(row.keyOperand === true ? ["FROM_KEY"] : []), ...shown].join(" ");
}

/** The same invocation without its first operand, which named the key. */
function withoutKey(invocation: Invocation): Invocation {
  const [key, ...operands] = invocation.operands;
  return { ...invocation, operands, text: (name) => (name === "key" ? key : invocation.text(name)) };
}

function putSigner(json: Parameters<typeof putJson>[0], schema: DescMessage, address: string): void {
  for (const path of signerPathsOf(schema)) putJson(json, path.split("."), address);
}

function txCommand(row: TxRow): Command {
  const schema = schemaOf(row);
  const leaves = typedLeaves(schema, row);
  const operands = row.operands ?? [];
  const { key, ...connecting } = connectionOptions;
  const own = operands.filter((name) => row.options?.[name] !== undefined);
  const flags = {
    ...optionsOf(leaves.filter((leaf) => !operands.includes(leaf.flag))),
    ...Object.fromEntries(Object.entries(row.options ?? {}).filter(([name]) => !own.includes(name))),
  };
  const count = operands.length + (row.keyOperand === true ? 1 : 0);
  return {
    spec: {
      name: `tx ${row.words}`,
      about: row.about,
      ...(count === 0 ? {} : { operands: operandWords(row) }),
      minOperands: count - (row.optional ?? 0),
      maxOperands: count,
      options: {
        ...flags,
        ...sendOptions,
        ...(row.keyOperand === true || key === undefined ? {} : { key }),
        ...connecting,
      },
      examples: [row.example],
    },
    run: async (given) => {
      const invocation = row.keyOperand === true ? withoutKey(given) : given;
      const connection = connect(invocation);
      const json = typedJson(leaves, operands, invocation);
      const signer = connection.signer().address;
      putSigner(json, schema, signer);
      for (const leaf of leaves) {
        const text = row.defaults?.[leaf.flag];
        const typed = invocation.text(leaf.flag) ?? invocation.operands[operands.indexOf(leaf.flag)];
        if (text !== undefined && typed === undefined) putJson(json, leaf.path, leafJson(leaf, text));
      }
      try {
        await row.prepare?.({ json, signer, invocation, connection });
      } catch (error) {
        throw chainFailure(row.words, error);
      }
      const message = messageFromJson({ "@type": `/${row.message}`, ...json });
      return sendMessages(row.words, connection, invocation, [message]);
    },
  };
}

const send: Command = {
  spec: {
    name: "tx send",
    about: "Sends any messages: protobuf JSON with @type, one, a list, or a transaction's body, in one transaction.",
    options: {
      messages: { type: "string", value: "FILE", about: "the messages" },
      ...sendOptions,
      ...connectionOptions,
    },
    operands: "[FILE]",
    maxOperands: 1,
    examples: ["stoa tx send --messages messages.json --key tenant"],
  },
  run: (invocation) => {
    const file = invocation.text("messages") ?? invocation.operands[0] ?? "/dev/stdin";
    return sendMessages("sending", connect(invocation), invocation, readMessages(file).map(messageFromJson));
  },
};

export const tx = family(
  "tx",
  "Signs a message, sends it and waits for its block. All take --dry-run, --fees, --gas, --memo and --fee-granter.",
  [
    ...txTable.map((row) => ({ words: row.words, about: row.about, command: () => txCommand(row) })),
    { words: "send", about: send.spec.about, command: () => send },
  ],
);

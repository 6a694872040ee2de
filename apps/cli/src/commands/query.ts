import type { JsonValue } from "@bufbuild/protobuf";
import { fromBase64, fromHex, toBase64, toHexUpper } from "@stoa/std";
import { toProtoJson, tryDecode } from "@stoa/wire";
import { TxSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { typeByUrl } from "@stoa/wire/registry";
import { atPath, leavesOf, optionsOf, typedJson } from "../chain/field-flags.ts";
import { cell, indented, jsonTable } from "../chain/print.ts";
import { askChain, emptyRequest, methodNamed } from "../chain/query-run.ts";
import { type QueryRow, queryTable } from "../chain/query-table.ts";
import { reportTx } from "../chain/tx-send.ts";
import { CliError, type Command, exitCodes, type Invocation, type OptionSpec } from "../command.ts";
import { createOutput, type Output } from "../output.ts";
import { chainFailure, connect, connectionOptions } from "../tenant/connection.ts";
import { type FamilyMember, family } from "./family.ts";
import { provenQueries } from "./query-proven.ts";

const { key: _signing, ...readOptions } = connectionOptions;

function operandWords(row: QueryRow): string {
  return (row.operands ?? []).map((name) => name.toUpperCase()).join(" ");
}

/** Prints an answer: one compact JSON object for machines, a table or indented lines for people. */
function show(output: Output, answer: JsonValue, row: Pick<QueryRow, "rows" | "columns">): void {
  if (output.json) {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    return;
  }
  const list = row.rows === undefined ? undefined : atPath(answer, row.rows);
  if (!Array.isArray(list) || row.columns === undefined) {
    for (const line of indented(answer)) output.line(line);
    return;
  }
  output.line(jsonTable(list, row.columns));
  const next = cell(atPath(answer, "pagination.next_key"));
  if (next !== "") output.line(`more: --page-key ${next}`);
}

function typedQuery(row: QueryRow): Command {
  const method = methodNamed(row.method);
  const operands = row.operands ?? [];
  const leaves = leavesOf(method.input);
  const flags = leaves.filter((leaf) => !operands.includes(leaf.flag));
  return {
    spec: {
      name: `query ${row.words}`,
      about: row.about,
      ...(operands.length === 0 ? {} : { operands: operandWords(row) }),
      minOperands: operands.length - (row.optional?.length ?? 0),
      maxOperands: operands.length,
      options: { ...optionsOf(flags), ...readOptions },
      examples: [row.example],
    },
    run: async (invocation) => {
      const output = createOutput(invocation.flag("json"));
      const request = typedJson(leaves, operands, invocation);
      show(output, await askChain(connect(invocation), method, request), row);
      return exitCodes.ok;
    },
  };
}

const dataOption: OptionSpec = { type: "string", value: "JSON", about: "the request as protobuf JSON", default: "{}" };

const grpc: Command = {
  spec: {
    name: "query grpc",
    about: "Calls any query of the chain by its name.",
    operands: "/PACKAGE.SERVICE/METHOD",
    minOperands: 1,
    maxOperands: 1,
    options: {
      data: dataOption,
      template: { type: "boolean", about: "shows the empty request instead of asking" },
      ...readOptions,
    },
    examples: [`stoa query grpc /akash.market.v1beta5.Query/Orders --data '{"filters":{"state":"open"}}'`],
  },
  run: async (invocation) => {
    const method = methodNamed(invocation.operands[0] as string);
    if (invocation.flag("template")) {
      process.stdout.write(`${JSON.stringify(emptyRequest(method))}\n`);
      return exitCodes.ok;
    }
    let request: JsonValue;
    try {
      request = JSON.parse(invocation.text("data") ?? "{}") as JsonValue;
    } catch (cause) {
      throw new CliError("usage", "--data is not JSON", { exitCode: exitCodes.usage, cause });
    }
    show(createOutput(invocation.flag("json")), await askChain(connect(invocation), method, request), {});
    return exitCodes.ok;
  },
};

async function callNode(invocation: Invocation, method: string, params: Record<string, unknown>): Promise<JsonValue> {
  try {
    return (await connect(invocation).client.rpc.call(method, params)) as JsonValue;
  } catch (error) {
    throw chainFailure(method, error);
  }
}

/** The transaction's own words in the place of its bytes. */
function openTx(base64: string): JsonValue {
  const bytes = fromBase64(base64);
  const decoded = bytes === undefined ? undefined : tryDecode(TxSchema, bytes);
  if (decoded?.ok !== true) return base64;
  const json = toProtoJson(TxSchema, decoded.value, typeByUrl);
  return json.ok ? json.value : base64;
}

const tx: Command = {
  spec: {
    name: "query tx",
    about: "A transaction that is in a block, and what it did.",
    operands: "HASH",
    minOperands: 1,
    maxOperands: 1,
    options: readOptions,
    examples: ["stoa query tx 5E2C…(64 hexadecimal digits)"],
  },
  run: async (invocation) => {
    const hash = fromHex(invocation.operands[0] as string);
    if (hash === undefined || hash.length !== 32)
      throw new CliError("usage", "a transaction's hash has 64 hexadecimal digits", { exitCode: exitCodes.usage });
    const answer = await callNode(invocation, "tx", { hash: toBase64(hash), prove: false });
    const opened: JsonValue = { ...(answer as object), tx: openTx(String(atPath(answer, "tx") ?? "")) };
    const output = createOutput(invocation.flag("json"));
    const included = output.json ? null : await connect(invocation).client.transaction(toHexUpper(hash));
    if (included === null) {
      show(output, opened, {});
      return exitCodes.ok;
    }
    for (const part of ["body", "auth_info.fee"]) {
      const value = atPath(opened, `tx.${part}`);
      if (value !== undefined) for (const line of indented(value)) output.line(line);
    }
    reportTx(output, included);
    return exitCodes.ok;
  },
};

const block: Command = {
  spec: {
    name: "query block",
    about: "A block: the last one, or the one at a height.",
    operands: "[HEIGHT]",
    maxOperands: 1,
    options: readOptions,
    examples: ["stoa query block 2"],
  },
  run: async (invocation) => {
    const [height] = invocation.operands;
    const answer = await callNode(invocation, "block", height === undefined ? {} : { height });
    show(createOutput(invocation.flag("json")), answer, {});
    return exitCodes.ok;
  },
};

const members: readonly FamilyMember[] = [
  ...queryTable.map((row) => ({ words: row.words, about: row.about, command: () => typedQuery(row) })),
  ...[tx, block, ...provenQueries, grpc].map((command) => ({
    words: command.spec.name.slice("query ".length),
    about: command.spec.about,
    command: () => command,
  })),
];

export const query = family("query", "Asks the chain. --json prints the answer as protobuf JSON.", members);

import { JsonRpc, LightClient, VerifiedChain } from "@stoa/client";
import { formatTime, type Time } from "@stoa/consensus";
import { createNativeVerifier, nativeHash, systemClock, systemTimers } from "@stoa/host";
import { concatBytes, fromHex, fromUtf8, silentLog, toBase64, toHexUpper, utf8 } from "@stoa/std";
import { parseAccount } from "@stoa/wire";
import { CliError, type Command, exitCodes, type Invocation, type OptionSpec } from "../command.ts";
import { createOutput } from "../output.ts";
import { chainFailure, connect, connectionOptions } from "../tenant/connection.ts";

const { key: _signing, ...readOptions } = connectionOptions;

/** What is trusted, and what is asked. */
const provenOptions: Readonly<Record<string, OptionSpec>> = {
  "trust-height": { type: "string", value: "N", about: "height of a block that you know" },
  "trust-hash": { type: "string", value: "HEX", about: "the hash of that block, from a source that you believe" },
  witnesses: { type: "string", value: "URL,…", about: "other nodes, one of which at least must name the same blocks" },
  height: { type: "string", value: "N", about: "the state after this block (default: the last one that is proven)" },
  ...readOptions,
};

function misuse(message: string): CliError {
  return new CliError("usage", message, { exitCode: exitCodes.usage });
}

function heightOf(invocation: Invocation, option: string): bigint | undefined {
  const text = invocation.text(option);
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,17}$/.test(text)) throw misuse(`--${option} is a height, not ${text}`);
  return BigInt(text);
}

/** A chain of which nothing is believed but the header that was named. */
async function verified(invocation: Invocation): Promise<VerifiedChain> {
  const height = heightOf(invocation, "trust-height");
  const hash = fromHex(invocation.text("trust-hash") ?? "");
  if (height === undefined || hash?.length !== 32) {
    throw misuse("name a block that you know: --trust-height N --trust-hash HEX (64 hexadecimal digits)");
  }
  const { client } = connect(invocation);
  const urls = (invocation.text("witnesses") ?? "").split(",").filter((url) => url !== "");
  const light = new LightClient({
    // The node's word: the hash of the trusted block covers its chain, so that another name is refused.
    chainId: (await client.status()).chainId,
    primary: client.rpc,
    witnesses: urls.map((url) => new JsonRpc({ url, fetch, timers: systemTimers })),
    trust: { height, hash },
    hash: nativeHash,
    verifier: createNativeVerifier({ log: silentLog }),
    clock: systemClock,
  });
  return new VerifiedChain(light);
}

async function valueAt(invocation: Invocation, store: string, key: Uint8Array) {
  const height = heightOf(invocation, "height");
  try {
    return await (await verified(invocation)).query(store, key, height);
  } catch (error) {
    if (error instanceof Error && error.name === "LightError") throw error;
    throw chainFailure("proof", error);
  }
}

/** With the time of the proof: a node may show what was, and this tells. */
function provenAt(height: bigint, time: Time): string {
  return `proven after block ${height} at ${formatTime(time)}`;
}

const state: Command = {
  spec: {
    name: "query proven state",
    about: "What stands at a key of a store, proven from a block that you know: the node is not believed.",
    operands: "STORE KEY",
    minOperands: 2,
    maxOperands: 2,
    options: provenOptions,
    examples: ["stoa query proven state acc 0x00 --trust-height 2 --trust-hash 708E5E05…(64 hexadecimal digits)"],
  },
  run: async (invocation) => {
    const [store = "", text = ""] = invocation.operands;
    const key = text.startsWith("0x") ? fromHex(text.slice(2)) : utf8(text);
    if (key === undefined || key.length === 0) throw misuse(`a key is a text, or hexadecimal digits after 0x: ${text}`);
    const { height, time, value } = await valueAt(invocation, store, key);
    const output = createOutput(invocation.flag("json"));
    if (output.json) {
      const answer = {
        height: String(height),
        time: formatTime(time),
        store,
        key: toBase64(key),
        value: value && toBase64(value),
      };
      process.stdout.write(`${JSON.stringify({ ...answer, value: answer.value ?? null })}\n`);
    } else {
      output.line(value === undefined ? `nothing, ${provenAt(height, time)}` : `0x${toHexUpper(value)}`);
    }
    return exitCodes.ok;
  },
};

/** Where bank keeps what an account holds (base-chain.md §3.7). */
function balanceKey(address: Uint8Array, denom: string): Uint8Array {
  return concatBytes(Uint8Array.of(2, address.length), address, utf8(denom));
}

const balance: Command = {
  spec: {
    name: "query proven balance",
    about: "What an account holds, proven from a block that you know: the node is not believed.",
    operands: "ADDRESS DENOM",
    minOperands: 2,
    maxOperands: 2,
    options: provenOptions,
    examples: [
      "stoa query proven balance akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63 uact --trust-height 2 --trust-hash 708E…",
    ],
  },
  run: async (invocation) => {
    const [address = "", denom = ""] = invocation.operands;
    const account = parseAccount(address);
    if (!account.ok) throw misuse(`${address} is no account: ${account.error}`);
    const { height, time, value } = await valueAt(invocation, "bank", balanceKey(account.value, denom));
    const amount = value === undefined ? "0" : fromUtf8(value);
    if (amount === undefined || !/^[0-9]+$/.test(amount)) {
      throw new CliError("bad_answer", "what is proven there is no amount: this chain keeps balances otherwise");
    }
    const output = createOutput(invocation.flag("json"));
    if (output.json)
      process.stdout.write(
        `${JSON.stringify({ height: String(height), time: formatTime(time), address, denom, amount })}\n`,
      );
    else output.line(`${amount} ${denom}, ${provenAt(height, time)}`);
    return exitCodes.ok;
  },
};

/** Answers that carry their proof. */
export const provenQueries: readonly Command[] = [balance, state];

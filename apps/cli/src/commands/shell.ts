import { once } from "node:events";
import { isatty } from "node:tty";
import type { ShellSession } from "@stoa/client";
import { CliError, type Command, exitCodes, type Invocation } from "../command.ts";
import { connect, connectionOptions } from "../tenant/connection.ts";
import { gatewayFailure } from "../tenant/gateway.ts";
import { gatewayOptions } from "../tenant/own.ts";
import { leaseRunning, liveLeases } from "../tenant/streams.ts";

/** Most replicas that a service can have. */
const replicasMax = 1000;

function parseReplica(text: string): number {
  const replica = Number(text);
  if (/^[0-9]{1,4}$/.test(text) && replica < replicasMax) return replica;
  throw new CliError("usage", `--replica: ${text} is not a replica's number`, { exitCode: exitCodes.usage });
}

/** Joins the terminal to the session; answers what puts the terminal back. */
function joinTerminal(session: ShellSession, tty: boolean, stdin: boolean): () => void {
  const { stdin: keys, stdout } = process;
  const resize = (): void => session.resize(stdout.columns, stdout.rows);
  const typed = (data: Uint8Array): void => session.write(data);
  if (tty) {
    keys.setRawMode(true);
    resize();
    stdout.on("resize", resize);
  }
  const ended = (): void => session.endInput();
  if (stdin) keys.on("data", typed).on("end", ended);
  return () => {
    keys.removeListener("data", typed).removeListener("end", ended);
    stdout.removeListener("resize", resize);
    if (tty) keys.setRawMode(false);
    keys.pause();
  };
}

async function runSession(session: ShellSession, tty: boolean, stdin: boolean): Promise<number> {
  const leave = joinTerminal(session, tty, stdin);
  try {
    for await (const { stream, data } of session.output) {
      const target = stream === "stdout" ? process.stdout : process.stderr;
      if (!target.write(data)) await once(target, "drain");
    }
    return await session.exitCode;
  } finally {
    leave();
    session.close();
  }
}

function wishes(invocation: Invocation): { tty: boolean; stdin: boolean } {
  const interactive = isatty(0) && isatty(1);
  const tty = interactive && !invocation.flag("no-tty");
  return { tty, stdin: tty || invocation.flag("stdin") };
}

export const shell: Command = {
  spec: {
    name: "shell",
    about: "Runs a command in a container of a deployment; its exit code becomes this command's.",
    operands: "DSEQ SERVICE -- COMMAND…",
    minOperands: 2,
    maxOperands: 2,
    passThrough: true,
    options: {
      replica: { type: "string", value: "N", about: "which replica, from 0", default: "0" },
      stdin: { type: "boolean", short: "i", about: "hands standard input on (a terminal always is)" },
      "no-tty": { type: "boolean", about: "no terminal even if there is one" },
      ...gatewayOptions,
      ...connectionOptions,
    },
    examples: ["stoa shell 1234 web -- sh", "stoa shell 1234 web -- ls -l /"],
  },
  run: async (invocation) => {
    const service = invocation.operands[1] as string;
    const command = invocation.rest.length === 0 ? ["sh"] : invocation.rest;
    const { tty, stdin } = wishes(invocation);
    const replica = parseReplica(invocation.text("replica") ?? "0");
    const live = await liveLeases(connect(invocation), invocation);
    const lease = await leaseRunning(live, service);
    try {
      const gateway = await live.gateway.of(lease.provider);
      const session = await gateway.shell(lease, { service, replica, command, tty, stdin });
      return await runSession(session, tty, stdin);
    } catch (error) {
      throw gatewayFailure(`running ${command[0]} in ${service}`, error);
    }
  },
};

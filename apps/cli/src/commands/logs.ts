import { CliError, type Command, exitCodes, type Invocation, type OptionSpec } from "../command.ts";
import { createOutput } from "../output.ts";
import { connect, connectionOptions } from "../tenant/connection.ts";
import { gatewayOptions } from "../tenant/own.ts";
import { type LiveLeases, leaseRunning, liveLeases, readStreams } from "../tenant/streams.ts";

const follow: OptionSpec = { type: "boolean", short: "f", about: "goes on as more comes; Ctrl-C ends it" };

/** Lines from the end: a number, or -1 for all. */
export function parseTail(text: string): number {
  if (text === "all" || text === "-1") return -1;
  const lines = Number(text);
  if (/^[0-9]{1,9}$/.test(text)) return lines;
  throw new CliError("usage", `--tail: ${text} is not a number of lines`, {
    hint: "a number, or all",
    exitCode: exitCodes.usage,
  });
}

/** The services that were named, and the leases that run them. */
async function chosen(invocation: Invocation): Promise<{ services: string[]; live: LiveLeases }> {
  const service = invocation.operands[1];
  const live = await liveLeases(connect(invocation), invocation);
  if (service === undefined) return { services: [], live };
  return { services: [service], live: { ...live, leases: [await leaseRunning(live, service)] } };
}

export const logs: Command = {
  spec: {
    name: "logs",
    about: "What the services of a deployment print.",
    operands: "DSEQ [SERVICE]",
    minOperands: 1,
    maxOperands: 2,
    options: {
      follow,
      tail: { type: "string", value: "N", about: "lines from the end, or all", default: "100" },
      ...gatewayOptions,
      ...connectionOptions,
    },
    examples: ["stoa logs 1234", "stoa logs 1234 web -f --tail 10"],
  },
  run: async (invocation) => {
    const output = createOutput(invocation.flag("json"));
    const tail = parseTail(invocation.text("tail") ?? "100");
    const { services, live } = await chosen(invocation);
    const request = { services, follow: invocation.flag("follow"), tail };
    await readStreams(
      "reading the logs",
      live,
      (gateway, lease) => gateway.logs(lease, request),
      ({ name, message }, lease) => {
        output.event("log", { gseq: lease.gseq, provider: lease.provider, name, message });
        output.line(`${name}  ${message.replace(/\n$/, "")}`);
      },
    );
    return exitCodes.ok;
  },
};

export const events: Command = {
  spec: {
    name: "events",
    about: "What happened to the containers of a deployment: pulls, starts, exits, restarts.",
    operands: "DSEQ [SERVICE]",
    minOperands: 1,
    maxOperands: 2,
    options: { follow, ...gatewayOptions, ...connectionOptions },
    examples: ["stoa events 1234", "stoa events 1234 -f"],
  },
  run: async (invocation) => {
    const output = createOutput(invocation.flag("json"));
    const { services, live } = await chosen(invocation);
    const request = { services, follow: invocation.flag("follow") };
    await readStreams(
      "reading the events",
      live,
      (gateway, lease) => gateway.events(lease, request),
      ({ type, reason, note, object }, lease) => {
        const { kind, name } = object;
        output.event("happened", { gseq: lease.gseq, provider: lease.provider, type, reason, note, kind, name });
        output.line(`${type.padEnd(7)}  ${reason.padEnd(16)}  ${kind}/${name}  ${note}`.trimEnd());
      },
    );
    return exitCodes.ok;
  },
};

/** Streams of a deployment's leases as one: logs and events from every provider that runs a part of it. */
import type { GatewayClient } from "@stoa/client";
import type { LeaseId } from "@stoa/market";
import { CliError, type Invocation } from "../command.ts";
import { type Connection, chainFailure } from "./connection.ts";
import { gatewayFailure, type TenantGateway } from "./gateway.ts";
import { readDeployment } from "./holdings.ts";
import { ownAddress, ownGateway, parseDseq } from "./own.ts";

/** The live leases of the deployment that was named, and the way to their providers. */
export interface LiveLeases {
  readonly dseq: bigint;
  readonly gateway: TenantGateway;
  readonly leases: readonly LeaseId[];
}

/** Finds what runs. Throws {@link CliError} when nothing does. */
export async function liveLeases(connection: Connection, invocation: Invocation): Promise<LiveLeases> {
  const owner = ownAddress(connection, invocation);
  const dseq = parseDseq(invocation.operands[0] as string);
  try {
    const { leases, state } = await readDeployment(connection.client, { owner, dseq });
    const live = leases.filter((lease) => lease.live).map(({ id }) => id);
    if (live.length > 0) return { dseq, gateway: ownGateway(connection, invocation), leases: live };
    throw new CliError("no_lease", `deployment ${dseq} is ${state} and has no lease that runs`, {
      hint: `stoa status ${dseq} shows what became of it`,
    });
  } catch (error) {
    throw chainFailure(`looking for deployment ${dseq}`, error);
  }
}

/** The lease that runs a service. Throws {@link CliError} naming the services that there are. */
export async function leaseRunning(live: LiveLeases, service: string): Promise<LeaseId> {
  const names: string[] = [];
  for (const lease of live.leases) {
    const running = await live.gateway.leaseServices(lease);
    if (running.some(({ name }) => name === service)) return lease;
    names.push(...running.map(({ name }) => name));
  }
  throw new CliError("no_such_service", `deployment ${live.dseq} runs no service ${service}`, {
    hint: names.length === 0 ? "it runs nothing yet" : `it runs: ${names.join(", ")}`,
  });
}

/** Reads a stream of every lease at once until all have ended, or a reader throws. */
export async function readStreams<T>(
  doing: string,
  live: LiveLeases,
  open: (gateway: GatewayClient, lease: LeaseId) => AsyncIterable<T>,
  each: (item: T, lease: LeaseId) => void,
): Promise<void> {
  // Nobody reads on: there is nothing to put in order, so the stream just ends.
  process.stdout.once("error", () => process.exit(0));
  await Promise.all(
    live.leases.map(async (lease) => {
      try {
        const gateway = await live.gateway.of(lease.provider);
        for await (const item of open(gateway, lease)) each(item, lease);
      } catch (error) {
        throw gatewayFailure(`${doing} from ${lease.provider}`, error);
      }
    }),
  );
}

import type { ChainClient } from "@stoa/client";
import { Dec, toHex } from "@stoa/std";
import { Query as ProviderQuery } from "@stoa/wire/akash.provider.v1beta4";
import { Query as BankQuery } from "@stoa/wire/cosmos.bank.v1beta1";
import { type Command, exitCodes, type Invocation } from "../command.ts";
import { createOutput, type Output, shortAddress, table } from "../output.ts";
import { measureBlockInterval } from "../tenant/block-time.ts";
import { type Connection, chainFailure, connect, connectionOptions, liveRunRecord } from "../tenant/connection.ts";
import { gatewayFailure, type ServiceState } from "../tenant/gateway.ts";
import { type DeploymentFacts, readDeployment, readDeployments, runwayOf } from "../tenant/holdings.ts";
import { costText, humanAmount, humanDuration } from "../tenant/money.ts";
import { gatewayOptions, knownAddress, ownAddress, ownGateway, parseDseq } from "../tenant/own.ts";

interface Pace {
  readonly height: bigint;
  readonly intervalMs: bigint;
}

interface Coin {
  readonly denom: string;
  readonly amount: string;
}

interface RegisteredProvider {
  readonly address: string;
  readonly hostUri: string;
  readonly grpc: string | undefined;
}

function seconds(ms: bigint): string {
  return `${Number(ms) / 1000} s`;
}

/** Every provider on the chain; with its gRPC where this home's network runs it, since the chain does not tell. */
async function registeredProviders({ client, paths }: Connection): Promise<RegisteredProvider[]> {
  const rows = await client.queryAll(
    ProviderQuery.method.providers,
    (pagination) => ({ pagination }),
    (answer) => ({ rows: answer.providers, nextKey: answer.pagination?.nextKey }),
  );
  const local = new Map(liveRunRecord(paths)?.providers.map(({ address, grpc }) => [address, grpc]));
  return rows.map(({ owner, hostUri }) => ({ address: owner, hostUri, grpc: local.get(owner) }));
}

async function balancesOf(client: ChainClient, address: string): Promise<Coin[]> {
  const { balances } = await client.query(BankQuery.method.allBalances, { address });
  return balances.map(({ denom, amount }) => ({ denom, amount }));
}

/** The money of a deployment, as fields for machines. */
function runwayFields(facts: DeploymentFacts, pace: Pace): Record<string, unknown> {
  const { left, perBlock, blocks } = runwayOf(facts, pace.height);
  return {
    denom: facts.escrow.denom,
    left: left.toString(),
    pricePerBlock: perBlock.toString(),
    blocksLeft: blocks ?? null,
    msLeft: blocks === undefined ? null : blocks * pace.intervalMs,
  };
}

/** How long the money lasts, in words. */
function lastsText(facts: DeploymentFacts, pace: Pace): string {
  const { blocks } = runwayOf(facts, pace.height);
  if (blocks === undefined) return "nothing draws on it";
  if (blocks === 0n) return "runs dry now";
  return `${humanDuration(blocks * pace.intervalMs)} (${blocks} blocks)`;
}

function deploymentFields(facts: DeploymentFacts, pace: Pace): Record<string, unknown> {
  return {
    dseq: facts.id.dseq,
    owner: facts.id.owner,
    state: facts.state,
    since: facts.since,
    versionHash: toHex(facts.hash),
    escrow: { state: facts.escrow.state, ...runwayFields(facts, pace) },
    leases: facts.leases.map(({ id, state, price, denom, since, closedOn, reason }) => ({
      gseq: id.gseq,
      oseq: id.oseq,
      provider: id.provider,
      state,
      price: price.toString(),
      denom,
      since,
      closedOn,
      reason,
    })),
  };
}

function printDeployments(output: Output, list: readonly DeploymentFacts[], pace: Pace): void {
  if (list.length === 0) {
    output.line("no deployments: stoa deploy SDL makes one");
    return;
  }
  output.line(
    table(
      ["DSEQ", "STATE", "LEASES", "LEFT", "LASTS", "PER HOUR"],
      list.map((facts) => {
        const { left, perBlock } = runwayOf(facts, pace.height);
        const live = facts.leases.filter((lease) => lease.live);
        const hour = costText(perBlock, facts.escrow.denom, pace.intervalMs).split("/hour")[0] ?? "";
        return [
          String(facts.id.dseq),
          facts.state,
          live.map(({ id }) => shortAddress(id.provider)).join(" ") || "none",
          humanAmount(left, facts.escrow.denom),
          facts.active ? lastsText(facts, pace) : "",
          perBlock.isPositive() ? hour : "",
        ];
      }),
    ),
  );
}

async function networkStatus(connection: Connection, invocation: Invocation, output: Output): Promise<void> {
  const { client } = connection;
  // Whoever only looks at a network needs no key.
  const owner = knownAddress(connection, invocation);
  const [chain, intervalMs, providers, balances, deployments] = await Promise.all([
    client.status(),
    measureBlockInterval(client),
    registeredProviders(connection),
    owner === undefined ? [] : balancesOf(client, owner),
    owner === undefined ? [] : readDeployments(client, owner, invocation.flag("all")),
  ]);
  const pace = { height: chain.height, intervalMs };
  output.event("status", {
    chainId: chain.chainId,
    height: chain.height,
    blockIntervalMs: intervalMs,
    rpc: connection.url,
    providers,
    tenant: owner === undefined ? null : { address: owner, balances },
    deployments: deployments.map((facts) => deploymentFields(facts, pace)),
  });
  output.line(`network   ${chain.chainId} at block ${chain.height}, a block every ${seconds(intervalMs)}`);
  output.line(`node      ${connection.url}`);
  if (owner !== undefined) {
    const held = balances.map(({ amount, denom }) => humanAmount(Dec.fromInt(BigInt(amount)), denom));
    output.line(`tenant    ${owner}`);
    output.line(`holds     ${held.join(", ") || "nothing"}`);
  }
  output.line();
  if (providers.length === 0) output.line("no providers are registered");
  else
    output.line(
      table(
        ["PROVIDER", "GATEWAY", "GRPC"],
        providers.map(({ address, hostUri, grpc }) => [address, hostUri, grpc ?? ""]),
      ),
    );
  if (owner === undefined) return;
  output.line();
  printDeployments(output, deployments, pace);
}

/** What runs of a lease; a gateway that cannot be asked is a reason, not a failure of the whole status. */
interface LeaseServices {
  readonly services: readonly ServiceState[];
  readonly problem: string | undefined;
}

async function servicesOf(
  connection: Connection,
  invocation: Invocation,
  facts: DeploymentFacts,
): Promise<readonly LeaseServices[]> {
  const live = facts.leases.filter((lease) => lease.live);
  if (live.length === 0) return [];
  const gateway = ownGateway(connection, invocation);
  return Promise.all(
    live.map(async ({ id }) => {
      try {
        return { services: await gateway.leaseServices(id), problem: undefined };
      } catch (error) {
        return { services: [], problem: gatewayFailure("", error).message.replace(/^: /, "") };
      }
    }),
  );
}

function printLease(output: Output, facts: DeploymentFacts["leases"][number], told: LeaseServices | undefined): void {
  const reason = facts.reason === "" ? "" : ` (${facts.reason})`;
  const when = facts.live ? `since block ${facts.since}` : `block ${facts.since} to ${facts.closedOn}${reason}`;
  output.line();
  output.line(`lease     group ${facts.id.gseq}, order ${facts.id.oseq}: ${facts.state}, ${when}`);
  output.line(`provider  ${facts.id.provider}`);
  if (told === undefined) return;
  if (told.problem !== undefined) output.line(`services  ${told.problem}`);
  else if (told.services.length === 0)
    output.line("services  none yet: the provider has no manifest, or has just got it");
  for (const { name, available, total, reason: why, uris, forwarded } of told.services) {
    output.line(`service   ${name}: ${available}/${total} ready${why === "" ? "" : `, ${why}`}`);
    for (const uri of uris) output.line(`          http://${uri}/`);
    for (const port of forwarded) output.line(`          ${port}`);
  }
}

async function deploymentStatus(connection: Connection, invocation: Invocation, output: Output): Promise<void> {
  const { client } = connection;
  const owner = ownAddress(connection, invocation);
  const dseq = parseDseq(invocation.operands[0] as string);
  const [{ height }, intervalMs, facts] = await Promise.all([
    client.status(),
    measureBlockInterval(client),
    readDeployment(client, { owner, dseq }),
  ]);
  const pace = { height, intervalMs };
  const told = await servicesOf(connection, invocation, facts);
  const live = facts.leases.filter((lease) => lease.live);
  output.event("deployment", {
    height,
    blockIntervalMs: intervalMs,
    ...deploymentFields(facts, pace),
    services: live.flatMap(({ id }, i) =>
      (told[i]?.services ?? []).map((service) => ({ gseq: id.gseq, provider: id.provider, ...service })),
    ),
    problems: told.flatMap(({ problem }) => problem ?? []),
  });
  const { left, perBlock } = runwayOf(facts, height);
  output.line(`deployment ${dseq}: ${facts.state}, made in block ${facts.since}`);
  output.line(`version   ${toHex(facts.hash)}`);
  output.line(
    `escrow    ${humanAmount(left, facts.escrow.denom)} left, ${facts.active ? lastsText(facts, pace) : "closed"}`,
  );
  if (perBlock.isPositive()) output.line(`costs     ${costText(perBlock, facts.escrow.denom, intervalMs)}`);
  if (facts.leases.length === 0) output.line(`no lease: stoa bids ${dseq} shows who bid, and why others did not`);
  for (const lease of facts.leases) printLease(output, lease, lease.live ? told[live.indexOf(lease)] : undefined);
}

export const status: Command = {
  spec: {
    name: "status",
    about: "The network and your deployments; with a number, one deployment: services, addresses, money left.",
    operands: "[DSEQ]",
    maxOperands: 1,
    options: { all: { type: "boolean", about: "closed deployments too" }, ...gatewayOptions, ...connectionOptions },
    examples: ["stoa status", "stoa status 1234"],
  },
  run: async (invocation) => {
    const connection = connect(invocation);
    const output = createOutput(invocation.flag("json"));
    try {
      if (invocation.operands.length === 0) await networkStatus(connection, invocation, output);
      else await deploymentStatus(connection, invocation, output);
      return exitCodes.ok;
    } catch (error) {
      throw chainFailure("asking for the status", error);
    }
  },
};

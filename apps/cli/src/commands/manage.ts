/** What a tenant does to a deployment that exists: close it, pay more into it, change what runs. */
import { type ChainClient, message } from "@stoa/client";
import type { DeploymentId } from "@stoa/market";
import type { CompiledSdl } from "@stoa/sdl";
import { Dec, equalBytes, fromHex, toHex } from "@stoa/std";
import { encode } from "@stoa/wire";
import { Source } from "@stoa/wire/akash.base.deposit.v1";
import { type GroupSpec, GroupSpecSchema, MsgUpdateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { Scope } from "@stoa/wire/akash.escrow.id.v1";
import { MsgAccountDepositSchema } from "@stoa/wire/akash.escrow.v1";
import { Query as BankQuery } from "@stoa/wire/cosmos.bank.v1beta1";
import { CliError, type Command, exitCodes, type Invocation } from "../command.ts";
import { createOutput, type Output } from "../output.ts";
import { measureBlockInterval } from "../tenant/block-time.ts";
import { type Connection, chainFailure, connect, connectionOptions } from "../tenant/connection.ts";
import { closeDeployment, compileForDeploy } from "../tenant/deploy.ts";
import { type DeploymentFacts, readDeployment, runwayOf } from "../tenant/holdings.ts";
import { humanAmount, humanDuration } from "../tenant/money.ts";
import { gatewayOptions, ownAddress, ownGateway, parseDseq } from "../tenant/own.ts";
import { readSdlFile } from "../tenant/sdl-file.ts";
import { waitForVersion } from "../tenant/version-wait.ts";
import { parseDialect } from "./sdl-compile.ts";

interface Target {
  readonly connection: Connection;
  readonly id: DeploymentId;
  readonly facts: DeploymentFacts;
}

/** The deployment that the first operand names; it must be active. */
async function activeDeployment(invocation: Invocation): Promise<Target> {
  const connection = connect(invocation);
  const dseq = parseDseq(invocation.operands[0] as string);
  const id = { owner: ownAddress(connection, invocation), dseq };
  try {
    const facts = await readDeployment(connection.client, id);
    if (facts.active) return { connection, id, facts };
  } catch (error) {
    throw chainFailure(`looking for deployment ${dseq}`, error);
  }
  throw new CliError("deployment_closed", `deployment ${dseq} is closed already`, {
    hint: "stoa deploy SDL makes a new one",
  });
}

async function balance(client: ChainClient, address: string, denom: string): Promise<bigint> {
  const answer = await client.query(BankQuery.method.balance, { address, denom });
  return BigInt(answer.balance?.amount || "0");
}

export const close: Command = {
  spec: {
    name: "close",
    about: "Ends a deployment: its leases close, its containers go, and what is left of the deposit comes back.",
    operands: "DSEQ",
    minOperands: 1,
    maxOperands: 1,
    options: connectionOptions,
    examples: ["stoa close 1234"],
  },
  run: async (invocation) => {
    const output = createOutput(invocation.flag("json"));
    const { connection, id, facts } = await activeDeployment(invocation);
    const { denom } = facts.escrow;
    try {
      const before = await balance(connection.client, id.owner, denom);
      output.progress(`closing deployment ${id.dseq}`);
      const height = await closeDeployment(connection.broadcaster(), id);
      const returned = (await balance(connection.client, id.owner, denom)) - before;
      output.settle();
      output.event("closed", { dseq: id.dseq, height, returned: { denom, amount: returned } });
      output.line(
        `closed deployment ${id.dseq} in block ${height}; ${humanAmount(Dec.fromInt(returned), denom)} came back`,
      );
      return exitCodes.ok;
    } catch (error) {
      output.settle();
      throw chainFailure(`closing deployment ${id.dseq}`, error);
    }
  },
};

/** An amount of micro-units: `5000000uact`, or `5act` and `0.5act` in whole units. Throws {@link CliError}. */
export function parseAmount(text: string): { denom: string; amount: string } {
  const found = /^([0-9]{1,60})(?:\.([0-9]{1,6}))?([a-zA-Z][a-zA-Z0-9/:._-]{2,127})$/.exec(text.trim());
  const [, whole = "", fraction, denom = ""] = found ?? [];
  const unit = denom === "act" || denom === "akt";
  if (found === null || (fraction !== undefined && !unit))
    throw new CliError("usage", `not an amount: ${text}`, {
      hint: "such as 5000000uact, or 5act",
      exitCode: exitCodes.usage,
    });
  if (!unit) return { denom, amount: whole };
  return { denom: `u${denom}`, amount: String(BigInt(whole + (fraction ?? "").padEnd(6, "0"))) };
}

export const deposit: Command = {
  spec: {
    name: "deposit",
    about: "Pays more into a deployment's escrow, so that it lasts longer.",
    operands: "DSEQ AMOUNT",
    minOperands: 2,
    maxOperands: 2,
    options: connectionOptions,
    examples: ["stoa deposit 1234 5act", "stoa deposit 1234 5000000uact"],
  },
  run: async (invocation) => {
    const output = createOutput(invocation.flag("json"));
    const amount = parseAmount(invocation.operands[1] as string);
    const { connection, id } = await activeDeployment(invocation);
    const { client } = connection;
    try {
      const broadcaster = connection.broadcaster();
      output.progress(`paying ${amount.amount}${amount.denom} into deployment ${id.dseq}`);
      const account = { scope: Scope.deployment, xid: `${id.owner}/${id.dseq}` };
      const money = { amount, sources: [Source.balance] };
      const fields = { signer: broadcaster.address, id: account, deposit: money };
      const { height } = await broadcaster.send([message(MsgAccountDepositSchema, fields)]);
      const [facts, intervalMs] = await Promise.all([readDeployment(client, id), measureBlockInterval(client)]);
      const { left, blocks } = runwayOf(facts, height);
      output.settle();
      output.event("deposited", { dseq: id.dseq, height, amount, left: left.toString(), blocksLeft: blocks ?? null });
      const lasts = blocks === undefined ? "" : `, for ${humanDuration(blocks * intervalMs)} (${blocks} blocks)`;
      output.line(`in block ${height}: ${humanAmount(left, facts.escrow.denom)} left${lasts}`);
      return exitCodes.ok;
    } catch (error) {
      output.settle();
      throw chainFailure(`paying into deployment ${id.dseq}`, error);
    }
  },
};

/** Why an SDL is no new version of a deployment, or undefined: groups are fixed when it is made. */
export function groupsProblem(onChain: readonly GroupSpec[], wanted: readonly GroupSpec[]): string | undefined {
  if (onChain.length !== wanted.length)
    return `it has ${wanted.length} placement groups, on chain are ${onChain.length}`;
  for (const [i, group] of wanted.entries()) {
    const current = onChain[i] as GroupSpec;
    if (current.name !== group.name) return `its group ${i + 1} is named ${group.name}, on chain it is ${current.name}`;
    if (!equalBytes(encode(GroupSpecSchema, current), encode(GroupSpecSchema, group)))
      return `its group ${group.name} asks for other resources, counts, prices or attributes than on chain`;
  }
  return undefined;
}

async function sendVersion(target: Target, invocation: Invocation, compiled: CompiledSdl): Promise<bigint | undefined> {
  const { connection, id, facts } = target;
  const hash = fromHex(compiled.versionHash) ?? new Uint8Array();
  let height: bigint | undefined;
  if (!equalBytes(facts.hash, hash)) {
    const sent = await connection.broadcaster().send([message(MsgUpdateDeploymentSchema, { id, hash })]);
    height = sent.height;
  }
  const gateway = ownGateway(connection, invocation);
  for (const lease of facts.leases) if (lease.live) await gateway.sendManifest(lease.id, compiled);
  return height;
}

async function finishUpdate(target: Target, invocation: Invocation, output: Output): Promise<void> {
  const { facts, connection, id } = target;
  const leases = facts.leases.filter((lease) => lease.live).map((lease) => lease.id);
  const told = await waitForVersion(ownGateway(connection, invocation), leases, (text) => output.progress(text));
  output.settle();
  output.event("serving", { dseq: id.dseq, services: told });
  for (const { name, uris } of told)
    output.line(`  ${name}  ${uris.map((uri) => `http://${uri}/`).join("  ")}`.trimEnd());
}

export const update: Command = {
  spec: {
    name: "update",
    about: "Changes what a running deployment runs: another image, other settings. Resources and prices are fixed.",
    operands: "DSEQ SDL",
    minOperands: 2,
    maxOperands: 2,
    options: {
      dialect: { type: "string", value: "go|ts", about: "whose reading of SDL", default: "go" },
      "no-wait": { type: "boolean", about: "does not wait until the new version runs" },
      ...gatewayOptions,
      ...connectionOptions,
    },
    examples: ["stoa update 1234 deploy.yaml"],
  },
  run: async (invocation) => {
    const output = createOutput(invocation.flag("json"));
    const file = invocation.operands[1] as string;
    const dialect = parseDialect(invocation.text("dialect") ?? "go");
    const { compiled, notice } = compileForDeploy(file, readSdlFile(file), dialect);
    if (notice !== undefined) output.progress(notice);
    const target = await activeDeployment(invocation);
    const { dseq } = target.id;
    const problem = groupsProblem(target.facts.groups, compiled.groups ?? []);
    if (problem !== undefined)
      throw new CliError("groups_changed", `${file} cannot update deployment ${dseq}: ${problem}`, {
        hint: `groups are fixed when a deployment is made: stoa close ${dseq}, then stoa deploy ${file}`,
      });
    try {
      output.progress(`updating deployment ${dseq}`);
      const height = await sendVersion(target, invocation, compiled);
      output.settle();
      const providers = target.facts.leases.filter((lease) => lease.live).map(({ id }) => id.provider);
      output.event("updated", {
        dseq,
        versionHash: compiled.versionHash,
        from: toHex(target.facts.hash),
        height: height ?? null,
        providers,
      });
      output.line(
        height === undefined
          ? `deployment ${dseq} has this version already; its manifest was sent again`
          : `deployment ${dseq} has version ${compiled.versionHash} since block ${height}`,
      );
      if (providers.length === 0) output.line("no lease runs: nobody was sent the manifest");
      else if (!invocation.flag("no-wait")) await finishUpdate(target, invocation, output);
      return exitCodes.ok;
    } catch (error) {
      output.settle();
      throw chainFailure(`updating deployment ${dseq}`, error);
    }
  },
};

import { Broadcaster } from "@stoa/client";
import { systemTimers } from "@stoa/host";
import { Query as DeploymentQuery } from "@stoa/wire/akash.deployment.v1beta4";
import { CliError, type Command, exitCodes } from "../command.ts";
import { removeFromEngine, waitForRemoval } from "../local/cleanup.ts";
import { type HomePaths, homePaths, readHome, removeHome, requireHome } from "../local/home.ts";
import { tenantKey } from "../local/network.ts";
import { takeDown } from "../local/take-down.ts";
import { createOutput, type Output } from "../output.ts";
import { chainFailure, clientOf, keyStoreOf, liveRunRecord } from "../tenant/connection.ts";
import { closeDeployment } from "../tenant/deploy.ts";

/** Closes every active deployment of the tenant; their deposits come back. */
async function closeAll(paths: HomePaths, output: Output): Promise<void> {
  const home = requireHome(paths);
  const record = liveRunRecord(paths);
  if (record === undefined) {
    output.line("nothing runs, so nothing was closed; stoa up, then stoa down --close");
    return;
  }
  const client = clientOf(record.rpc);
  const signer = keyStoreOf(paths, home).signer(tenantKey);
  const broadcaster = new Broadcaster({ client, signer, timers: systemTimers });
  try {
    const filters = { owner: signer.address, dseq: 0n, state: "active" };
    const active = await client.queryAll(
      DeploymentQuery.method.deployments,
      (pagination) => ({ filters, pagination }),
      (answer) => ({ rows: answer.deployments, nextKey: answer.pagination?.nextKey }),
    );
    for (const { deployment } of active) {
      if (deployment?.id === undefined) continue;
      const height = await closeDeployment(broadcaster, deployment.id);
      output.line(`closed deployment ${deployment.id.dseq} in block ${height}`);
      output.event("closed", { dseq: deployment.id.dseq.toString(), height: height.toString() });
    }
  } catch (error) {
    throw chainFailure("closing the deployments", error);
  }
  output.progress("waiting until the providers have removed their containers");
  const left = await waitForRemoval(home.id);
  output.settle();
  if (left > 0)
    throw new CliError("containers_left", `${left} containers are still there although their leases are closed`, {
      hint: "the providers' logs say why; stoa reset removes them by force",
    });
}

const homeOption = {
  type: "string",
  value: "DIR",
  about: "the home (default: STOA_HOME, else ~/.stoa)",
} as const;
const jsonOption = { type: "boolean", about: "one JSON object a line on stdout" } as const;

export const down: Command = {
  spec: {
    name: "down",
    about: "Stops the local network: providers with their containers, then the node. Leases stay open, volumes stay.",
    options: {
      close: { type: "boolean", about: "close all deployments first; deposits come back" },
      home: homeOption,
      json: jsonOption,
    },
    examples: ["stoa down", "stoa down --close"],
  },
  async run(invocation) {
    const paths = homePaths(invocation.text("home"));
    requireHome(paths);
    const output = createOutput(invocation.flag("json"));
    if (invocation.flag("close")) await closeAll(paths, output);
    const stopped = await takeDown(paths);
    output.line(stopped.length === 0 ? "nothing was running" : `stopped: ${stopped.join(", ")}`);
    output.event("down", { stopped });
    return exitCodes.ok;
  },
};

export const reset: Command = {
  spec: {
    name: "reset",
    about: "Stops the local network and removes everything of this home: chain, keys, containers, networks, volumes.",
    options: {
      force: { type: "boolean", about: "also where no container engine answers: its containers are left to you" },
      home: homeOption,
      json: jsonOption,
    },
    examples: ["stoa reset"],
  },
  async run(invocation) {
    const paths = homePaths(invocation.text("home"));
    const output = createOutput(invocation.flag("json"));
    const home = readHome(paths);
    if (home === undefined) {
      output.line(`there is no local network in ${paths.root}`);
      output.event("reset", { removed: false });
      return exitCodes.ok;
    }
    await takeDown(paths);
    const removed = await removeFromEngine(home.id).catch((error: unknown) => {
      if (!invocation.flag("force")) throw error;
      return { containers: 0, networks: 0, volumes: 0 };
    });
    removeHome(paths);
    const { containers, networks, volumes } = removed;
    output.line(`removed ${paths.root}, ${containers} containers, ${networks} networks, ${volumes} volumes`);
    output.event("reset", { removed: true, containers, networks, volumes });
    return exitCodes.ok;
  },
};

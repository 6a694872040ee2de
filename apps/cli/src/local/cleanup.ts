import { type DeploymentId, formatDeploymentId } from "@stoa/market";
import { DockerApi } from "@stoa/provider";
import { CliError } from "../command.ts";
import { engineAnswers, engineSocket } from "./container-engine.ts";

/** What was removed of one home. */
export interface Removed {
  readonly containers: number;
  readonly networks: number;
  readonly volumes: number;
}

interface Named {
  readonly Id?: string;
  readonly Name?: string;
  readonly Labels?: Readonly<Record<string, string>>;
}

/** The label of a container's lease, `owner/dseq/gseq/oseq/provider`. */
const leaseLabel = "stoa.lease";

/** The label key that every container, network and volume of Stoa carries; its value is the home's id. */
const labelKey = "stoa";

async function removeEach(api: DockerApi, paths: readonly string[]): Promise<number> {
  let removed = 0;
  for (const path of paths) {
    // Somebody else may have removed it meanwhile: gone is gone.
    await api.call("DELETE", path).then(
      () => {
        removed++;
      },
      (error: unknown) => {
        if (!(error instanceof Error) || !/no such|not found/i.test(error.message)) throw error;
      },
    );
  }
  return removed;
}

/** A provider that learned of a closed lease needs about this long for its containers, a busy machine included. */
const removalMs = 30_000;
const pollMs = 100;

async function containersOf(api: DockerApi, homeId: string): Promise<readonly Named[]> {
  const filters = JSON.stringify({ label: [`${labelKey}=${homeId}`] });
  return (await api.call("GET", "/containers/json", { query: { all: true, filters } })) as Named[];
}

/**
 * Waits until a home's providers have removed all containers, or those of one deployment, as they do once every lease is
 * closed. Answers how many are left after half a minute.
 */
export async function waitForRemoval(homeId: string, deployment?: DeploymentId): Promise<number> {
  const api = new DockerApi(engineSocket());
  const lease = deployment === undefined ? "" : `${formatDeploymentId(deployment)}/`;
  for (const deadline = performance.now() + removalMs; ; ) {
    const containers = await containersOf(api, homeId);
    const left = containers.filter(({ Labels }) => (Labels?.[leaseLabel] ?? "").startsWith(lease)).length;
    if (left === 0 || performance.now() > deadline) return left;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Removes every container, network and volume of a home from the engine. Throws {@link CliError} if none answers. */
export async function removeFromEngine(homeId: string): Promise<Removed> {
  const socketPath = engineSocket();
  if (!(await engineAnswers(socketPath)))
    throw new CliError(
      "no_container_engine",
      `no container engine answers at ${socketPath}: its containers cannot be removed`,
      {
        hint: "start the engine and run this again, or add --force to leave them",
      },
    );
  const api = new DockerApi(socketPath);
  const filters = JSON.stringify({ label: [`${labelKey}=${homeId}`] });
  const containers = await containersOf(api, homeId);
  const removedContainers = await removeEach(
    api,
    containers.map(({ Id }) => `/containers/${Id}?force=true&v=true`),
  );
  const networks = (await api.call("GET", "/networks", { query: { filters } })) as Named[];
  const volumes =
    ((await api.call("GET", "/volumes", { query: { filters } })) as { Volumes?: Named[] | null }).Volumes ?? [];
  return {
    containers: removedContainers,
    networks: await removeEach(
      api,
      networks.map(({ Id }) => `/networks/${Id}`),
    ),
    volumes: await removeEach(
      api,
      volumes.map(({ Name }) => `/volumes/${encodeURIComponent(Name ?? "")}?force=true`),
    ),
  };
}

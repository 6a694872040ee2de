/** The one place that knows which runtimes there are. */
import type { Machine } from "../inventory/machine.ts";
import type { ProviderParams } from "../provider-params.ts";
import type { RouteTable } from "../router/routes.ts";
import { engineSocketPath } from "./docker/api.ts";
import { DockerRuntime } from "./docker/docker-runtime.ts";
import { FakeRuntime } from "./fake/fake-runtime.ts";
import { type Runtime, RuntimeError } from "./runtime.ts";

/** What a runtime stands among. */
export interface RuntimeSurroundings {
  readonly address: string;
  readonly routes: RouteTable;
  readonly routerPort: number;
  readonly machine: Machine;
  readonly nowMs: () => number;
}

/** Rejects with RuntimeError `unavailable` when the engine is none that we can speak to. */
export async function openRuntime(params: ProviderParams, around: RuntimeSurroundings): Promise<Runtime> {
  const { homeId, portAddress, publicHost, containerCapabilities: capabilities } = params;
  const { routes, routerPort, machine, nowMs } = around;
  if (params.runtime === "fake") {
    return new FakeRuntime({ capacity: await machine.capacity(), publicHost, routes, nowMs });
  }
  const socketPath = engineSocketPath(params.dockerHost);
  if (socketPath === null) {
    throw new RuntimeError("unavailable", `DOCKER_HOST ${params.dockerHost} is no unix socket; only unix:// is spoken`);
  }
  const provider = around.address;
  const docker = { socketPath, homeId, provider, routes, portAddress, publicHost, routerPort, machine, capabilities };
  return new DockerRuntime(docker);
}

/** The wait from a new manifest to its containers. */
import type { LeaseId } from "@stoa/market";
import { CliError } from "../command.ts";
import type { ServiceState, TenantGateway } from "./gateway.ts";

/** Large images take minutes; after this somebody should look. */
const versionMs = 600_000;
/** What a provider says for so long is no passing state. */
const failureMs = 6_000;
const pollMs = 250;

/** Reasons that waiting does not mend. */
const failure = /cannot be (pulled|started)|exited with code|no such image|used more memory/;

/** What keeps services from running their new version, in one line; "" when all do. */
export function versionProblem(services: readonly ServiceState[]): string {
  return services
    .filter(({ available, total, reason }) => available < total || reason !== "")
    .map(({ name, available, total, reason }) => `${name} ${available}/${total}${reason === "" ? "" : `: ${reason}`}`)
    .join(", ");
}

/**
 * Waits until every service of the leases runs its new version. Throws {@link CliError} when a provider says for a
 * while that it cannot, or does not manage in time.
 */
export async function waitForVersion(
  gateway: TenantGateway,
  leases: readonly LeaseId[],
  onProgress: (text: string) => void,
): Promise<readonly ServiceState[]> {
  const started = performance.now();
  let said = "";
  let saidSince = started;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    const services = (await Promise.all(leases.map((lease) => gateway.leaseServices(lease)))).flat();
    const problem = services.length === 0 ? "the provider has the manifest" : versionProblem(services);
    if (problem === "") return services;
    const now = performance.now();
    if (problem !== said) {
      onProgress(problem);
      said = problem;
      saidSince = now;
    }
    const stuck = failure.test(problem) && now - saidSince > failureMs;
    if (stuck || now - started > versionMs)
      throw new CliError("version_not_running", `the new version does not run: ${problem}`, {
        hint: "mend the SDL and update again; stoa events DSEQ and stoa logs DSEQ tell more",
      });
  }
}

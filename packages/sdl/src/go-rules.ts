import { compareUtf8 } from "@stoa/market";
import { parseGoDuration } from "./go-numbers.ts";
import type { GoCompute, GoDeployment, GoSdl, GoService } from "./go-sdl.ts";
import { childPath, type Place, type Problems } from "./problem.ts";

const endpointName = /^[a-z]+[a-z\-_0-9]+$/;

/** The rules that go across an SDL's parts, as the reference's Go parser has them (spec: sdl.md §5 to §8). */
class GoRules {
  private readonly sdl: GoSdl;
  private readonly problems: Problems;
  private readonly endpointsUsed = new Set<string>();
  private readonly portsUsed = new Map<string, string>();

  constructor(sdl: GoSdl, problems: Problems) {
    this.sdl = sdl;
    this.problems = problems;
  }

  check(): void {
    this.checkReclamation();
    this.checkEndpoints();
    for (const service of [...this.sdl.deployment.keys()].sort(compareUtf8)) {
      const placements = this.sdl.deployment.get(service) ?? new Map<string, GoDeployment>();
      for (const placement of [...placements.keys()].sort(compareUtf8)) {
        const deployment = placements.get(placement);
        if (deployment !== undefined) this.checkDeployment(service, placement, deployment);
      }
    }
    for (const [name, { place }] of this.sdl.endpoints) {
      if (!this.endpointsUsed.has(name)) {
        this.problems.add("endpoint", place, `endpoint "${name}" is declared but never used: use it or remove it`);
      }
    }
  }

  private checkReclamation(): void {
    if (this.sdl.reclamation === null) return;
    const { minWindow, place } = this.sdl.reclamation;
    const window = parseGoDuration(minWindow);
    if (typeof window === "string") this.problems.add("reclamation", place, `min_window: ${window}`);
    else if (window <= 0n) this.problems.add("reclamation", place, "min_window must be above 0");
  }

  private checkEndpoints(): void {
    for (const [name, { kind, place }] of this.sdl.endpoints) {
      if (!endpointName.test(name)) {
        const message = `endpoint name "${name}" is not valid: lower-case letters first, then - _ or digits, two at least`;
        this.problems.add("endpoint", place, message);
      } else if (kind !== "ip") {
        const have = kind === "" ? "has no kind" : `has the unknown kind "${kind}"`;
        this.problems.add("endpoint", place, `endpoint "${name}" ${have}: write kind: ip`);
      }
    }
  }

  private checkDeployment(serviceName: string, placementName: string, deployment: GoDeployment): void {
    const { profile, place } = deployment;
    const compute = this.sdl.compute.get(profile);
    const placement = this.sdl.placement.get(placementName);
    const service = this.sdl.services.get(serviceName);
    if (compute === undefined) {
      const at = { ...place, path: childPath(place.path, "profile") };
      this.problems.add("profile-missing", at, `there is no compute profile "${profile}"`);
    }
    if (placement === undefined) {
      this.problems.add("placement-missing", place, `there is no placement profile "${placementName}"`);
    } else if (!placement.pricing.has(profile)) {
      const message = `placement "${placementName}" has no pricing for profile "${profile}"`;
      this.problems.add("pricing-missing", placement.place, message);
    }
    if (service === undefined) {
      this.problems.add("service-missing", place, `there is no service "${serviceName}" under services`);
      return;
    }
    this.checkCredentials(service);
    this.checkIps(serviceName, service);
    if (compute === null) {
      const message = `compute profile "${profile}" has no resources`;
      this.problems.add("missing-key", { ...place, path: `/profiles/compute/${profile}/resources` }, message);
    } else if (compute !== undefined) this.checkStorage(serviceName, service, compute);
  }

  private checkCredentials({ credentials }: GoService): void {
    if (credentials === null) return;
    for (const name of ["host", "username", "password"] as const) {
      if (credentials[name].trim() === "") {
        this.problems.add("credentials", credentials.place, `credentials have no ${name}`);
      }
    }
  }

  // The reference's key takes `as` and the protocol as written: an absent one is not the same as its default.
  private checkIps(serviceName: string, service: GoService): void {
    for (const { as, proto, port, to } of service.expose) {
      for (const { ip, global, place } of to) {
        if (ip === "") continue;
        if (!global) {
          const message = "an expose with an ip must be global: add global: true";
          this.problems.add("endpoint-not-global", place, message);
        }
        if (!this.sdl.endpoints.has(ip)) {
          this.problems.add("endpoint", place, `there is no endpoint "${ip}": declare it under endpoints`);
        }
        this.endpointsUsed.add(ip);
        const key = `${ip}-${as}-${proto}`;
        const other = this.portsUsed.get(key);
        if (other !== undefined) {
          this.problems.add("endpoint-port", place, `port ${port} of endpoint "${ip}" is already used by "${other}"`);
        }
        this.portsUsed.set(key, serviceName);
      }
    }
  }

  private checkStorage(serviceName: string, service: GoService, compute: GoCompute): void {
    const volumes = new Map(compute.storage.map((volume) => [volume.name, volume]));
    const mounts = new Map<string, string>();
    const params = service.params?.storage ?? new Map<string, { mount: string; readOnly: boolean; place: Place }>();
    for (const [name, { mount, readOnly, place }] of params) {
      const volume = volumes.get(name);
      if (volume === undefined) {
        const message = `service "${serviceName}" mounts "${name}", a volume that its compute profile does not declare`;
        this.problems.add("storage-unknown", place, message);
        continue;
      }
      if (!mount.startsWith("/")) {
        this.problems.add("storage-mount", place, `mount of "${name}" must be an absolute path, not "${mount}"`);
      }
      const other = mounts.get(mount);
      if (other !== undefined) {
        this.problems.add("storage-mount", place, `mount "${mount}" is already used by volume "${other}"`);
      }
      mounts.set(mount, name);
      const isRam = volume.attributes.some(({ key, value }) => key === "class" && value === "ram");
      if (this.sdl.version === "2.1" && isRam && readOnly) {
        this.problems.add("storage-attributes", place, `volume "${name}" of class ram cannot be readOnly`);
      }
    }
    // In 2.0 any mount of the service satisfies the rule; in 2.1 it looks at mounted volumes only (sdl.md §6).
    if (this.sdl.version === "2.1" || mounts.size > 0) return;
    for (const { name, attributes, place } of compute.storage) {
      if (!attributes.some(({ key, value }) => key === "persistent" && value === "true")) continue;
      const message = `volume "${name}" is persistent: service "${serviceName}" must mount it in params.storage.${name}.mount`;
      this.problems.add("storage-mount", place, message);
    }
  }
}

/** Adds a problem for each broken rule. */
export function checkGoRules(sdl: GoSdl, problems: Problems): void {
  new GoRules(sdl, problems).check();
}

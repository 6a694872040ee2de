import type { Problems } from "./problem.ts";
import { at, entriesOf, isTrue, itemsOf, numberOf, textOf } from "./ts-access.ts";
import type { TsValue } from "./ts-value.ts";

const falseTexts = new Set(["false", "no", "0", ""]);

function isPersistent(volume: TsValue): boolean {
  const persistent = at(volume, "attributes", "persistent");
  if (persistent?.type === "string") return !falseTexts.has(persistent.value.toLowerCase());
  return isTrue(persistent);
}

/** The rules that the TypeScript SDK checks beyond the schema (spec: sdl.md §10). */
class TsRules {
  private readonly sdl: TsValue;
  private readonly problems: Problems;
  private readonly endpointsUsed = new Set<string>();
  private readonly portsUsed = new Map<string, string>();
  private readonly teeByPlacement = new Map<string, string>();

  constructor(sdl: TsValue, problems: Problems) {
    this.sdl = sdl;
    this.problems = problems;
  }

  check(): void {
    for (const [name, service] of entriesOf(at(this.sdl, "services"))) {
      const deployment = at(this.sdl, "deployment", name);
      if (deployment === undefined) {
        const message = `service "${name}" is not defined under deployment: add it there, or remove the service`;
        this.problems.add("service-not-deployed", service, message);
      }
      for (const [placement, one] of entriesOf(deployment)) this.checkDeployment(name, service, placement, one);
      this.checkIps(name, service);
    }
    for (const [name, endpoint] of entriesOf(at(this.sdl, "endpoints"))) {
      if (!this.endpointsUsed.has(name)) {
        this.problems.add("endpoint", endpoint, `endpoint "${name}" is declared but never used: use it or remove it`);
      }
    }
  }

  private checkDeployment(name: string, service: TsValue, placement: string, deployment: TsValue): void {
    const profile = textOf(at(deployment, "profile")) ?? "";
    const infra = at(this.sdl, "profiles", "placement", placement);
    const compute = at(this.sdl, "profiles", "compute", profile);
    if (infra === undefined) {
      this.problems.add("placement-missing", deployment, `there is no placement profile "${placement}"`);
    } else if (at(infra, "pricing", profile) === undefined) {
      const message = `placement "${placement}" has no pricing for profile "${profile}"`;
      this.problems.add("pricing-missing", infra, message);
    }
    if (compute === undefined) {
      this.problems.add("profile-missing", deployment, `there is no compute profile "${profile}"`);
    }
    const volumes = itemsOf(at(compute, "resources", "storage"));
    this.checkMounts(name, service, volumes);
    this.checkPersistence(name, service, volumes);
    this.checkGpu(at(compute, "resources", "gpu"));
    this.checkTee(service, placement, at(compute, "resources", "gpu"));
  }

  private checkMounts(name: string, service: TsValue, volumes: readonly TsValue[]): void {
    const mounts = new Map<string, string>();
    for (const [volume, params] of entriesOf(at(service, "params", "storage"))) {
      if (!volumes.some((one) => textOf(at(one, "name")) === volume)) {
        const message = `service "${name}" mounts "${volume}", a volume that its compute profile does not name`;
        this.problems.add("storage-unknown", params, message);
        continue;
      }
      const mount = textOf(at(params, "mount"));
      const other = mounts.get(mount ?? "undefined");
      if (other !== undefined && mount !== undefined) {
        this.problems.add("storage-mount", params, `mount "${mount}" is already used by volume "${other}"`);
      } else if (other !== undefined) {
        this.problems.add("storage-mount", params, "several volumes have no mount: give each its own");
      }
      mounts.set(mount ?? "undefined", volume);
    }
  }

  private checkPersistence(name: string, service: TsValue, volumes: readonly TsValue[]): void {
    for (const volume of volumes) {
      if (!isPersistent(volume)) continue;
      const own = textOf(at(volume, "name")) ?? "";
      const mount = textOf(at(service, "params", "storage", own, "mount")) ?? "";
      if (mount !== "") continue;
      const shown = own === "" ? "default" : own;
      const message = `volume "${shown}" is persistent: service "${name}" must mount it in params.storage.${shown}.mount`;
      this.problems.add("storage-mount", volume, message);
    }
  }

  private checkGpu(gpu: TsValue | undefined): void {
    if (gpu === undefined) return;
    const units = at(gpu, "units");
    const hasUnits = units !== undefined && numberOf(units) !== 0;
    const attributes = at(gpu, "attributes");
    if (!hasUnits && attributes !== undefined) {
      this.problems.add("gpu-attributes", attributes, "GPU attributes need units above 0");
    }
    if (!hasUnits) return;
    if (attributes === undefined) {
      this.problems.add("gpu-attributes", gpu, "GPU attributes must be present if units > 0");
    } else if (at(attributes, "vendor") === undefined) {
      this.problems.add("gpu-attributes", attributes, "name at least one vendor: vendor: {nvidia: }");
    }
  }

  private checkTee(service: TsValue, placement: string, gpu: TsValue | undefined): void {
    const tee = at(service, "params", "tee");
    const type = textOf(tee) ?? "";
    if (tee === undefined || type === "") return;
    const units = at(gpu, "units");
    if (type === "cpu-gpu" && (units === undefined || numberOf(units) === 0)) {
      this.problems.add("tee", tee, "tee cpu-gpu needs GPU units above 0");
    }
    const existing = this.teeByPlacement.get(placement);
    if (existing === undefined) this.teeByPlacement.set(placement, type);
    else if (existing !== type) {
      const message = `placement ${placement} has tee ${existing} and ${type}: one type a placement`;
      this.problems.add("tee", tee, message);
    }
  }

  private checkIps(name: string, service: TsValue): void {
    for (const expose of itemsOf(at(service, "expose"))) {
      const proto = textOf(at(expose, "proto"))?.toUpperCase() || "TCP";
      const port = numberOf(at(expose, "as")) ?? numberOf(at(expose, "port")) ?? 0;
      for (const to of itemsOf(at(expose, "to"))) {
        const ip = textOf(at(to, "ip")) ?? "";
        if (ip === "") continue;
        if (at(this.sdl, "endpoints", ip) === undefined) {
          this.problems.add("endpoint", to, `there is no endpoint "${ip}": declare it under endpoints`);
        }
        this.endpointsUsed.add(ip);
        const key = `${ip}-${port}-${proto}`;
        const other = this.portsUsed.get(key);
        if (other !== undefined) {
          const message = `port ${port} (${proto}) of endpoint "${ip}" is already used by "${other}"`;
          this.problems.add("endpoint-port", to, message);
        }
        this.portsUsed.set(key, name);
      }
    }
  }
}

/** Adds a problem for each broken rule; the value has passed the schema. */
export function checkTsRules(sdl: TsValue, problems: Problems): void {
  new TsRules(sdl, problems).check();
}

import {
  compareExposes,
  compareUtf8,
  type Endpoint,
  endpointKinds,
  isIngress,
  type ManifestExpose,
  type ManifestHttpOptions,
  type ManifestParams,
  type ManifestResources,
  type ManifestService,
} from "@stoa/market";
import type {
  GoCompute,
  GoCredentials,
  GoDeployment,
  GoExpose,
  GoHttpOptions,
  GoParams,
  GoSdl,
  GoService,
} from "./go-sdl.ts";
import type { Plan, PlannedGroup, PlannedUnit } from "./plan.ts";
import type { Place, Problems } from "./problem.ts";

const defaults = { maxBodySize: 1_048_576, timeoutMs: 60_000, nextTries: 3, nextCases: ["error", "timeout"] } as const;
const limits = { maxBodySize: 104_857_600, timeoutMs: 60_000, proxyBufferSize: 1_048_576 } as const;
const nextCases = new Set(["error", "timeout", "500", "502", "503", "504", "403", "404", "429", "off"]);

function buildHttpOptions(options: GoHttpOptions, problems: Problems): ManifestHttpOptions {
  const bounded = (value: number, max: number, what: string): void => {
    if (value > max) problems.add("http-option", options.place, `${what} cannot be greater than ${max}`);
  };
  bounded(options.maxBodySize, limits.maxBodySize, "max_body_size");
  bounded(options.proxyBufferSize, limits.proxyBufferSize, "proxy_buffer_size");
  bounded(options.readTimeout, limits.timeoutMs, "read_timeout");
  bounded(options.sendTimeout, limits.timeoutMs, "send_timeout");
  for (const nextCase of options.nextCases) {
    if (!nextCases.has(nextCase)) problems.add("http-option", options.place, `next case "${nextCase}" is unknown`);
  }
  if (options.nextCases.includes("off") && options.nextCases.length > 1) {
    problems.add("http-option", options.place, "next_cases: off must stand alone");
  }
  return {
    maxBodySize: options.maxBodySize || defaults.maxBodySize,
    readTimeout: options.readTimeout || defaults.timeoutMs,
    sendTimeout: options.sendTimeout || defaults.timeoutMs,
    nextTries: options.nextTries || defaults.nextTries,
    nextTimeout: options.nextTimeout,
    nextCases: options.nextCases.length > 0 ? options.nextCases : defaults.nextCases,
    proxyBufferSize: options.proxyBufferSize,
  };
}

type SequenceNumbers = ReadonlyMap<string, number>;

// Every `to` but a global one without ip counts, so service-to-service exposes shift the numbers (sdl.md §9).
function numberEndpoints(sdl: GoSdl): SequenceNumbers {
  const names: string[] = [];
  for (const service of sdl.deployment.keys()) {
    for (const { to } of sdl.services.get(service)?.expose ?? []) {
      for (const { global, ip } of to) if (!(global && ip === "")) names.push(ip);
    }
  }
  return new Map(names.sort(compareUtf8).map((name, index) => [name, index + 1]));
}

function buildExpose(expose: GoExpose, numbers: SequenceNumbers, problems: Problems): readonly ManifestExpose[] {
  const proto = expose.proto.toUpperCase() || "TCP";
  if (proto !== "TCP" && proto !== "UDP") {
    problems.add("protocol", expose.place, `unsupported protocol "${expose.proto}": write TCP or UDP`);
  }
  const shared = {
    port: expose.port,
    externalPort: expose.as,
    proto,
    hosts: expose.accept,
    httpOptions: buildHttpOptions(expose.httpOptions, problems),
  };
  const targets = expose.to.length > 0 ? expose.to : [{ service: "", global: false, ip: "" }];
  return targets.map(({ service, global, ip }) => ({
    ...shared,
    service,
    global,
    ip,
    endpointSequenceNumber: global && ip !== "" ? (numbers.get(ip) ?? 0) : 0,
  }));
}

function endpointsOf(exposes: readonly ManifestExpose[]): readonly Endpoint[] {
  return exposes
    .filter(({ global }) => global)
    .flatMap((expose) => {
      const kind = isIngress(expose) ? endpointKinds.sharedHttp : endpointKinds.randomPort;
      const own: Endpoint = { kind, sequenceNumber: 0 };
      if (expose.ip === "") return [own];
      const leased: Endpoint = { kind: endpointKinds.leasedIp, sequenceNumber: expose.endpointSequenceNumber };
      // Sorted by number; a number of 0 (an unknown endpoint, refused later) keeps the leased one first.
      return leased.sequenceNumber === 0 ? [leased, own] : [own, leased];
    });
}

function buildResources(id: number, compute: GoCompute, endpoints: readonly Endpoint[]): ManifestResources {
  const { cpu, gpu, memory, storage } = compute;
  return {
    id,
    cpu: cpu === null ? null : { units: cpu.units.toString(), attributes: cpu.attributes },
    memory: memory === null ? null : { size: memory.toString(), attributes: [] },
    storage: storage.map(({ name, size, attributes }) => ({ name, size: size.toString(), attributes })),
    gpu: gpu === null ? { units: "0", attributes: [] } : { units: gpu.units.toString(), attributes: gpu.attributes },
    endpoints,
  };
}

function buildParams(params: GoParams): ManifestParams {
  const storage = [...params.storage]
    .map(([name, { mount, readOnly }]) => ({ name, mount, readOnly }))
    .sort((a, b) => compareUtf8(a.name, b.name));
  return {
    storage: storage.length === 0 ? null : storage,
    ...(params.permissions === null ? {} : { permissions: { read: params.permissions } }),
    ...(params.tee === "" ? {} : { tee: { type: params.tee, attestation: true } }),
  };
}

// 2.0 drops the email and keeps white space, 2.1 keeps the email and trims.
function buildCredentials({ host, email, username, password }: GoCredentials, version: GoSdl["version"]) {
  if (version === "2.0") return { host, email: "", username, password };
  return { host: host.trim(), email: email.trim(), username: username.trim(), password: password.trim() };
}

interface GroupDraft {
  readonly name: string;
  readonly attributes: { key: string; value: string }[];
  tee: string;
  readonly units: { resources: ManifestResources; count: number; denom: string; amount: string }[];
  readonly byProfile: Map<string, number>;
  readonly services: ManifestService[];
}

const noService: GoService = {
  image: "",
  command: null,
  args: null,
  env: null,
  expose: [],
  params: null,
  credentials: null,
  place: { path: "/services", at: { line: 1, column: 1 } },
};
const noCompute: Omit<GoCompute, "place"> = { cpu: null, gpu: null, memory: null, storage: [] };
const teeTypes = new Set(["cpu", "cpu-gpu"]);

class Builder {
  private readonly sdl: GoSdl;
  private readonly problems: Problems;
  private readonly numbers: SequenceNumbers;
  private readonly drafts = new Map<string, GroupDraft>();

  constructor(sdl: GoSdl, problems: Problems) {
    this.sdl = sdl;
    this.problems = problems;
    this.numbers = numberEndpoints(sdl);
  }

  build(): Plan {
    for (const serviceName of sortedKeys(this.sdl.deployment)) {
      const placements = this.sdl.deployment.get(serviceName) ?? new Map<string, GoDeployment>();
      for (const placementName of sortedKeys(placements)) {
        const deployment = placements.get(placementName);
        if (deployment !== undefined) this.addService(serviceName, placementName, deployment);
      }
    }
    const drafts = sortedKeys(this.drafts).map((name) => this.drafts.get(name) as GroupDraft);
    return {
      groups: drafts.map((draft) => this.finish(draft)),
      manifest: drafts.map(({ name, services }) => ({
        name,
        services: [...services].sort((a, b) => compareUtf8(a.name, b.name)),
      })),
      minWindowNs: undefined,
    };
  }

  private finish({ name, attributes, units }: GroupDraft): PlannedGroup {
    const placement = this.sdl.placement.get(name);
    return { name, allOf: placement?.allOf ?? [], anyOf: placement?.anyOf ?? [], attributes, units };
  }

  private draftOf(name: string): GroupDraft {
    const known = this.drafts.get(name);
    if (known !== undefined) return known;
    const attributes = [...(this.sdl.placement.get(name)?.attributes ?? [])];
    const draft: GroupDraft = { name, attributes, tee: "", units: [], byProfile: new Map(), services: [] };
    this.drafts.set(name, draft);
    return draft;
  }

  private addTee(draft: GroupDraft, tee: string, hasGpu: boolean, place: Place): void {
    if (!teeTypes.has(tee)) this.problems.add("tee", place, `unsupported tee type "${tee}": cpu or cpu-gpu`);
    else if (tee === "cpu-gpu" && !hasGpu) this.problems.add("tee", place, "tee cpu-gpu needs GPU units above 0");
    else if (draft.tee !== "" && draft.tee !== tee) {
      this.problems.add("tee", place, `placement ${draft.name} has tee ${draft.tee} and ${tee}: one type a placement`);
    } else if (draft.tee === "") {
      draft.tee = tee;
      draft.attributes.push({ key: "tee/type", value: tee });
      draft.attributes.sort((a, b) => compareUtf8(a.key, b.key));
    }
  }

  private addService(serviceName: string, placementName: string, deployment: GoDeployment): void {
    const service = this.sdl.services.get(serviceName) ?? noService;
    const compute = this.sdl.compute.get(deployment.profile) ?? { ...noCompute, place: deployment.place };
    const draft = this.draftOf(placementName);
    const { params } = service;
    if (params !== null && params.tee !== "") {
      this.addTee(draft, params.tee, (compute.gpu?.units ?? 0n) > 0n, params.place);
    }
    const exposes = service.expose
      .flatMap((expose) => buildExpose(expose, this.numbers, this.problems))
      .sort(compareExposes);
    const endpoints = endpointsOf(exposes);
    const id = this.addUnit(draft, deployment, compute, endpoints);
    draft.services.push({
      name: serviceName,
      image: service.image,
      command: service.command,
      args: service.args,
      env: service.env,
      resources: buildResources(id, compute, endpoints),
      count: deployment.count,
      expose: exposes,
      params: params === null ? null : buildParams(params),
      credentials: service.credentials === null ? null : buildCredentials(service.credentials, this.sdl.version),
    });
  }

  /** The unit's id: its own in 2.0, in 2.1 shared by all services of one profile in one placement. */
  private addUnit(
    draft: GroupDraft,
    deployment: GoDeployment,
    compute: GoCompute,
    endpoints: readonly Endpoint[],
  ): number {
    const shared = this.sdl.version === "2.1" ? draft.byProfile.get(deployment.profile) : undefined;
    const unit: PlannedUnit | undefined = shared === undefined ? undefined : draft.units[shared];
    if (shared !== undefined && unit !== undefined) {
      const all = [...(unit.resources.endpoints ?? []), ...endpoints];
      const resources = { ...unit.resources, endpoints: all.sort((a, b) => a.sequenceNumber - b.sequenceNumber) };
      const count = unit.count + deployment.count;
      draft.units[shared] = { ...unit, resources, count };
      return resources.id;
    }
    const id = draft.units.length + 1;
    const price = this.sdl.placement.get(draft.name)?.pricing.get(deployment.profile);
    draft.byProfile.set(deployment.profile, draft.units.length);
    const resources = buildResources(id, compute, endpoints);
    const { denom, amount } = price ?? { denom: "", amount: "0.000000000000000000" };
    draft.units.push({ resources, count: deployment.count, denom, amount });
    return id;
  }
}

function sortedKeys(map: ReadonlyMap<string, unknown>): readonly string[] {
  return [...map.keys()].sort(compareUtf8);
}

/** Groups and manifest of a decoded SDL (spec: sdl.md §9); problems of HTTP options, protocols and tee are added. */
export function buildGoPlan(sdl: GoSdl, problems: Problems): Plan {
  return new Builder(sdl, problems).build();
}

import {
  type Attribute,
  type Endpoint,
  endpointKinds,
  type ManifestExpose,
  type ManifestParams,
  type ManifestResources,
  type ManifestService,
  type ManifestVolume,
} from "@stoa/market";
import { compareText } from "@stoa/std";
import { compareCollated } from "./collation.ts";
import type { Plan, PlannedUnit } from "./plan.ts";
import type { Problems } from "./problem.ts";
import { at, entriesOf, isTrue, itemsOf, numberOf, textOf, textsOf } from "./ts-access.ts";
import { type TsValue, tsText } from "./ts-value.ts";

const sizePowers = "kmgtpe";

/** Bytes of a size in text as the TypeScript SDK computes them: any case, rounded up; undefined where it throws. */
export function parseTsSize(text: string): number | undefined {
  const match = /^([0-9.]+)([a-z])([a-z]*)$/.exec(text.toLowerCase());
  if (match === null) return undefined;
  const power = sizePowers.indexOf(match[2] ?? "") + 1;
  return Math.ceil(Number.parseFloat(match[1] ?? "") * (match[3] === "i" ? 1024 : 1000) ** power);
}

function cpuMillicores(units: TsValue | undefined): number {
  const written = textOf(units);
  if (written === undefined) return (numberOf(units) ?? 0) * 1000;
  const [, amount = "", suffix = ""] = /^([0-9.]+)([a-z]*)$/.exec(written.toLowerCase()) ?? [];
  return suffix === "m" ? Number.parseFloat(amount) : Number.parseFloat(amount) * 1000;
}

function gpuUnits(units: TsValue | undefined): number {
  const written = textOf(units);
  return written === undefined ? (numberOf(units) ?? 0) : Number.parseInt(written, 10);
}

function sortedAttributes(value: TsValue | undefined): readonly Attribute[] {
  return entriesOf(value)
    .map(([key, one]): Attribute => ({ key, value: tsText(one) }))
    .sort((a, b) => compareCollated(a.key, b.key));
}

// Of the vendors only nvidia passes the schema.
function gpuAttributes(attributes: TsValue | undefined): readonly Attribute[] {
  return entriesOf(at(attributes, "vendor")).flatMap(([vendor, models]) => {
    const base = `vendor/${vendor}/model/`;
    if (models.type === "null") return [{ key: `${base}*`, value: "true" }];
    return itemsOf(models).map((model) => {
      const ram = textOf(at(model, "ram"));
      const link = textOf(at(model, "interface"));
      const name = textOf(at(model, "model")) ?? "undefined";
      return { key: `${base}${name}${ram ? `/ram/${ram}` : ""}${link ? `/interface/${link}` : ""}`, value: "true" };
    });
  });
}

function protoOf(expose: TsValue): string {
  return textOf(at(expose, "proto"))?.toUpperCase() || "TCP";
}

type SequenceNumbers = ReadonlyMap<string, number>;

function numberEndpoints(services: TsValue | undefined): SequenceNumbers {
  const names = entriesOf(services).flatMap(([, service]) =>
    itemsOf(at(service, "expose")).flatMap((expose) =>
      itemsOf(at(expose, "to")).flatMap((to) => {
        const ip = textOf(at(to, "ip")) ?? "";
        return isTrue(at(to, "global")) && ip !== "" ? [ip] : [];
      }),
    ),
  );
  return new Map(names.sort(compareText).map((name, index) => [name, index + 1]));
}

function buildEndpoints(service: TsValue, numbers: SequenceNumbers): readonly Endpoint[] {
  return itemsOf(at(service, "expose")).flatMap((expose) =>
    itemsOf(at(expose, "to"))
      .filter((to) => isTrue(at(to, "global")))
      .flatMap((to) => {
        const port = numberOf(at(expose, "as")) || (numberOf(at(expose, "port")) ?? 0);
        const ingress = protoOf(expose) === "TCP" && port === 80;
        const kind = ingress ? endpointKinds.sharedHttp : endpointKinds.randomPort;
        const own: Endpoint = { kind, sequenceNumber: 0 };
        const ip = textOf(at(to, "ip")) ?? "";
        return ip === "" ? [own] : [own, { kind: endpointKinds.leasedIp, sequenceNumber: numbers.get(ip) ?? 0 }];
      }),
  );
}

function buildExposes(service: TsValue, numbers: SequenceNumbers): readonly ManifestExpose[] {
  const exposes = itemsOf(at(service, "expose")).flatMap((expose) => {
    const options = at(expose, "http_options");
    const option = (name: string, absent: number): number => numberOf(at(options, name)) ?? absent;
    const hosts = textsOf(at(expose, "accept")) ?? [];
    return itemsOf(at(expose, "to")).map((to): ManifestExpose => {
      const ip = textOf(at(to, "ip"));
      return {
        port: numberOf(at(expose, "port")) ?? 0,
        externalPort: numberOf(at(expose, "as")) ?? 0,
        proto: protoOf(expose),
        service: textOf(at(to, "service")) ?? "",
        global: isTrue(at(to, "global")),
        hosts: hosts.length === 0 ? null : hosts,
        httpOptions: {
          maxBodySize: option("max_body_size", 1_048_576),
          readTimeout: option("read_timeout", 60_000),
          sendTimeout: option("send_timeout", 60_000),
          nextTries: option("next_tries", 3),
          nextTimeout: option("next_timeout", 0),
          nextCases: textsOf(at(options, "next_cases")) ?? ["error", "timeout"],
          proxyBufferSize: option("proxy_buffer_size", 0),
        },
        ip: ip ?? "",
        endpointSequenceNumber: ip === undefined ? 0 : (numbers.get(ip) ?? 0),
      };
    });
  });
  return exposes.sort(
    (a, b) =>
      compareCollated(a.service, b.service) ||
      a.port - b.port ||
      compareCollated(a.proto, b.proto) ||
      Number(b.global) - Number(a.global),
  );
}

function buildParams(params: TsValue | undefined): ManifestParams | null {
  if (params === undefined) return null;
  const storage = entriesOf(at(params, "storage"))
    .map(([name, one]) => ({ name, mount: textOf(at(one, "mount")) ?? "", readOnly: isTrue(at(one, "readOnly")) }))
    .sort((a, b) => compareText(a.name, b.name));
  const permissions = at(params, "permissions");
  const tee = textOf(at(params, "tee"));
  return {
    storage: storage.length === 0 ? null : storage,
    ...(permissions === undefined ? {} : { permissions: { read: textsOf(at(permissions, "read")) ?? null } }),
    ...(tee === undefined || tee === "" ? {} : { tee: { type: tee, attestation: true } }),
  };
}

function listOrNull(value: TsValue | undefined): readonly string[] | null {
  const texts = textsOf(value) ?? [];
  return texts.length === 0 ? null : texts;
}

interface GroupDraft {
  readonly attributes: Attribute[];
  tee: string;
  readonly units: PlannedUnit[];
  readonly byProfile: Map<string, number>;
}

class Builder {
  private readonly sdl: TsValue;
  private readonly problems: Problems;
  private readonly numbers: SequenceNumbers;
  private readonly drafts = new Map<string, GroupDraft>();

  constructor(sdl: TsValue, problems: Problems) {
    this.sdl = sdl;
    this.problems = problems;
    this.numbers = numberEndpoints(at(sdl, "services"));
  }

  build(): Plan {
    const services = [...entriesOf(at(this.sdl, "services"))].sort(([a], [b]) => compareCollated(a, b));
    for (const [name, service] of services) {
      for (const [placement, deployment] of entriesOf(at(this.sdl, "deployment", name))) {
        this.addUnit(service, placement, deployment);
      }
    }
    const names = [...this.drafts.keys()].sort(compareText);
    const groups = names.map((name) => {
      const { attributes, units } = this.drafts.get(name) as GroupDraft;
      const signedBy = at(this.sdl, "profiles", "placement", name, "signedBy");
      const [allOf, anyOf] = [textsOf(at(signedBy, "allOf")) ?? [], textsOf(at(signedBy, "anyOf")) ?? []];
      return { name, allOf, anyOf, attributes, units: units.map(sortEndpoints) };
    });
    const manifest = names.map((name) => ({ name, services: this.buildServices(name) }));
    return { groups, manifest, minWindowNs: minWindowNs(at(this.sdl, "reclamation", "min_window")) };
  }

  private draftOf(placement: string): GroupDraft {
    const known = this.drafts.get(placement);
    if (known !== undefined) return known;
    const attributes = [...sortedAttributes(at(this.sdl, "profiles", "placement", placement, "attributes"))];
    const draft: GroupDraft = { attributes, tee: "", units: [], byProfile: new Map() };
    this.drafts.set(placement, draft);
    return draft;
  }

  private addUnit(service: TsValue, placement: string, deployment: TsValue): void {
    const draft = this.draftOf(placement);
    const tee = textOf(at(service, "params", "tee")) ?? "";
    if (tee !== "" && draft.tee === "") {
      draft.tee = tee;
      draft.attributes.push({ key: "tee/type", value: tee });
      draft.attributes.sort((a, b) => compareCollated(a.key, b.key));
    }
    const profile = textOf(at(deployment, "profile")) ?? "";
    const count = numberOf(at(deployment, "count")) ?? 0;
    const shared = draft.byProfile.get(profile);
    const unit = shared === undefined ? undefined : draft.units[shared];
    if (shared !== undefined && unit !== undefined) {
      const endpoints = [...(unit.resources.endpoints ?? []), ...buildEndpoints(service, this.numbers)];
      draft.units[shared] = { ...unit, resources: { ...unit.resources, endpoints }, count: unit.count + count };
      return;
    }
    const pricing = at(this.sdl, "profiles", "placement", placement, "pricing", profile);
    const amount = at(pricing, "amount");
    draft.byProfile.set(profile, draft.units.length);
    draft.units.push({
      resources: this.buildResources(draft.units.length + 1, profile, service),
      count,
      denom: textOf(at(pricing, "denom")) ?? "",
      amount: amount === undefined ? "" : tsText(amount),
    });
  }

  private sizeOf(value: TsValue | undefined): string {
    const size = parseTsSize(textOf(value) ?? "");
    if (size === undefined && value !== undefined) {
      const message = `"${textOf(value)}" is no size: write a number with a suffix, such as 512Mi`;
      this.problems.add("size", value, message);
    }
    return String(size ?? 0);
  }

  private buildResources(id: number, profile: string, service: TsValue): ManifestResources {
    const resources = at(this.sdl, "profiles", "compute", profile, "resources");
    const gpu = at(resources, "gpu");
    const storage = itemsOf(at(resources, "storage")).map(
      (volume): ManifestVolume => ({
        name: textOf(at(volume, "name")) || "default",
        size: this.sizeOf(at(volume, "size")),
        attributes: sortedAttributes(at(volume, "attributes")),
      }),
    );
    return {
      id,
      cpu: {
        units: String(cpuMillicores(at(resources, "cpu", "units"))),
        attributes: sortedAttributes(at(resources, "cpu", "attributes")),
      },
      memory: { size: this.sizeOf(at(resources, "memory", "size")), attributes: [] },
      storage,
      gpu: { units: String(gpuUnits(at(gpu, "units"))), attributes: gpuAttributes(at(gpu, "attributes")) },
      endpoints: buildEndpoints(service, this.numbers),
    };
  }

  private buildServices(placement: string): readonly ManifestService[] {
    const deployed = entriesOf(at(this.sdl, "deployment")).flatMap(([name, placements]) => {
      const deployment = at(placements, placement);
      return deployment === undefined ? [] : [[name, deployment] as const];
    });
    deployed.sort(([a], [b]) => compareCollated(a, b));
    return deployed.flatMap(([name, deployment]) => {
      const service = at(this.sdl, "services", name);
      if (service !== undefined) return [this.buildService(name, service, placement, deployment)];
      this.problems.add("service-missing", deployment, `there is no service "${name}" under services`);
      return [];
    });
  }

  private buildService(name: string, service: TsValue, placement: string, deployment: TsValue): ManifestService {
    const profile = textOf(at(deployment, "profile")) ?? "";
    const id = (this.drafts.get(placement)?.byProfile.get(profile) ?? 0) + 1;
    const credentials = at(service, "credentials");
    const field = (key: string): string => textOf(at(credentials, key)) ?? "";
    return {
      name,
      image: textOf(at(service, "image")) ?? "",
      command: listOrNull(at(service, "command")),
      args: listOrNull(at(service, "args")),
      env: listOrNull(at(service, "env")),
      resources: this.buildResources(id, profile, service),
      count: numberOf(at(deployment, "count")) ?? 0,
      expose: buildExposes(service, this.numbers),
      params: buildParams(at(service, "params")),
      credentials:
        credentials === undefined
          ? null
          : { host: field("host"), email: field("email"), username: field("username"), password: field("password") },
    };
  }
}

function sortEndpoints(unit: PlannedUnit): PlannedUnit {
  const endpoints = [...(unit.resources.endpoints ?? [])];
  endpoints.sort((a, b) => a.kind - b.kind || a.sequenceNumber - b.sequenceNumber);
  return { ...unit, resources: { ...unit.resources, endpoints } };
}

const unitSeconds: Readonly<Record<string, bigint>> = { s: 1n, m: 60n, h: 3600n };

function minWindowNs(value: TsValue | undefined): bigint | undefined {
  const written = textOf(value);
  if (written === undefined) return undefined;
  const seconds = unitSeconds[written.slice(-1)] ?? 0n;
  return BigInt(written.slice(0, -1)) * seconds * 1_000_000_000n;
}

/** Groups and manifest as the TypeScript SDK makes them (spec: sdl.md §9, §12) of a value that passed its checks. */
export function buildTsPlan(sdl: TsValue, problems: Problems): Plan {
  return new Builder(sdl, problems).build();
}

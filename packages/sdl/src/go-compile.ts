import {
  errorKinds,
  type GroupSpec,
  type Refusal,
  validateGroupSpec,
  validateGroupSpecs,
  validateManifest,
  validateResources,
} from "@stoa/market";
import { groupSpecMessages } from "./forms.ts";
import { buildGoPlan } from "./go-build.ts";
import { parseGoDuration } from "./go-numbers.ts";
import { readGoSdl } from "./go-read.ts";
import { checkGoRules } from "./go-rules.ts";
import type { GoSdl } from "./go-sdl.ts";
import type { Plan } from "./plan.ts";
import { childPath, type Place, type Problems } from "./problem.ts";
import type { ProblemCode } from "./problem-codes.ts";
import type { YamlNode } from "./yaml-node.ts";

// The place of a unit's compute profile: the first deployment into the group whose unit it is.
function unitPlaces(sdl: GoSdl, plan: Plan): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  for (const { name, services } of plan.manifest) {
    for (const service of services ?? []) {
      const profile = sdl.deployment.get(service.name)?.get(name)?.profile ?? "";
      const place = sdl.compute.get(profile)?.place;
      if (place !== undefined) places.set(`${name}/${service.resources.id}`, place);
    }
  }
  return places;
}

function groupCode(refusal: Refusal): ProblemCode {
  if (refusal.code === errorKinds.invalidGroups.code && refusal.codespace === errorKinds.invalidGroups.codespace)
    return "no-groups";
  if (/denom/.test(refusal.message)) return "denomination";
  if (/price/.test(refusal.message)) return "price";
  return /total/.test(refusal.message) ? "group-limit" : "resource-limit";
}

const limitParts: readonly (readonly [RegExp, string])[] = [
  [/CPU/, "cpu"],
  [/GPU/, "gpu"],
  [/[Mm]emory/, "memory"],
  [/[Ss]torage/, "storage"],
];

function limitPath(place: Place, message: string): Place {
  const part = limitParts.find(([pattern]) => pattern.test(message))?.[1];
  return part === undefined ? place : { ...place, path: childPath(place.path, part) };
}

function checkGroups(sdl: GoSdl, plan: Plan, groups: readonly GroupSpec[], problems: Problems): void {
  const places = unitPlaces(sdl, plan);
  for (const group of groups) {
    for (const { resource } of group.resources) {
      const refusal = resource === undefined ? undefined : validateResources(resource);
      if (refusal === undefined) continue;
      const place = places.get(`${group.name}/${resource?.id}`) ?? sdl.place;
      problems.add("resource-limit", limitPath(place, refusal.message), refusal.message);
    }
    if (problems.any) continue;
    const refusal = validateGroupSpec(group);
    const place = sdl.placement.get(group.name)?.place ?? sdl.place;
    if (refusal !== undefined) problems.add(groupCode(refusal), place, refusal.message);
  }
  if (problems.any) return;
  const refusal = validateGroupSpecs(groups);
  if (refusal !== undefined) problems.add(groupCode(refusal), sdl.place, refusal.message);
}

function checkManifest(sdl: GoSdl, plan: Plan, problems: Problems): void {
  const problem = validateManifest(plan.manifest);
  if (problem === undefined) return;
  const name = /service "([^"]*)"/.exec(problem.message)?.[1] ?? "";
  const place = sdl.services.get(name)?.place ?? sdl.place;
  const isHost = problem.message.includes("hostname");
  problems.add(isHost ? "hostname" : "manifest", place, problem.message.replace(/^invalid manifest: /, ""));
}

/** Groups and manifest as the reference's Go parser makes them; undefined, with problems, if it would refuse. */
export function planGo(root: YamlNode | undefined, problems: Problems): Plan | undefined {
  const sdl = readGoSdl(root, problems);
  if (sdl === undefined) return undefined;
  const plan = buildGoPlan(sdl, problems);
  if (!problems.any) checkGoRules(sdl, problems);
  if (!problems.any) checkGroups(sdl, plan, groupSpecMessages(plan.groups) ?? [], problems);
  if (!problems.any) checkManifest(sdl, plan, problems);
  if (problems.any) return undefined;
  const window = sdl.reclamation === null ? undefined : parseGoDuration(sdl.reclamation.minWindow);
  return { ...plan, minWindowNs: typeof window === "bigint" ? window : undefined };
}

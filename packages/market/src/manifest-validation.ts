import type { Manifest, ManifestExpose, ManifestGroup, ManifestResources, ManifestService } from "./manifest.ts";
import { compareUtf8 } from "./text-order.ts";

/**
 * Why a manifest is refused. `invalid` and `crossValidation` are the reference's error kinds that its gateway answers
 * with 422; `other` it answers with 500 (spec: provider.md §4.2).
 */
export interface ManifestProblem {
  readonly kind: "invalid" | "crossValidation" | "other";
  readonly message: string;
}

const serviceNamePattern = /^[a-z]([-a-z0-9]*[a-z0-9])?$/;
const envNamePattern = /^[-._a-zA-Z][-._a-zA-Z0-9]*$/;
const hostLabelPattern = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const hostMaxChars = 253;
const maxPort = 65_535;

/** True for a service name: a lower-case DNS label that starts with a letter. */
export function isServiceName(text: string): boolean {
  return serviceNamePattern.test(text);
}

/** True for a name that Kubernetes accepts for an environment variable. */
export function isEnvName(text: string): boolean {
  return envNamePattern.test(text) && text !== "." && !text.startsWith("..");
}

/** True for a lower-case DNS-1123 subdomain of at most 253 characters. */
export function isHostname(text: string): boolean {
  return text.length <= hostMaxChars && text.split(".").every((label) => hostLabelPattern.test(label));
}

function invalid(message: string): ManifestProblem {
  return { kind: "invalid", message: `invalid manifest: ${message}` };
}

/** Text in Go's %q form, near enough for names. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16)}`);
}

/** Order of exposes: service, port, protocol, global first (spec: sdl.md §9). */
export function compareExposes(a: ManifestExpose, b: ManifestExpose): number {
  if (a.service !== b.service) return compareUtf8(a.service, b.service);
  if (a.port !== b.port) return a.port - b.port;
  if (a.proto !== b.proto) return compareUtf8(a.proto, b.proto);
  return a.global === b.global ? 0 : a.global ? -1 : 1;
}

function isSorted<T>(items: readonly T[], compare: (a: T, b: T) => number): boolean {
  return items.every((item, index) => index === 0 || compare(items[index - 1] as T, item) <= 0);
}

function checkResources(resources: ManifestResources): ManifestProblem | undefined {
  const other = (message: string): ManifestProblem => ({ kind: "other", message });
  if (resources.id === 0) return other("resources ID must be > 0");
  if (resources.cpu === null) return other("CPU must not be nil");
  if (resources.gpu === null) return other("GPU must not be nil");
  if (resources.memory === null) return other("memory must not be nil");
  if (resources.storage.length === 0) return other("storage must not be nil");
  return resources.endpoints === null ? other("endpoints must not be nil") : undefined;
}

interface Seen {
  readonly hosts: Set<string>;
  globals: number;
}

function checkExpose(expose: ManifestExpose, seen: Seen): string | undefined {
  if (expose.port === 0 || expose.port > maxPort) return "port value must be 0 < value <= 65535 ";
  if (expose.proto !== "TCP" && expose.proto !== "UDP") return `protocol ${quoted(expose.proto)} unknown`;
  if (expose.global) seen.globals++;
  for (const host of expose.hosts ?? []) {
    if (!isHostname(host)) return `has invalid hostname ${quoted(host)}`;
    if (seen.hosts.has(host)) return `hostname ${quoted(host)} is duplicated, this is not allowed`;
    seen.hosts.add(host);
  }
  return undefined;
}

function checkService(service: ManifestService, seen: Seen): ManifestProblem | undefined {
  if (service.name === "") return invalid("service name is empty");
  const name = `service ${quoted(service.name)}`;
  if (!isServiceName(service.name)) return invalid(`${name} name is invalid`);
  if (service.image === "") return invalid(`${name} has empty image name`);
  const resources = checkResources(service.resources);
  if (resources !== undefined) return resources;
  for (const variable of service.env ?? []) {
    const [variableName = ""] = variable.split("=", 1);
    if (!isEnvName(variableName)) {
      return invalid(`${name} defines an env. var. with an invalid name ${quoted(variableName)}`);
    }
  }
  const exposes = service.expose ?? [];
  if (!isSorted(exposes, compareExposes)) return invalid(`${name}: expose is not sorted`);
  for (const expose of exposes) {
    const problem = checkExpose(expose, seen);
    if (problem !== undefined) return invalid(`${name}: ${problem}`);
  }
  return undefined;
}

function checkGroup(group: ManifestGroup, seen: Seen): ManifestProblem | undefined {
  const services = group.services ?? [];
  const name = `group ${quoted(group.name)}`;
  if (services.length === 0) return invalid(`${name} contains no services`);
  if (!isSorted(services, (a, b) => compareUtf8(a.name, b.name))) return invalid(`${name} services is not sorted`);
  for (const service of services) {
    const problem = checkService(service, seen);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Undefined if a manifest is sound by itself (spec: sdl.md §8); else the first problem, in the reference's words. */
export function validateManifest(manifest: Manifest): ManifestProblem | undefined {
  if (manifest.length === 0) return invalid("manifest is empty");
  const seen: Seen = { hosts: new Set(), globals: 0 };
  const names = new Set<string>();
  for (const group of manifest) {
    const problem = checkGroup(group, seen);
    if (problem !== undefined) return problem;
    if (names.has(group.name)) return invalid(`duplicate group ${quoted(group.name)}`);
    names.add(group.name);
  }
  return seen.globals === 0 ? invalid("zero global services") : undefined;
}

/** Runs every recorded REST case against our gateway over the fake runtime, and compares what the README asks. */
import type { GatewayCase, GatewayDeviation, GatewayExpectation, VectorFailure, VectorReport } from "@stoa/test";
import { certificateNotes, type Received, send } from "./recorded-client.vectors.ts";
import { type RecordedIds, RecordedWorld } from "./recorded-world.vectors.ts";

/** Path of the recording below the vectors' folder. */
export const gatewayVectorsFile = "gateway/rest.json";

export interface GatewayReport extends VectorReport {
  /** Names of the rules that applied to some case. */
  readonly rules: readonly string[];
}

interface Recording {
  readonly ids: RecordedIds;
  readonly cases: readonly GatewayCase[];
}

type Complain = (field: string, expected: unknown, actual: unknown) => void;

function expectationOf({ response }: GatewayCase): GatewayExpectation {
  const header = response.headers?.find(([name]) => name.toLowerCase() === "content-type");
  return { status: response.status ?? 0, contentType: header?.[1], body: response.body ?? "" };
}

/** Members that the reference's own types leave out when they are empty (provider.md §6.4). */
const optional = new Set(["errors", "storage", "host", "error", "reclamation_window", "cluster_public_hostname"]);

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return kindOf(value) === "object";
}

/** Differences in keys and types at every depth. Lists of different length must hold elements of the known shapes. */
function compareShape(expected: unknown, actual: unknown, path: string): readonly string[] {
  if (kindOf(expected) !== kindOf(actual)) return [`${path}: expected ${kindOf(expected)}, got ${kindOf(actual)}`];
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length === 0) return [];
    return actual.flatMap((item: unknown, i) => {
      const shapes: readonly unknown[] = i < expected.length ? [expected[i], ...expected] : expected;
      const all = shapes.map((shape) => compareShape(shape, item, `${path}/${i}`));
      return all.find((differences) => differences.length === 0) ?? all[0] ?? [];
    });
  }
  if (!isObject(expected) || !isObject(actual)) return [];
  const missing = Object.keys(expected).filter((key) => !Object.hasOwn(actual, key) && !optional.has(key));
  const extra = Object.keys(actual).filter((key) => !Object.hasOwn(expected, key) && !optional.has(key));
  const inner = Object.keys(expected)
    .filter((key) => Object.hasOwn(actual, key))
    .flatMap((key) => compareShape(expected[key], actual[key], `${path}/${key}`));
  return [
    ...missing.map((key) => `${path}/${key}: missing`),
    ...extra.map((key) => `${path}/${key}: not in the recording`),
    ...inner,
  ];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function compareJson(entry: GatewayCase, expected: string, actual: string, complain: Complain): void {
  const [want, have] = [parse(expected), parse(actual)];
  if (entry.request.path === "/version") {
    const keys = isObject(have) ? Object.keys(have).sort().join() : "";
    if (keys !== "akash,kube") complain("body", "akash,kube", keys);
    return;
  }
  for (const difference of compareShape(want, have, "")) complain("body", "the same keys and types", difference);
  // An error's text counts, not only its shape.
  if (isObject(want) && isObject(have) && typeof want.message === "string" && want.message !== have.message) {
    complain("body/message", want.message, have.message);
  }
}

function compare(entry: GatewayCase, expected: GatewayExpectation, received: Received, complain: Complain): void {
  if (entry.response.connectionError !== undefined) {
    // Clients tell bad certificates from other failures by the alert's number.
    const alert = /alert number (\d+)/.exec(entry.response.connectionError)?.[1];
    const actual =
      "connectionError" in received ? /alert number (\d+)/.exec(received.connectionError)?.[1] : "an answer";
    if (actual !== alert) complain("connection", `TLS alert ${alert}`, received);
    return;
  }
  if ("connectionError" in received) {
    complain("connection", "a response", received.connectionError);
    return;
  }
  if (received.status !== expected.status) complain("status", expected.status, received.status);
  if (received.contentType !== expected.contentType) {
    complain("content type", expected.contentType ?? "none", received.contentType ?? "none");
  }
  const location = entry.response.headers?.find(([name]) => name.toLowerCase() === "location")?.[1];
  if (received.status >= 300 && received.status < 400 && location !== received.location) {
    complain("location", location, received.location);
  }
  if (expected.contentType?.startsWith("application/json")) {
    compareJson(entry, expected.body, received.body, complain);
    return;
  }
  // The prefix names Kubernetes, which is not behind ours (README).
  const text = (body: string) => body.replace(/^kube: /, "");
  if (text(received.body) !== text(expected.body)) complain("body", expected.body, received.body);
}

/**
 * Runs the recording in order against one gateway. `deviations` say where we differ on purpose; nothing here knows
 * a case by its name.
 */
export async function checkGateway(text: string, deviations: readonly GatewayDeviation[]): Promise<GatewayReport> {
  const { ids, cases } = JSON.parse(text) as Recording;
  const failures: VectorFailure[] = [];
  const rules = new Set<string>();
  const world = new RecordedWorld(ids, cases);
  const notes = certificateNotes(cases);
  try {
    const port = await world.start();
    for (const [index, entry] of cases.entries()) {
      let expected = expectationOf(entry);
      for (const rule of deviations) {
        const answer = rule.answer(entry, expected, String(ids.provider));
        if (answer === undefined) continue;
        rules.add(rule.name);
        expected = answer;
      }
      expected = { ...expected, body: world.translate(expected.body) };
      const received = await send(entry, world, port, notes);
      await world.settle();
      compare(entry, expected, received, (field, want, have) => {
        const message = `expected ${JSON.stringify(want)}, got ${JSON.stringify(have)}`.slice(0, 2000);
        failures.push({ case: `[${index}] ${entry.name}`, field, message });
      });
    }
  } finally {
    await world.close();
  }
  return { cases: cases.length, failures, rules: [...rules] };
}

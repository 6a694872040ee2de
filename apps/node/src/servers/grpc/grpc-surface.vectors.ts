import type { GrpcAbsence, VectorFailure, VectorReport } from "@stoa/test";
import { masked } from "../rpc/surface-shape.ts";

interface RecordedError {
  readonly method: string;
  readonly request: unknown;
  readonly code: string;
  readonly message: string;
}

interface Recorded {
  readonly services: Readonly<Record<string, readonly string[]>>;
  readonly errors: readonly RecordedError[];
}

/** A gRPC server, as a client sees it. */
export interface GrpcSurface {
  /** Names of services by reflection. */
  services(): Promise<readonly string[]>;
  /** Methods of a service by the descriptors that reflection gives. */
  methods(service: string): Promise<readonly string[]>;
  /** Calls with a request in protobuf JSON (without one: an empty message); answers the code's name and the text. */
  call(path: string, request?: unknown): Promise<{ readonly code: string; readonly message: string }>;
}

/** What came of the cases: services, methods and errors. */
export interface GrpcReport extends VectorReport {
  /** Cases of services and methods that are not there, and answered so. */
  readonly absent: number;
  readonly used: readonly GrpcAbsence[];
}

/** Compares services, methods and errors with the recorded ones. */
export async function checkGrpcSurface(params: {
  readonly text: string;
  readonly absences: readonly GrpcAbsence[];
  readonly surface: GrpcSurface;
}): Promise<GrpcReport> {
  const { surface, absences } = params;
  const recorded = JSON.parse(params.text) as Recorded;
  const failures: VectorFailure[] = [];
  const used = new Set<GrpcAbsence>();
  let absent = 0;
  const listed = new Set(await surface.services());
  let cases = 0;
  const check = (name: string, field: string, problem: string | undefined): void => {
    cases += 1;
    if (problem !== undefined) failures.push({ case: name, field, message: problem });
  };
  for (const [service, methods] of Object.entries(recorded.services)) {
    const absence = absences.find(({ name }) => name === service);
    if (absence !== undefined) used.add(absence);
    const there = listed.has(service);
    if (absence !== undefined) absent += 1;
    check(service, "reflection", there === (absence === undefined) ? undefined : `listed: ${there}`);
    if (there) {
      const ours = (await surface.methods(service)).toSorted().join(" ");
      check(service, "methods", ours === methods.toSorted().join(" ") ? undefined : `ours are ${ours}`);
    }
    // Reflection is a stream, which takes no single message.
    for (const method of service.startsWith("grpc.reflection.") ? [] : methods) {
      const path = `${service}/${method}`;
      const missing = absence ?? absences.find(({ name }) => name === path);
      if (missing !== undefined) {
        used.add(missing);
        absent += 1;
      }
      const { code, message } = await surface.call(`/${path}`);
      const isServed = code !== "Unimplemented";
      check(path, "call", isServed === (missing === undefined) ? undefined : `${code}: ${message}`);
    }
  }
  for (const { method, request, code, message } of recorded.errors) {
    const ours = await surface.call(`/${method}`, request);
    const expected = masked(message.replaceAll(" [SOURCE]", ""));
    const same = ours.code === code && masked(ours.message) === expected;
    check(method, "error", same ? undefined : `expected ${code} ${message}, got ${ours.code} ${ours.message}`);
  }
  return { cases, absent, failures, used: [...used] };
}

import type { VectorFailure, VectorReport } from "@stoa/test";

/** Counts cases and collects disagreements of one vector file. */
export class Comparison implements VectorReport {
  cases = 0;
  readonly failures: VectorFailure[] = [];

  equal(name: string, field: string, actual: unknown, expected: unknown): void {
    if (JSON.stringify(actual) === JSON.stringify(expected)) return;
    const message = `expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
    this.failures.push({ case: name, field, message });
  }
}

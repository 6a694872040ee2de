import { relative } from "node:path";
import type { TestEvent } from "node:test/reporters";

/** One line of what the reporter prints: the outcome of one test that has no subtests. */
export interface Outcome {
  readonly outcome: "pass" | "fail" | "skip";
  readonly name: string;
  readonly file: string;
  readonly ms: number;
  readonly reason?: string;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  return cause instanceof Error ? (cause.stack ?? cause.message) : (error.stack ?? error.message);
}

/** A node:test reporter that prints one JSON line per test, for the runner to count. */
export async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, details, skip, file } = event.data;
    // A suite, and the file that node:test reports as a test of its own, repeat what their tests said.
    if (details.type === "suite" && event.type === "test:pass") continue;
    const outcome: Outcome = {
      outcome: event.type === "test:fail" ? "fail" : skip === undefined ? "pass" : "skip",
      name,
      file: relative(process.cwd(), file ?? name),
      ms: Math.round(details.duration_ms),
      ...(event.type === "test:fail" ? { reason: describe(event.data.details.error) } : {}),
      ...(typeof skip === "string" ? { reason: skip } : {}),
    };
    yield `${JSON.stringify(outcome)}\n`;
  }
}
// node:test loads a reporter by its default export.
// biome-ignore lint/style/noDefaultExport: the name is node:test's
export default report;

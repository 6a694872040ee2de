import { relative, resolve } from "node:path";
import type { EventData } from "node:test";
import type { TestEvent } from "node:test/reporters";

/** One line of what the reporter prints: a test, a suite or a file began or ended; "end" counts for nothing. */
export interface Outcome {
  readonly outcome: "begin" | "end" | "pass" | "fail" | "skip";
  readonly name: string;
  readonly file: string;
  readonly reason?: string;
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause;
  return cause instanceof Error ? (cause.stack ?? cause.message) : (error.stack ?? error.message);
}

/** A suite or a file that failed for no reason of its own: its tests said so already. */
function repeats(error: unknown): boolean {
  return error instanceof Error && "failureType" in error && error.failureType === "subtestsFailed";
}

function endOf(test: EventData.TestComplete, isFile: boolean): Pick<Outcome, "outcome" | "reason"> {
  const { details, skip } = test;
  if (repeats(details.error)) return { outcome: "end" };
  if (!details.passed) return { outcome: "fail", reason: describe(details.error) };
  if (isFile || details.type === "suite") return { outcome: "end" };
  if (skip === undefined) return { outcome: "pass" };
  return typeof skip === "string" ? { outcome: "skip", reason: skip } : { outcome: "skip" };
}

/**
 * A node:test reporter that prints one JSON line as each test begins and ends, for the runner to count. It does not wait
 * for the files' order, so that what ended before a test that hangs is known too.
 */
export async function* report(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of source) {
    if (event.type !== "test:dequeue" && event.type !== "test:complete") continue;
    const { name, file = name, nesting } = event.data;
    // node:test reports a file as a test, too.
    const isFile = nesting === 0 && resolve(name) === resolve(file);
    const end = event.type === "test:complete" ? endOf(event.data, isFile) : { outcome: "begin" as const };
    const outcome: Outcome = { name: isFile ? "" : name, file: relative(process.cwd(), file), ...end };
    yield `${JSON.stringify(outcome)}\n`;
  }
}
// node:test loads a reporter by its default export.
// biome-ignore lint/style/noDefaultExport: the name is node:test's
export default report;

import type { Measured } from "./bench.ts";
import type { MachineFacts } from "./machine.ts";
import { type GoalOutcome, judgeGoals, type Summary, summarize } from "./statistics.ts";

/** One bench's outcome: what `--json` prints and bench/results keeps. */
export interface BenchReport {
  readonly bench: string;
  /** When it began, in UTC. */
  readonly at: string;
  readonly commit: string;
  readonly machine: MachineFacts;
  readonly conditions: Measured["conditions"];
  readonly results: {
    readonly series: Readonly<Record<string, Summary>>;
    readonly figures: NonNullable<Measured["figures"]>;
  };
  readonly goals: readonly GoalOutcome[];
}

export function makeReport(
  facts: Pick<BenchReport, "bench" | "at" | "commit" | "machine">,
  measured: Measured,
): BenchReport {
  const results = { series: summarize(measured), figures: measured.figures ?? {} };
  return { ...facts, conditions: measured.conditions, results, goals: judgeGoals(measured) };
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function number(value: number): string {
  return value >= 1000 ? Math.round(value).toString() : value.toString();
}

/** The report as people read it. */
export function reportText(report: BenchReport): string {
  const { machine, conditions, results, goals } = report;
  const series = Object.entries(results.series).map(([name, { unit, share, ...s }]) => [
    `${share === undefined ? "" : "  "}${name}`,
    ...[s.p50, s.p95, s.max, s.mean].map(number),
    unit,
    share === undefined ? "" : `${(share * 100).toFixed(1)} %`,
    String(s.count),
  ]);
  const figures = Object.entries(results.figures).map(([name, { unit, value }]) => [name, number(value), unit]);
  const lines = [
    `${report.bench}: ${Object.entries(conditions)
      .map(([name, value]) => `${name} ${value}`)
      .join(", ")}`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.kernel}, Node ${machine.node}, ` +
      `fsync ${machine.fsyncP50Ms} ms, load ${machine.load1m}, commit ${report.commit.slice(0, 12) || "unknown"}`,
  ];
  if (series.length > 0)
    lines.push("", ...columns([["", "P50", "P95", "MAX", "MEAN", "", "SHARE", "RUNS"], ...series]));
  if (figures.length > 0) lines.push("", ...columns(figures));
  if (goals.length > 0) lines.push("");
  for (const { of, statistic, atMost, actual, unit, met } of goals) {
    const what = statistic === "value" ? of : `${of} ${statistic}`;
    lines.push(`goal ${met ? "met" : "MISSED"}: ${what} ${number(actual)} ${unit}, at most ${atMost}`);
  }
  return `${lines.join("\n")}\n`;
}

import type { Goal, Measured } from "./bench.ts";

/** A series in few numbers. */
export interface Summary {
  readonly unit: string;
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  readonly p95: number;
  readonly max: number;
  readonly mean: number;
  /** Part of the whole that this phase takes, by its mean, 0 to 1; undefined where it is no phase. */
  readonly share?: number;
}

/** A goal and what became of it. */
export interface GoalOutcome extends Goal {
  readonly unit: string;
  readonly actual: number;
  readonly met: boolean;
}

/**
 * The smallest sample that at least `fraction` (0 to 1) of all samples do not exceed: nearest rank, so always a value
 * that was measured. Throws RangeError without samples or for a fraction outside of its range.
 */
export function percentile(samples: readonly number[], fraction: number): number {
  if (samples.length === 0) throw new RangeError("no samples");
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`${fraction} is no fraction`);
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] as number;
}

function mean(samples: readonly number[]): number {
  return samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
}

/** Four digits are more than this kind of measurement knows. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** The series of a bench in few numbers, phases with their shares. */
export function summarize(measured: Measured): Readonly<Record<string, Summary>> {
  const all = measured.series ?? {};
  return Object.fromEntries(
    Object.entries(all).map(([name, { unit, samples, partOf }]) => {
      const whole = partOf === undefined ? undefined : all[partOf];
      const summary: Summary = {
        unit,
        count: samples.length,
        min: rounded(percentile(samples, 0)),
        p50: rounded(percentile(samples, 0.5)),
        p95: rounded(percentile(samples, 0.95)),
        max: rounded(percentile(samples, 1)),
        mean: rounded(mean(samples)),
        ...(whole === undefined ? {} : { share: rounded(mean(samples) / mean(whole.samples)) }),
      };
      return [name, summary];
    }),
  );
}

/** Whether each goal was met. Throws if a goal names what was not measured. */
export function judgeGoals(measured: Measured): readonly GoalOutcome[] {
  const summaries = summarize(measured);
  return (measured.goals ?? []).map((goal) => {
    const summary = summaries[goal.of];
    const figure = measured.figures?.[goal.of];
    const actual = goal.statistic === "value" ? figure?.value : summary?.[goal.statistic];
    if (actual === undefined) throw new Error(`a goal names ${goal.of} ${goal.statistic}, which was not measured`);
    return { ...goal, unit: summary?.unit ?? figure?.unit ?? "", actual, met: actual <= goal.atMost };
  });
}

import type { Hash, Verifier } from "@stoa/std";

/** What a bench is given. Code that may not name a host gets its clock and its cryptography from here. */
export interface BenchContext {
  /** How often to repeat; undefined: as often as the bench thinks right. */
  readonly runs: number | undefined;
  /**
   * Milliseconds that the processor has worked on this thread: what synchronous code costs, whatever else the machine
   * does meanwhile.
   */
  readonly cpuMs: () => number;
  readonly hash: Hash;
  readonly verifier: Verifier;
  /** An empty folder, removed afterwards. */
  readonly scratch: string;
  /** Bytes of JavaScript objects and of buffers in use after a garbage collection. */
  readonly memoryInUse: () => number;
  /** Tells people what goes on. */
  readonly progress: (text: string) => void;
}

/** Repeated measurements of one thing. */
export interface Series {
  readonly unit: string;
  readonly samples: readonly number[];
  /** Name of the series that this one is a phase of. */
  readonly partOf?: string;
}

/** A limit on a figure, or on a percentile or the largest of a series. */
export interface Goal {
  readonly of: string;
  readonly statistic: "p50" | "p95" | "max" | "value";
  readonly atMost: number;
}

/** What a bench measured; the runner makes percentiles, shares and verdicts of it. */
export interface Measured {
  /** What was held fixed, so that others can repeat it. */
  readonly conditions: Readonly<Record<string, string | number>>;
  readonly series?: Readonly<Record<string, Series>>;
  readonly figures?: Readonly<Record<string, { readonly unit: string; readonly value: number }>>;
  readonly goals?: readonly Goal[];
}

/** A bench sits next to the code that it measures (`*.bench.ts`) and exports one of these as `bench`. */
export interface Bench {
  readonly about: string;
  readonly run: (context: BenchContext) => Promise<Measured>;
}

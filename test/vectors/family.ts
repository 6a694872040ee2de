/** One disagreement between a vector and what our code answers. */
export interface VectorFailure {
  /** The case's own name or index within its file. */
  readonly case: string;
  /** What disagreed: a field's name or path. */
  readonly field: string;
  /** Expected and actual, in words. */
  readonly message: string;
}

/** What came of one file. */
export interface VectorReport {
  /** Cases that were compared. */
  readonly cases: number;
  readonly failures: readonly VectorFailure[];
}

/** The check of one file of `shared/vectors/lib`: lives in the room that the file concerns, as `<name>.vectors.ts`. */
export interface VectorFamily {
  /** Path below the vectors' folder, such as `lib/iavl.json` or `lib/wire/akash.cert.v1.json`. */
  readonly file: string;
  /** Compares every case of the file's text. Never throws for a disagreement. */
  check(text: string): VectorReport;
}

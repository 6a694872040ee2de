/** A family's report, as the vectors' runner wants it. */
interface Report {
  readonly cases: number;
  readonly failures: readonly { readonly case: string; readonly field: string; readonly message: string }[];
}

/** One case of a vectors file: fields of unknown shape. */
export type VectorCase = Readonly<Record<string, unknown>>;

/** Collects disagreements while a family of vectors is walked. */
export class VectorCheck {
  private cases = 0;
  private readonly failures: Report["failures"][number][] = [];
  private name = "";

  /** Starts a case: later disagreements are noted under its name. */
  begin(name: string): void {
    this.cases++;
    this.name = name;
  }

  /** Notes a disagreement unless both are the same value or, for objects, the same JSON text. */
  same(field: string, want: unknown, got: unknown): void {
    const [a, b] = [show(want), show(got)];
    if (a !== b) this.failures.push({ case: this.name, field, message: `want ${a}, got ${b}` });
  }

  report(): Report {
    return { cases: this.cases, failures: this.failures };
  }
}

function show(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

/** Walks the named sections of a vectors file with one function each. */
export function checkSections(
  text: string,
  sections: Readonly<Record<string, (check: VectorCheck, one: VectorCase) => void>>,
): Report {
  const file = JSON.parse(text) as Readonly<Record<string, readonly VectorCase[]>>;
  const check = new VectorCheck();
  for (const [section, judge] of Object.entries(sections)) {
    for (const [index, one] of (file[section] ?? []).entries()) {
      check.begin(`${section}[${index}]`);
      try {
        judge(check, one);
      } catch (problem) {
        check.same("throws", "no exception", problem instanceof Error ? problem.message : problem);
      }
    }
  }
  return check.report();
}

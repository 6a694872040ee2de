import type { VectorFailure, VectorFamily } from "@stoa/test";
import { matchesQuery, parseQuery } from "./event-query.ts";

interface RecordedQuery {
  readonly query: string;
  readonly error: string | null;
  readonly conditions?: readonly { readonly tag: string }[];
  readonly matches?: readonly boolean[];
}

interface Recorded {
  readonly events: readonly Readonly<Record<string, readonly string[]>>[];
  readonly queries: readonly RecordedQuery[];
  readonly syntax: readonly RecordedQuery[];
}

/** The language of searches and subscriptions: which queries parse, and what they match. */
export const eventQueryVectors: VectorFamily = {
  file: "lib/query-language.json",
  check(text) {
    const { events, queries, syntax } = JSON.parse(text) as Recorded;
    const tags = events.map((event) => new Map(Object.entries(event)));
    const failures: VectorFailure[] = [];
    // "(All)" is the reference's name of a query that no text expresses.
    const texts = [...queries, ...syntax].filter(({ query }) => query !== "(All)");
    for (const { query, error, conditions, matches } of texts) {
      const fail = (field: string, message: string): void => void failures.push({ case: query, field, message });
      const parsed = parseQuery(query);
      if (parsed.ok !== (error === null)) {
        fail("error", `expected ${error}, got ${parsed.ok ? "no error" : parsed.error}`);
      } else if (!parsed.ok) {
        // Go's words about times are not repeated.
        const own = error?.startsWith(parsed.error) === true || parsed.error === error;
        if (!own) fail("error", `expected ${error}, got ${parsed.error}`);
      } else {
        const read = parsed.value.map(({ tag }) => tag).join(" ");
        const expected = (conditions ?? []).map(({ tag }) => tag).join(" ");
        if (conditions !== undefined && read !== expected) fail("conditions", `expected ${expected}, got ${read}`);
        const answers = tags.map((each) => matchesQuery(parsed.value, each));
        if (matches !== undefined && JSON.stringify(answers) !== JSON.stringify(matches)) {
          fail("matches", `expected ${JSON.stringify(matches)}, got ${JSON.stringify(answers)}`);
        }
      }
    }
    return { cases: texts.length, failures };
  },
};

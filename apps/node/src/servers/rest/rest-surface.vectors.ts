import type { RestDeviation, VectorFailure, VectorReport } from "@stoa/test";
import { differences, type Json, masked } from "../rpc/surface-shape.ts";

/** One recorded question over REST. */
export interface RestCase {
  readonly n: number;
  readonly verb?: string;
  readonly path: string;
  readonly sent?: string;
  /** Value of the height header. */
  readonly sentHeight?: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** What a server answered. */
export interface RestAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** The same question to another network. */
export interface RestQuestion {
  readonly verb: string;
  readonly path: string;
  readonly height: string | undefined;
  readonly body: string | undefined;
}

/** What came of the cases. */
export interface RestReport extends VectorReport {
  /** Cases of services that are not there, all answered with 501. */
  readonly absent: number;
  readonly used: readonly RestDeviation[];
}

/** Texts of the recorded network, and what stands for them in ours. */
export type RestMapping = readonly (readonly [recorded: RegExp, ours: string])[];

function mapped(text: string, mapping: RestMapping): string {
  return mapping.reduce((current, [recorded, ours]) => current.replace(recorded, ours), text);
}

/** What texts of errors hold that belongs to the reference's build or to an address. */
function neutral(text: string): string {
  return text.replaceAll(" [SOURCE]", "").replace(/expected [a-z0-9]{6} got [a-z0-9]{6}/g, "expected <sum> got <sum>");
}

/** Headers whose values belong to a network. */
const heightHeaders: ReadonlySet<string> = new Set(["x-cosmos-block-height", "grpc-metadata-x-cosmos-block-height"]);

function headerDifferences(each: RestCase, answer: RestAnswer): { field: string; message: string }[] {
  const names = [...new Set([...Object.keys(each.headers), ...heightHeaders])];
  return names.flatMap((name) => {
    const expected = each.headers[name];
    const ours = answer.headers.get(name);
    const same = heightHeaders.has(name) ? (expected === undefined) === (ours === undefined) : expected === ours;
    return same ? [] : [{ field: name, message: `expected ${expected}, got ${ours}` }];
  });
}

function caseDifferences(each: RestCase, answer: RestAnswer): { field: string; message: string }[] {
  const found = headerDifferences(each, answer);
  if (answer.status !== each.status) {
    found.push({
      field: "status",
      message: `expected ${each.status}, got ${answer.status}: ${answer.text.slice(0, 200)}`,
    });
  }
  const recorded = each.body as { readonly text?: unknown } | null;
  if (typeof recorded?.text === "string" && Object.keys(recorded).length === 1) {
    const same = masked(recorded.text) === masked(answer.text);
    if (!same) found.push({ field: "text", message: `expected ${recorded.text}, got ${answer.text.slice(0, 200)}` });
    return found;
  }
  try {
    const expected = JSON.parse(neutral(JSON.stringify(each.body))) as Json;
    found.push(...differences(expected, JSON.parse(neutral(answer.text)) as Json, ""));
  } catch {
    found.push({ field: "body", message: `no JSON: ${answer.text.slice(0, 100)}` });
  }
  return found;
}

function isAbsent({ status, text }: RestAnswer): boolean {
  return status === 501 && text === '{"code":12,"message":"Not Implemented","details":[]}';
}

/** Asks every recorded question of our server and compares the answers. */
export async function checkRestSurface(params: {
  readonly text: string;
  readonly mapping: RestMapping;
  readonly deviations: readonly RestDeviation[];
  ask(question: RestQuestion): Promise<RestAnswer>;
}): Promise<RestReport> {
  const cases = JSON.parse(params.text) as RestCase[];
  const failures: VectorFailure[] = [];
  const used = new Set<RestDeviation>();
  let absent = 0;
  for (const each of cases) {
    const { verb = "GET", sent, sentHeight } = each;
    const height = sentHeight === undefined ? undefined : mapped(sentHeight, params.mapping);
    const path = mapped(each.path, params.mapping);
    const body = sent === undefined ? undefined : mapped(sent, params.mapping);
    const answer = await params.ask({ verb, path, height, body });
    const rules = params.deviations.filter(({ about }) => about.test(each.path));
    const missing = rules.find((rule) => rule.path === "*");
    if (missing !== undefined && each.status !== 501 && isAbsent(answer)) {
      used.add(missing);
      absent += 1;
      continue;
    }
    for (const difference of caseDifferences(each, answer)) {
      const rule = rules.find((known) => known.path === difference.field);
      if (rule === undefined) failures.push({ case: `${each.n} ${verb} ${each.path}`, ...difference });
      else used.add(rule);
    }
  }
  return { cases: cases.length, absent, failures, used: [...used] };
}

import type { SurfaceDeviation, VectorFailure, VectorReport } from "@stoa/test";
import { type Difference, differences, type Json, masked } from "./surface-shape.ts";

/** One recorded call: by POST of a method, or a raw HTTP request. */
export interface RpcCase {
  readonly n: number;
  readonly kind: "post" | "raw";
  readonly method?: string;
  readonly params?: Json;
  readonly verb?: string;
  readonly path?: string;
  readonly sent?: string | null;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** What a server answered. */
export interface RpcAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** An HTTP request that asks the same question of another network. */
export interface RpcQuestion {
  readonly verb: string;
  readonly path: string;
  readonly body: string | undefined;
}

/** What differed, and which rules explained differences. */
export interface SurfaceReport extends VectorReport {
  readonly used: readonly SurfaceDeviation[];
}

/** Texts of the recorded network, and what stands for them in ours. */
export type SurfaceMapping = readonly (readonly [recorded: RegExp, ours: string])[];

export function mapped(text: string, mapping: SurfaceMapping): string {
  return mapping.reduce((current, [recorded, ours]) => current.replace(recorded, ours), text);
}

function questionOf(each: RpcCase, mapping: SurfaceMapping): RpcQuestion {
  const { kind, method = "", params, verb = "GET", path = "/", sent } = each;
  if (kind === "raw") {
    return { verb, path: mapped(path, mapping), body: typeof sent === "string" ? mapped(sent, mapping) : undefined };
  }
  const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  return { verb: "POST", path: "/", body: mapped(request, mapping) };
}

/** Recorded pages are cut at this length. */
const recordedPageLength = 2_000;

function bodyDifferences(expected: Json, text: string): Difference[] {
  const recorded = recordedText(expected);
  if (recorded !== undefined) {
    const cut = recorded.length === recordedPageLength;
    const [wanted, ours] = [masked(recorded), masked(text)];
    // The end of a cut text may be half a word.
    const same = cut ? ours.startsWith(wanted.slice(0, -20)) : ours === wanted;
    return same ? [] : [{ field: "text", message: `expected ${wanted.slice(0, 200)}, got ${ours.slice(0, 200)}` }];
  }
  let actual: Json;
  try {
    actual = JSON.parse(text) as Json;
  } catch {
    return [{ field: "body", message: `no JSON: ${text.slice(0, 100)}` }];
  }
  return differences(expected, actual, "");
}

function recordedText(body: Json): string | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const { text } = body as { readonly text?: Json };
  return typeof text === "string" && Object.keys(body).length === 1 ? text : undefined;
}

/** Asks every recorded question of our server and compares the answers. */
export async function checkRpcSurface(params: {
  readonly text: string;
  readonly mapping: SurfaceMapping;
  readonly deviations: readonly SurfaceDeviation[];
  ask(question: RpcQuestion): Promise<RpcAnswer>;
}): Promise<SurfaceReport> {
  const cases = JSON.parse(params.text) as RpcCase[];
  const failures: VectorFailure[] = [];
  const used = new Set<SurfaceDeviation>();
  for (const each of cases) {
    const answer = await params.ask(questionOf(each, params.mapping));
    const found: Difference[] = bodyDifferences(each.body, answer.text);
    if (answer.status !== each.status) found.push({ field: "status", message: `${answer.status}, not ${each.status}` });
    for (const [name, value] of Object.entries(each.headers)) {
      const ours = answer.headers.get(name);
      if (ours !== value) found.push({ field: name, message: `expected ${value}, got ${ours}` });
    }
    const about = each.method ?? `${each.verb} ${each.path}`;
    for (const difference of found) {
      const rule = params.deviations.find(
        (known) => known.file === "rpc" && known.about === about && known.path === difference.field,
      );
      if (rule === undefined) failures.push({ case: `${each.n} ${about}`, ...difference });
      else used.add(rule);
    }
  }
  return { cases: cases.length, failures, used: [...used] };
}

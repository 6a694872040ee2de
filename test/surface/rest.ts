import { serviceDeviations, type VectorFailure } from "@stoa/test";
import { checkRestSurface, type RestCase } from "../../apps/node/src/servers/rest/rest-surface.vectors.ts";
import type { Json } from "../../apps/node/src/servers/rpc/surface-shape.ts";
import { type Names, type Network, named } from "./names.ts";
import { restQuestions } from "./rest-questions.ts";
import { askHttp, type HttpAnswer } from "./side.ts";

/** Headers that answers are compared by. */
const comparedHeaders = [
  "content-type",
  "grpc-metadata-content-type",
  "grpc-metadata-x-cosmos-block-height",
  "x-cosmos-block-height",
];

/** The body as JSON, or as a text in the recordings' form; files and lines of the other build are left out. */
export function bodyOf(text: string): Json {
  try {
    return JSON.parse(text.replace(/ \[[\w/.@-]+\.go:\d+\]/g, " [SOURCE]")) as Json;
  } catch {
    return { text };
  }
}

/** An answer's headers as recordings hold them. */
export function headersOf(answer: HttpAnswer, names: readonly string[]): Record<string, string> {
  const found = names.map((name) => [name, answer.headers.get(name)] as const);
  return Object.fromEntries(found.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

/** What a network answers to every question, in the form of recordings; names stay in braces. */
export async function recordRest(network: Network, names: Names): Promise<RestCase[]> {
  const cases: RestCase[] = [];
  for (const [n, { verb, path, sent, sentHeight }] of restQuestions().entries()) {
    const height = sentHeight === undefined ? {} : { "x-cosmos-block-height": named(sentHeight, names) };
    const answer = await askHttp(network.rest, {
      verb: verb ?? "GET",
      path: named(path, names),
      headers: height,
      body: sent,
    });
    cases.push({
      n,
      path,
      ...(verb === undefined ? {} : { verb }),
      ...(sent === undefined ? {} : { sent }),
      ...(sentHeight === undefined ? {} : { sentHeight }),
      status: answer.status,
      headers: headersOf(answer, comparedHeaders),
      body: bodyOf(answer.text),
    });
  }
  return cases;
}

/** Compares what another network answers to recorded questions. */
export async function compareRest(
  cases: readonly RestCase[],
  network: Network,
  names: Names,
): Promise<VectorFailure[]> {
  const { failures } = await checkRestSurface({
    text: JSON.stringify(cases),
    mapping: mappingOf(names),
    deviations: serviceDeviations,
    ask: ({ verb, path, height, body }) => {
      const headers = height === undefined ? {} : { "x-cosmos-block-height": height };
      return askHttp(network.rest, { verb, path, headers, body });
    },
  });
  return [...failures];
}

/** Names in braces, and what stands for them in a network. */
export function mappingOf(names: Names): (readonly [RegExp, string])[] {
  return Object.entries(names).map(([name, value]) => [new RegExp(`\\{${name}\\}`, "g"), value] as const);
}

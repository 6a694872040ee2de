import { type DescMethodUnary, getOption, hasOption } from "@bufbuild/protobuf";
import { type HttpRule, http } from "@stoa/wire/google.api";
import type { ServiceTable } from "../services/service-table.ts";

/** One part of a path template. */
export type Segment =
  | { readonly kind: "literal"; readonly text: string }
  /** One part of the path, bound to a field. */
  | { readonly kind: "field"; readonly field: string }
  /** The rest of the path, slashes included, bound to a field. */
  | { readonly kind: "rest"; readonly field: string };

/** A way to call a method over HTTP: from its `google.api.http` option. */
export interface Route {
  readonly verb: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  readonly template: string;
  readonly segments: readonly Segment[];
  /** True if the request is the JSON body; else it is in path and query. */
  readonly hasBody: boolean;
  /** `/package.Service/Method`. */
  readonly path: string;
  readonly method: DescMethodUnary;
}

/** Services that the reference keeps off its gateway although they have annotations (surface/rest.json). */
const grpcOnly = /^cosmos\.base\.reflection\./;

/** The routes of all served methods, the more specific first. */
export function routesOf(services: ServiceTable): readonly Route[] {
  const routes = [...services.values()].flatMap(({ path, descriptor }) => {
    if (grpcOnly.test(descriptor.parent.typeName) || !hasOption(descriptor, http)) return [];
    const rule = getOption(descriptor, http);
    return [rule, ...rule.additionalBindings].flatMap((each) => routeOf(path, descriptor, each));
  });
  return routes.toSorted(bySpecificity);
}

function routeOf(path: string, method: DescMethodUnary, { pattern, body }: HttpRule): Route[] {
  if (pattern.case === undefined || pattern.case === "custom") return [];
  const verb = pattern.case.toUpperCase() as Route["verb"];
  const template = pattern.value;
  return [{ verb, template, segments: parseTemplate(template), hasBody: body !== "", path, method }];
}

/** Parts of a template such as `/a/{b}/c/{d=**}`. */
export function parseTemplate(template: string): Segment[] {
  return template
    .split("/")
    .slice(1)
    .map((text) => {
      const bound = /^\{([\w.]+)(?:=(\*{1,2}))?\}$/.exec(text);
      if (bound === null) return { kind: "literal", text };
      const field = bound[1] ?? "";
      return bound[2] === "**" ? { kind: "rest", field } : { kind: "field", field };
    });
}

/** Literals go before fields, fields before the rest of a path, from the left. */
function bySpecificity(a: Route, b: Route): number {
  const rank = ({ segments }: Route, i: number): number => {
    const kind = segments[i]?.kind;
    return kind === "literal" ? 0 : kind === "field" ? 1 : kind === "rest" ? 2 : 3;
  };
  for (let i = 0; i < Math.max(a.segments.length, b.segments.length); i += 1) {
    const order = rank(a, i) - rank(b, i);
    if (order !== 0) return order;
  }
  return 0;
}

/** Values of a template's fields in a path, or undefined if it does not match. */
export function matchPath(segments: readonly Segment[], parts: readonly string[]): Map<string, string> | undefined {
  const values = new Map<string, string>();
  for (const [i, segment] of segments.entries()) {
    const part = parts[i];
    if (part === undefined) return undefined;
    if (segment.kind === "rest") return values.set(segment.field, parts.slice(i).join("/"));
    if (segment.kind === "field") values.set(segment.field, part);
    else if (segment.text !== part) return undefined;
  }
  return segments.length === parts.length ? values : undefined;
}

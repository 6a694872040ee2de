import { type DescField, type DescMessage, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import type { Route } from "./http-rules.ts";

type JsonObject = { [key: string]: JsonValue };

/** Nesting of a query's parameters that is described. */
const maxParamDepth = 4;

const license = { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" };

/** The OpenAPI 3 document of the routes, made from the descriptors. */
export function openApiDocument(routes: readonly Route[], version: string): JsonObject {
  const schemas = new Schemas();
  const paths: Record<string, JsonObject> = {};
  for (const route of routes) {
    const path = route.template.replace(/\{([\w.]+)=\*{1,2}\}/g, "{$1}");
    paths[path] = { ...paths[path], [route.verb.toLowerCase()]: operation(route, schemas) };
  }
  return {
    openapi: "3.0.3",
    info: { title: "Stoa", version, description: "Queries and transactions over HTTP.", license },
    servers: [{ url: "/", description: "The node that serves this document." }],
    paths,
    components: { schemas: schemas.all() },
  };
}

/** What a route takes in its path and its query. */
export interface RouteParam {
  readonly [key: string]: JsonValue;
  /** With dots for what is nested: `pagination.limit`. */
  readonly name: string;
  readonly in: "path" | "query";
  readonly required: boolean;
  readonly schema: JsonObject;
}

/** The parameters of a route, those of the path first. */
export function routeParams({ method, segments, hasBody }: Route, schemas = new Schemas()): RouteParam[] {
  const inPath = segments.flatMap((segment) => (segment.kind === "literal" ? [] : [segment.field]));
  const path = inPath.map((name): RouteParam => {
    return { name, in: "path", required: true, schema: pathSchema(method.input, name, schemas) };
  });
  return hasBody ? path : [...path, ...queryParams(method.input, "", inPath, schemas, 0)];
}

function operation(route: Route, schemas: Schemas): JsonObject {
  const { method, hasBody } = route;
  const jsonOf = (schema: JsonObject): JsonObject => ({ "application/json": { schema } });
  return {
    operationId: `${method.parent.typeName.replaceAll(".", "_")}_${method.name}`,
    summary: `${method.parent.typeName}.${method.name}`,
    tags: [method.parent.typeName],
    parameters: routeParams(route, schemas),
    ...(hasBody ? { requestBody: { required: true, content: jsonOf(schemas.ref(method.input)) } } : {}),
    responses: {
      "200": { description: "The answer.", content: jsonOf(schemas.ref(method.output)) },
      // Not "default": generators then take a refusal for one of the answers.
      "4XX": { description: "A refusal: what was asked is wrong.", content: jsonOf(schemas.error()) },
      "5XX": { description: "A failure, or a service that is not there.", content: jsonOf(schemas.error()) },
    },
  };
}

function pathSchema(input: DescMessage, name: string, schemas: Schemas): JsonObject {
  let at: DescMessage | undefined = input;
  let found: DescField | undefined;
  for (const part of name.split(".")) {
    found = at?.fields.find((field) => field.name === part);
    at = found?.fieldKind === "message" ? found.message : undefined;
  }
  return found === undefined ? { type: "string" } : schemas.ofField(found);
}

function queryParams(
  message: DescMessage,
  prefix: string,
  inPath: readonly string[],
  schemas: Schemas,
  depth: number,
): RouteParam[] {
  return message.fields.flatMap((field): RouteParam[] => {
    const name = `${prefix}${field.name}`;
    if (inPath.includes(name) || field.fieldKind === "map") return [];
    if (field.fieldKind === "message" && !Schemas.isText(field.message)) {
      return depth < maxParamDepth ? queryParams(field.message, `${name}.`, inPath, schemas, depth + 1) : [];
    }
    if (field.fieldKind === "list" && field.listKind === "message") return [];
    return [{ name, in: "query", required: false, schema: schemas.ofField(field) }];
  });
}

const textTypes: ReadonlyMap<string, JsonObject> = new Map([
  ["google.protobuf.Timestamp", { type: "string", format: "date-time" }],
  ["google.protobuf.Duration", { type: "string", example: "3600s" }],
  ["k8s.io.apimachinery.pkg.api.resource.Quantity", { type: "string" }],
]);

/** The message types that the document names, each described once. */
class Schemas {
  private readonly known = new Map<string, JsonObject>();

  static isText({ typeName }: DescMessage): boolean {
    return textTypes.has(typeName);
  }

  ref(message: DescMessage): JsonObject {
    const text = textTypes.get(message.typeName);
    if (text !== undefined) return text;
    if (!this.known.has(message.typeName)) {
      const schema: JsonObject = { type: "object" };
      // Named before its fields are read: messages may hold themselves.
      this.known.set(message.typeName, schema);
      this.describe(message, schema);
    }
    return { $ref: `#/components/schemas/${message.typeName}` };
  }

  private describe(message: DescMessage, schema: JsonObject): void {
    if (message.typeName === "google.protobuf.Any") {
      schema.properties = { "@type": { type: "string" } };
      schema.additionalProperties = true;
      return;
    }
    const properties: Record<string, JsonValue> = {};
    for (const field of message.fields) properties[field.name] = this.ofField(field);
    schema.properties = properties;
  }

  ofField(field: DescField): JsonObject {
    const one = this.ofValue(field);
    if (field.fieldKind === "list") return { type: "array", items: one };
    if (field.fieldKind === "map") return { type: "object", additionalProperties: one };
    if (field.fieldKind !== "message") return one;
    return "$ref" in one ? { allOf: [one], nullable: true } : { ...one, nullable: true };
  }

  private ofValue(field: DescField): JsonObject {
    if ("message" in field && field.message !== undefined) return this.ref(field.message);
    if ("enum" in field && field.enum !== undefined) {
      return { type: "string", enum: field.enum.values.map(({ name }) => name) };
    }
    switch (field.scalar) {
      case ScalarType.BOOL:
        return { type: "boolean" };
      case ScalarType.BYTES:
        return { type: "string", format: "byte", nullable: true };
      case ScalarType.DOUBLE:
      case ScalarType.FLOAT:
        return { type: "number" };
      case ScalarType.INT32:
      case ScalarType.SINT32:
      case ScalarType.SFIXED32:
        return { type: "integer", format: "int32" };
      case ScalarType.UINT32:
      case ScalarType.FIXED32:
        return { type: "integer", format: "int64" };
      case ScalarType.STRING:
      case undefined:
        return { type: "string" };
      default:
        // 64-bit numbers travel as texts.
        return { type: "string", format: "int64" };
    }
  }

  error(): JsonObject {
    this.known.set("Error", {
      type: "object",
      properties: {
        code: { type: "integer", description: "gRPC code" },
        message: { type: "string" },
        details: { type: "array", items: { type: "object" } },
      },
    });
    return { $ref: "#/components/schemas/Error" };
  }

  all(): JsonObject {
    return Object.fromEntries([...this.known].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

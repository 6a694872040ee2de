import { type DescField, type DescMessage, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import type { Route } from "./http-rules.ts";

type JsonObject = { [key: string]: JsonValue };

/** Nesting of a query's parameters that is described. */
const maxParamDepth = 4;

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
    info: { title: "Stoa", version, description: "Queries and transactions over HTTP." },
    paths,
    components: { schemas: schemas.all() },
  };
}

function operation(route: Route, schemas: Schemas): JsonObject {
  const { method, segments, hasBody } = route;
  const inPath = segments.flatMap((segment) => (segment.kind === "literal" ? [] : [segment.field]));
  const parameters: JsonValue[] = inPath.map((name) => ({
    name,
    in: "path",
    required: true,
    schema: pathSchema(method.input, name, schemas),
  }));
  if (!hasBody) parameters.push(...queryParams(method.input, "", inPath, schemas, 0));
  const jsonOf = (schema: JsonObject): JsonObject => ({ "application/json": { schema } });
  return {
    operationId: `${method.parent.typeName.replaceAll(".", "_")}_${method.name}`,
    tags: [method.parent.typeName],
    parameters,
    ...(hasBody ? { requestBody: { required: true, content: jsonOf(schemas.ref(method.input)) } } : {}),
    responses: {
      "200": { description: "The answer.", content: jsonOf(schemas.ref(method.output)) },
      default: { description: "A refusal.", content: jsonOf(schemas.error()) },
    },
  };
}

function pathSchema(input: DescMessage, name: string, schemas: Schemas): JsonValue {
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
): JsonValue[] {
  return message.fields.flatMap((field): JsonValue[] => {
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

  ofField(field: DescField): JsonValue {
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

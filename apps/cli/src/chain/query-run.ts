import { create, type DescMethod, type DescMethodUnary, type JsonValue } from "@bufbuild/protobuf";
import { decode, encode, fromProtoJson, toProtoJson } from "@stoa/wire";
import { registry, typeByUrl } from "@stoa/wire/registry";
import { CliError, exitCodes } from "../command.ts";
import { type Connection, chainFailure } from "../tenant/connection.ts";

/** The method of `package.Service/Method`, with or without a leading slash. Throws {@link CliError}. */
export function methodNamed(name: string): DescMethodUnary {
  const [service = "", method = "", ...more] = name.replace(/^\//, "").split("/");
  const found: DescMethod | undefined = registry.getService(service)?.methods.find((one) => one.name === method);
  if (found === undefined || found.methodKind !== "unary" || more.length > 0)
    throw new CliError("usage", `no query ${name}`, {
      hint: "write it as /package.Service/Method, such as /akash.market.v1beta5.Query/Orders",
      exitCode: exitCodes.usage,
    });
  return found as DescMethodUnary;
}

/** Asks the chain and answers the protobuf JSON. Throws {@link CliError}. */
export async function askChain(
  connection: Connection,
  method: DescMethodUnary,
  request: JsonValue,
): Promise<JsonValue> {
  const read = fromProtoJson(method.input, request, typeByUrl);
  if (!read.ok)
    throw new CliError("usage", `the request cannot be read: ${read.error.message}`, { exitCode: exitCodes.usage });
  const path = `/${method.parent.typeName}/${method.name}`;
  try {
    const bytes = await connection.client.abciQuery(path, encode(method.input, read.value));
    const json = toProtoJson(method.output, decode(method.output, bytes), typeByUrl);
    if (json.ok) return json.value;
    throw new CliError("bad_answer", `the answer of ${path} cannot be shown: ${json.error.message}`);
  } catch (error) {
    throw chainFailure(path.split(".").at(-1) as string, error);
  }
}

/** The empty request of a method, as protobuf JSON: what can be filled in. */
export function emptyRequest(method: DescMethodUnary): JsonValue {
  const json = toProtoJson(method.input, create(method.input), typeByUrl);
  return json.ok ? json.value : {};
}

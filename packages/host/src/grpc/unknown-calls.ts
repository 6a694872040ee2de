import { type Server, type ServerDuplexStream, status } from "@grpc/grpc-js";
import { assert } from "@stoa/std";
import { type GrpcService, rawBytes } from "./grpc-service.ts";

/** Of a path, as much is told back: statuses travel in headers, whose size clients bound. */
const maxPathLength = 1_000;

type LookUp = (path: string) => unknown;

/**
 * Lets a server answer calls of what it does not serve in grpc-go's words, which clients print and some match. grpc-js has
 * words of its own, and answers such calls before its interceptors see them: nobody would count them.
 */
export function answerUnknown(server: Server, services: readonly GrpcService[]): void {
  const served = new Set<string>();
  for (const { definition } of services) {
    for (const { path } of Object.values(definition)) served.add(splitPath(path)?.service ?? "");
  }
  // There is no public way to answer every path; the tests notice when this one goes.
  const known: unknown = Reflect.get(server, "_retrieveHandler");
  assert(typeof known === "function", "grpc-js looks handlers up in _retrieveHandler");
  const lookUp: LookUp = (path) => known.call(server, path) ?? refusing(path, unknownCallText(path, served));
  Reflect.set(server, "_retrieveHandler", lookUp);
}

/** A handler in grpc-js's form; of a stream, so that it need not wait for a message. */
function refusing(path: string, details: string): unknown {
  const func = (call: ServerDuplexStream<Uint8Array, Uint8Array>): void => {
    call.emit("error", { code: status.UNIMPLEMENTED, details });
  };
  const { requestDeserialize: deserialize, responseSerialize: serialize } = rawBytes;
  return { func, serialize, deserialize, type: "bidi", path };
}

/** What a call of a path comes to that no method has, given the services that there are (grpc-go's `Server.handleStream`). */
export function unknownCallText(path: string, served: ReadonlySet<string>): string {
  const shown = path.slice(0, maxPathLength);
  const asked = splitPath(shown);
  if (asked === undefined) return `malformed method name: ${JSON.stringify(shown)}`;
  const { service, method } = asked;
  return served.has(service) ? `unknown method ${method} for service ${service}` : `unknown service ${service}`;
}

/** `/akash.market.v1beta5.Query/Bids` in its parts: the last slash divides them. */
function splitPath(path: string): { readonly service: string; readonly method: string } | undefined {
  const name = path.startsWith("/") ? path.slice(1) : path;
  const slash = name.lastIndexOf("/");
  return slash === -1 ? undefined : { service: name.slice(0, slash), method: name.slice(slash + 1) };
}

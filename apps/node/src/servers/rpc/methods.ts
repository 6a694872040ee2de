import { chainMethods } from "./chain-methods.ts";
import { type JsonValue, RpcError } from "./json-rpc.ts";
import type { RpcContext, RpcMethod } from "./method.ts";
import { nodeMethods } from "./node-methods.ts";
import { readJsonParams } from "./rpc-params.ts";
import { txMethods } from "./tx-methods.ts";

/** Every method that HTTP and websocket share, by name. */
export const rpcMethods: ReadonlyMap<string, RpcMethod> = new Map(
  Object.entries({ ...chainMethods, ...nodeMethods, ...txMethods }),
);

/** Calls a method with JSON parameters. Throws RpcError, or what the method throws. */
export async function callMethod(context: RpcContext, name: string, params: unknown): Promise<JsonValue> {
  const found = rpcMethods.get(name);
  if (found === undefined) throw RpcError.unknownMethod();
  return found.call(context, readJsonParams(found.params, params));
}

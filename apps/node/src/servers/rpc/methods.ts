import { chainMethods } from "./chain-methods.ts";
import { consensusMethods } from "./consensus-methods.ts";
import type { RawJson } from "./go-json.ts";
import { type JsonValue, MissingParams, RpcError } from "./json-rpc.ts";
import type { RpcContext, RpcMethod } from "./method.ts";
import { nodeMethods } from "./node-methods.ts";
import { readJsonParams } from "./rpc-params.ts";
import { txMethods } from "./tx-methods.ts";

/** Every method that HTTP and websocket share, by name. */
export const rpcMethods: ReadonlyMap<string, RpcMethod> = new Map(
  Object.entries({ ...chainMethods, ...consensusMethods, ...nodeMethods, ...txMethods }),
);

/** Calls a method with JSON parameters, given as text. Throws RpcError, or what the method throws. */
export function callMethod(context: RpcContext, name: string, params: RawJson | undefined): Promise<JsonValue> {
  const found = rpcMethods.get(name);
  if (found === undefined) throw RpcError.unknownMethod();
  if (params === undefined && Object.keys(found.params).length > 0) throw new MissingParams();
  return found.call(context, readJsonParams(found.params, params));
}

/*
 * The door `@stoa/wire/registry`: every schema of the package. Only programs that must know any message load it (the
 * node's servers, tools that print transactions); all others import the protobuf packages that they use.
 */
import { createRegistry, type DescMessage, type Registry } from "@bufbuild/protobuf";
import { files } from "../gen/registry.js";
import { typeNameOf } from "./type-url.ts";

export { files };

/** Every message, enumeration, extension and service that this package knows. */
export const registry: Registry = createRegistry(...files);

/** The message type that a type URL such as `/cosmos.bank.v1beta1.MsgSend` names, or undefined. */
export function typeByUrl(url: string): DescMessage | undefined {
  return registry.getMessage(typeNameOf(url));
}

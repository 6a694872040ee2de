import { type DescField, type DescMessage, getOption, type Registry } from "@bufbuild/protobuf";
import { accepts_interface, implements_interface } from "../gen/cosmos_proto/cosmos_pb.js";
import { EthereumKeySchema, ethereumKeyUrl } from "./ethereum.ts";

/** What a transaction's decoder must know of types: it decides which Any values stand where. */
export interface TxTypes {
  /** The message type of a type URL in its one accepted form, `/full.Name`. */
  resolve(url: string): DescMessage | undefined;
  /** True if this type may be a message of a transaction: the input of some service named Msg. */
  isMessage(schema: DescMessage): boolean;
  /** True if this type may stand in this Any field. Fields that nothing is said about take any known type. */
  mayStand(schema: DescMessage, field: DescField): boolean;
  /** True if values of this Any field are read and checked when the transaction is decoded. */
  isChecked(field: DescField): boolean;
}

const messageInterface = "cosmos.base.v1beta1.Msg";
const keyInterface = "cosmos.crypto.PubKey";
const evidenceInterface = "cosmos.evidence.v1beta1.Evidence";

/** Interfaces of Any fields whose declarations name none (the reference unpacks them in code). */
const undeclaredInterfaces: ReadonlyMap<string, string> = new Map([
  ["cosmos.tx.v1beta1.TxBody.messages", messageInterface],
  ["cosmos.tx.v1beta1.SignerInfo.public_key", keyInterface],
  ["cosmos.crypto.multisig.LegacyAminoPubKey.public_keys", keyInterface],
  ["cosmos.gov.v1.MsgSubmitProposal.messages", messageInterface],
  // Nothing implements these: the app registers no extension option.
  ["cosmos.tx.v1beta1.TxBody.extension_options", "tx extension option"],
  ["cosmos.tx.v1beta1.TxBody.non_critical_extension_options", "tx extension option"],
]);

/** Types that implement an interface without declaring it. */
const undeclaredImplementations: ReadonlyMap<string, string> = new Map([
  ["cosmos.crypto.secp256k1.PubKey", keyInterface],
  ["cosmos.crypto.secp256r1.PubKey", keyInterface],
  ["cosmos.crypto.ed25519.PubKey", keyInterface],
  ["cosmos.crypto.multisig.LegacyAminoPubKey", keyInterface],
  [EthereumKeySchema.typeName, keyInterface],
  ["cosmos.evidence.v1beta1.Equivocation", evidenceInterface],
  ["akash.deployment.v1beta3.DepositDeploymentAuthorization", "cosmos.authz.v1beta1.Authorization"],
]);

/** Interfaces that were looked up: reading an option costs more than decoding a small message. */
const knownInterfaces = new WeakMap<DescField, { readonly name: string | undefined }>();

function interfaceOf(field: DescField): string | undefined {
  let known = knownInterfaces.get(field);
  if (known === undefined) {
    known = { name: declaredInterfaceOf(field) };
    knownInterfaces.set(field, known);
  }
  return known.name;
}

function declaredInterfaceOf(field: DescField): string | undefined {
  const undeclared = undeclaredInterfaces.get(`${field.parent.typeName}.${field.name}`);
  if (undeclared !== undefined) return undeclared;
  const declared = getOption(field, accepts_interface);
  return declared === "" ? undefined : declared;
}

/** The same types with Ethereum keys, for chains that have them (docs/decisions/eip-191.md). */
export function withEthereumKeys(types: TxTypes): TxTypes {
  return { ...types, resolve: (url) => (url === ethereumKeyUrl ? EthereumKeySchema : types.resolve(url)) };
}

/**
 * The types of a registry: the whole one in a node's servers, fewer in programs that send a few messages. Ethereum keys
 * are not among them, as in the reference.
 */
export function txTypesOf(registry: Registry): TxTypes {
  const messages = new Set<string>();
  for (const type of registry) {
    if (type.kind !== "service" || type.name !== "Msg") continue;
    for (const method of type.methods) messages.add(method.input.typeName);
  }
  const isMessage = (schema: DescMessage): boolean => messages.has(schema.typeName);
  return {
    resolve: (url) => (url.startsWith("/") && url !== ethereumKeyUrl ? registry.getMessage(url.slice(1)) : undefined),
    isMessage,
    isChecked: (field) => interfaceOf(field) !== undefined,
    mayStand(schema, field) {
      const wanted = interfaceOf(field);
      if (wanted === undefined) return true;
      if (wanted === messageInterface) return isMessage(schema);
      if (undeclaredImplementations.get(schema.typeName) === wanted) return true;
      return getOption(schema, implements_interface).includes(wanted);
    },
  };
}

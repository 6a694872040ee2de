import { createRegistry, type JsonValue } from "@bufbuild/protobuf";
import { EthereumKeySchema, fromProtoJson, toProtoJson } from "@stoa/wire";
import { DepositAuthorizationSchema } from "@stoa/wire/akash.escrow.v1";
import { BaseAccountSchema, ModuleAccountSchema } from "@stoa/wire/cosmos.auth.v1beta1";
import { GenericAuthorizationSchema } from "@stoa/wire/cosmos.authz.v1beta1";
import { SendAuthorizationSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { PubKeySchema as Ed25519Schema } from "@stoa/wire/cosmos.crypto.ed25519";
import { LegacyAminoPubKeySchema } from "@stoa/wire/cosmos.crypto.multisig";
import { PubKeySchema as Secp256k1Schema } from "@stoa/wire/cosmos.crypto.secp256k1";
import { PubKeySchema as Secp256r1Schema } from "@stoa/wire/cosmos.crypto.secp256r1";
import {
  AllowedMsgAllowanceSchema,
  BasicAllowanceSchema,
  PeriodicAllowanceSchema,
} from "@stoa/wire/cosmos.feegrant.v1beta1";
import { create, type DescMessage, type MessageInitShape, type MessageShape } from "./codec.ts";

/** A genesis section that cannot be read, and why. */
export class GenesisError extends Error {
  override readonly name = "GenesisError";
}

/** Types that stand in an Any of a genesis section. */
const types = createRegistry(
  BaseAccountSchema,
  ModuleAccountSchema,
  Ed25519Schema,
  Secp256k1Schema,
  Secp256r1Schema,
  LegacyAminoPubKeySchema,
  EthereumKeySchema,
  GenericAuthorizationSchema,
  SendAuthorizationSchema,
  DepositAuthorizationSchema,
  BasicAllowanceSchema,
  PeriodicAllowanceSchema,
  AllowedMsgAllowanceSchema,
);

function resolve(url: string): DescMessage | undefined {
  return url.startsWith("/") ? types.getMessage(url.slice(1)) : undefined;
}

/** The message of a genesis section, which is protobuf JSON (base-chain.md §10); throws {@link GenesisError}. */
export function fromGenesis<D extends DescMessage>(schema: D, section: unknown): MessageShape<D> {
  // A section comes from parsed JSON text, so it is a JSON value.
  const message = fromProtoJson(schema, (section ?? {}) as JsonValue, resolve);
  if (!message.ok) throw new GenesisError(message.error.message);
  return message.value;
}

/** A genesis section of a message. */
export function toGenesis<D extends DescMessage>(schema: D, fields: MessageInitShape<D>): unknown {
  const json = toProtoJson(schema, create(schema, fields), resolve);
  if (!json.ok) throw new GenesisError(json.error.message);
  return json.value;
}

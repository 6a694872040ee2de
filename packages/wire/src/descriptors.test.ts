/*
 * Our schemas against the codecs that the network's published client library carries: for every message type that both
 * know, the same field names, and for every field the same number, kind and JSON text.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  create,
  type DescField,
  type DescMessage,
  fromBinary,
  type Message,
  ScalarType,
  toBinary,
  toJson,
} from "@bufbuild/protobuf";
import { toHex } from "@stoa/std";
import { optionsOf } from "./field-options.ts";
import { fieldsOf } from "./message-plan.ts";
import { registry } from "./registry.ts";

/** A message type of the published library. */
interface PublishedCodec {
  readonly $type: string;
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  toJSON(message: unknown): Readonly<Record<string, unknown>>;
  fromPartial(partial: object): object;
}

const publishedDoors = [
  ...["akash.v1", "akash.v1beta1", "akash.v1beta4", "akash.v1beta5", "provider.akash.v1", "provider.akash.v2beta3"],
  ...["cosmos.abci", "cosmos.ed25519", "cosmos.multisig", "cosmos.secp256k1", "cosmos.secp256r1"],
  ...["cosmos.v1", "cosmos.v1alpha1", "cosmos.v1beta1", "cosmos.v2alpha1", "ibc.v1", "ibc.v2"],
  ...["tendermint.abci", "tendermint.bits", "tendermint.crypto", "tendermint.p2p", "tendermint.types"],
  "tendermint.version",
];

/**
 * Where the published version is older than the reference that we follow: `+` a field that the reference gained, `-` one
 * that it dropped or renamed.
 */
const knownDifferences: readonly string[] = [
  "akash.bme.v1.EventLedgerRecordExecuted +burnedFrom",
  "akash.bme.v1.EventLedgerRecordExecuted +mintedTo",
  "akash.bme.v1.EventLedgerRecordExecuted +burner",
  "akash.bme.v1.EventLedgerRecordExecuted +minter",
  "akash.bme.v1.EventLedgerRecordExecuted +burned",
  "akash.bme.v1.EventLedgerRecordExecuted +minted",
  "akash.bme.v1.EventLedgerRecordExecuted +spread",
  "akash.bme.v1.EventLedgerRecordExecuted +remintCreditIssued",
  "akash.bme.v1.EventLedgerRecordExecuted +remintCreditAccrued",
  "akash.bme.v1.LedgerPendingRecord +attempts",
  "akash.bme.v1.LedgerRecord +spread",
  "akash.bme.v1.LedgerRecord remintCreditAccrued: bytes",
  "akash.bme.v1.Params +minMint",
  "akash.bme.v1.Params +maxPendingAttempts",
  "akash.bme.v1.QueryLedgerRecordEntry +canceledRecord",
  "akash.deployment.v1.Deployment +reclamation",
  "akash.deployment.v1beta4.MsgCreateDeployment +reclamation",
  "akash.discovery.v1.Akash +supportedVersions",
  "akash.discovery.v1.Akash +chainId",
  "akash.discovery.v1.Akash +nodeVersion",
  "akash.discovery.v1.Akash +minClientVersion",
  "akash.escrow.types.v1.Depositor -direct",
  "akash.escrow.v1.DepositAuthorization +spendLimits",
  "akash.manifest.v2beta3.ServiceExposeHTTPOptions +proxyBufferSize",
  "akash.manifest.v2beta3.ServiceParams +tee",
  "akash.market.v1.Lease +reclamation",
  "akash.market.v1beta5.Bid +reclamationWindow",
  "akash.market.v1beta5.MsgCreateBid +reclamationWindow",
  "akash.market.v1beta5.Order +reclamation",
  "akash.market.v1beta5.Params +minReclamationWindow",
  "akash.market.v1beta5.Params +maxReclamationWindow",
  "akash.provider.v1.BidScreeningResponse +resourceOffers",
  "akash.provider.v1.BidScreeningResponse -resourceOffer",
  "akash.provider.v1.Inventory +leasedIp",
  "akash.provider.v1.Status +reclamationWindow",
];

async function publishedCodecs(): Promise<Map<string, PublishedCodec>> {
  const codecs = new Map<string, PublishedCodec>();
  for (const door of publishedDoors) {
    const loaded: Record<string, unknown> = await import(`@akashnetwork/chain-sdk/private-types/${door}`);
    for (const value of Object.values(loaded)) {
      if (typeof value !== "object" || value === null || !("$type" in value) || !("encode" in value)) continue;
      const codec = value as PublishedCodec;
      codecs.set(codec.$type, codec);
    }
  }
  return codecs;
}

/** A value that shows a scalar's kind: the sign, the width, text or bytes. */
function scalarSample(field: DescField): unknown {
  const isNumber = optionsOf(field).customNumber !== undefined;
  switch (field.scalar) {
    case ScalarType.STRING:
      return isNumber ? "1000000000000000000" : "a.b";
    case ScalarType.BYTES:
      return Uint8Array.from(isNumber ? [0x31] : [0xff, 1]);
    case ScalarType.BOOL:
      return true;
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return -5n;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return 18_446_744_073_709_551_615n;
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return 4_294_967_295;
    case ScalarType.FLOAT:
    case ScalarType.DOUBLE:
      return 1.5;
    default:
      return -5;
  }
}

function sample(field: DescField): unknown {
  if ("enum" in field && field.enum !== undefined) return (field.enum.values[1] ?? field.enum.values[0])?.number;
  if (!("message" in field) || field.message === undefined) return scalarSample(field);
  const inner = create(field.message);
  if (field.message.typeName.startsWith("google.")) return inner;
  const first = field.message.fields.find((member) => member.fieldKind === "scalar" && member.oneof === undefined);
  if (first !== undefined) fieldsOf(inner)[first.localName] = scalarSample(first);
  return inner;
}

/** A message in which only one field is set, twice if it is a list. */
function messageWith(schema: DescMessage, field: DescField): Message {
  const message = create(schema);
  const value = sample(field);
  const fields = fieldsOf(message);
  if (field.oneof !== undefined) fields[field.oneof.localName] = { case: field.localName, value };
  else if (field.fieldKind === "list") fields[field.localName] = [value, value];
  else fields[field.localName] = field.fieldKind === "map" ? { key: value } : value;
  return message;
}

function fieldProblem(schema: DescMessage, field: DescField, codec: PublishedCodec): string | undefined {
  const message = messageWith(schema, field);
  const bytes = toBinary(schema, message);
  const theirs = codec.decode(bytes);
  const back = toBinary(schema, fromBinary(schema, codec.encode(theirs).finish()));
  if (toHex(back) !== toHex(bytes)) return "bytes";
  const isPlain = field.fieldKind !== "map" && !("message" in field && field.message !== undefined);
  if (!isPlain || optionsOf(field).customNumber !== undefined) return undefined;
  const ours = toJson(schema, message) as Readonly<Record<string, unknown>>;
  const text = JSON.stringify(ours[field.jsonName]);
  return text === JSON.stringify(codec.toJSON(theirs)[field.name]) ? undefined : `text ${text}`;
}

test("schemas agree with the published client library", async () => {
  const differences: string[] = [];
  let messages = 0;
  let fields = 0;
  for (const [name, codec] of await publishedCodecs()) {
    const schema = registry.getMessage(name);
    if (schema === undefined) continue;
    messages++;
    const known = new Set(Object.keys(codec.fromPartial({})));
    known.delete("$type");
    for (const field of schema.fields) {
      if (!known.delete(field.localName)) {
        differences.push(`${name} +${field.localName}`);
        continue;
      }
      fields++;
      const problem = fieldProblem(schema, field, codec);
      if (problem !== undefined) differences.push(`${name} ${field.localName}: ${problem}`);
    }
    for (const left of known) differences.push(`${name} -${left}`);
  }
  assert.deepEqual(differences.sort(), [...knownDifferences].sort());
  assert.ok(messages > 1000 && fields > 2400, `${messages} messages, ${fields} fields`);
});

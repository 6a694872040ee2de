import { type DescMessage, getOption, type MessageShape } from "@bufbuild/protobuf";
import { signer } from "../gen/cosmos/msg/v1/msg_pb.js";
import { type Fields, fieldsOf } from "./message-plan.ts";

/**
 * Messages whose schema does not say who signs, with the path to the signer's address (market-modules.md §2.3). All
 * others carry the option `cosmos.msg.v1.signer`.
 */
export const signerPaths: ReadonlyMap<string, string> = new Map([
  ["akash.base.offchain.sign.v1.MsgSignData", "signer"],
  ["akash.cert.v1.MsgRevokeCertificate", "id.owner"],
  ["akash.deployment.v1beta4.MsgCreateDeployment", "id.owner"],
  ["akash.deployment.v1beta4.MsgUpdateDeployment", "id.owner"],
  ["akash.deployment.v1beta4.MsgCloseDeployment", "id.owner"],
  ["akash.deployment.v1beta4.MsgCloseGroup", "id.owner"],
  ["akash.deployment.v1beta4.MsgPauseGroup", "id.owner"],
  ["akash.deployment.v1beta4.MsgStartGroup", "id.owner"],
  ["akash.market.v1beta5.MsgCreateBid", "id.provider"],
  ["akash.market.v1beta5.MsgCloseBid", "id.provider"],
  ["akash.market.v1beta5.MsgCreateLease", "bid_id.owner"],
  ["akash.market.v1beta5.MsgWithdrawLease", "id.provider"],
  ["akash.market.v1beta5.MsgCloseLease", "id.owner"],
  ["akash.market.v1beta5.MsgLeaseStartReclaim", "id.provider"],
]);

/** Deepest chain of messages that name each other as signers; the schemas use two. */
const maxSignerDepth = 8;

/** Paths that were looked up: reading an option costs more than the rest of a transaction's decoding. */
const knownPaths = new WeakMap<DescMessage, readonly string[]>();

/** The paths of the fields that hold a message's signers, in order; empty for a type that nobody can sign. */
export function signerPathsOf(schema: DescMessage): readonly string[] {
  const known = knownPaths.get(schema);
  if (known !== undefined) return known;
  const path = signerPaths.get(schema.typeName);
  const paths = path === undefined ? getOption(schema, signer) : [path];
  knownPaths.set(schema, paths);
  return paths;
}

/**
 * The addresses that must sign a message, as the texts that it holds, each once, in the order of the schema
 * (base-chain.md §4.1). An absent field gives "", which is no address. Undefined for a type that nobody can sign.
 */
export function signersOf<S extends DescMessage>(schema: S, message: MessageShape<S>): string[] | undefined {
  const paths = signerPathsOf(schema);
  if (paths.length === 0) return undefined;
  return [...new Set(paths.flatMap((path) => collect(schema, fieldsOf(message), path.split("."), maxSignerDepth)))];
}

function collect(schema: DescMessage, fields: Fields, path: readonly string[], depth: number): string[] {
  const [name, ...rest] = path;
  const field = schema.fields.find((candidate) => candidate.name === name);
  if (field === undefined || depth === 0) return [];
  const value = fields[field.localName];
  if (!("message" in field) || field.message === undefined) {
    return field.fieldKind === "list" ? [...(value as readonly string[])] : [value as string];
  }
  const inner = field.message;
  const paths = rest.length > 0 ? [rest] : signerPathsOf(inner).map((next) => next.split("."));
  const items =
    field.fieldKind === "list" ? (value as readonly Fields[]) : [(value ?? undefined) as Fields | undefined];
  return items.flatMap((item) =>
    item === undefined ? [""] : paths.flatMap((next) => collect(inner, item, next, depth - 1)),
  );
}

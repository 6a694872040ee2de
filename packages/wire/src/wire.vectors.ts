import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import { fromHex, toHex } from "@stoa/std";
import type { VectorFailure, VectorFamily, VectorReport } from "@stoa/test";
import { toAminoJson } from "./amino-json.ts";
import { decode, decodeVerbatim, encode } from "./codec.ts";
import { toProtoJson } from "./proto-json.ts";
import { fromProtoJson } from "./proto-json-parse.ts";
import { typeByUrl } from "./registry.ts";

/** The protobuf packages with a file in `lib/wire`. */
const packages = [
  "akash.audit.v1",
  "akash.audit.v1beta3",
  "akash.base.attributes.v1",
  "akash.base.deposit.v1",
  "akash.base.offchain.sign.v1",
  "akash.base.resources.v1beta4",
  "akash.base.v1beta3",
  "akash.bme.v1",
  "akash.cert.v1",
  "akash.cert.v1beta3",
  "akash.deployment.v1",
  "akash.deployment.v1beta3",
  "akash.deployment.v1beta4",
  "akash.discovery.v1",
  "akash.epochs.v1beta1",
  "akash.escrow.id.v1",
  "akash.escrow.types.v1",
  "akash.escrow.v1",
  "akash.escrow.v1beta3",
  "akash.inventory.v1",
  "akash.manifest.v2beta3",
  "akash.market.v1",
  "akash.market.v1beta4",
  "akash.market.v1beta5",
  "akash.oracle.v2",
  "akash.provider.lease.v1",
  "akash.provider.v1",
  "akash.provider.v1beta3",
  "akash.provider.v1beta4",
  "akash.wasm.v1",
  "cosmos.auth.v1beta1",
  "cosmos.authz.v1beta1",
  "cosmos.bank.v1beta1",
  "cosmos.base.abci.v1beta1",
  "cosmos.base.node.v1beta1",
  "cosmos.base.query.v1beta1",
  "cosmos.base.reflection.v1beta1",
  "cosmos.base.reflection.v2alpha1",
  "cosmos.base.tendermint.v1beta1",
  "cosmos.base.v1beta1",
  "cosmos.consensus.v1",
  "cosmos.crypto.ed25519",
  "cosmos.crypto.hd.v1",
  "cosmos.crypto.multisig",
  "cosmos.crypto.multisig.v1beta1",
  "cosmos.crypto.secp256k1",
  "cosmos.crypto.secp256r1",
  "cosmos.distribution.v1beta1",
  "cosmos.evidence.v1beta1",
  "cosmos.feegrant.v1beta1",
  "cosmos.genutil.v1beta1",
  "cosmos.gov.v1",
  "cosmos.gov.v1beta1",
  "cosmos.mint.v1beta1",
  "cosmos.params.v1beta1",
  "cosmos.slashing.v1beta1",
  "cosmos.staking.v1beta1",
  "cosmos.store.internal.kv.v1beta1",
  "cosmos.store.snapshots.v1",
  "cosmos.store.streaming.abci",
  "cosmos.store.v1beta1",
  "cosmos.tx.signing.v1beta1",
  "cosmos.tx.v1beta1",
  "cosmos.upgrade.v1beta1",
  "cosmos.vesting.v1beta1",
  "ibc.applications.transfer.v1",
  "ibc.core.channel.v1",
  "ibc.core.channel.v2",
  "ibc.core.client.v1",
  "ibc.core.client.v2",
  "ibc.core.commitment.v1",
  "ibc.core.commitment.v2",
  "ibc.core.connection.v1",
  "ibc.core.types.v1",
  "ibc.lightclients.tendermint.v1",
  "tendermint.abci",
  "tendermint.blocksync",
  "tendermint.consensus",
  "tendermint.crypto",
  "tendermint.libs.bits",
  "tendermint.mempool",
  "tendermint.p2p",
  "tendermint.privval",
  "tendermint.rpc.grpc",
  "tendermint.state",
  "tendermint.statesync",
  "tendermint.store",
  "tendermint.types",
  "tendermint.version",
] as const;

interface WireCase {
  readonly type: string;
  readonly hex: string;
  readonly json?: JsonValue;
  readonly jsonError?: string;
  readonly amino?: string;
  readonly aminoError?: string;
}

/**
 * Fields that the reference's provider schemas gained after the vectors were recorded, with what an absent one prints.
 * The recorded bytes and texts cannot have them.
 */
const newerFields: ReadonlyMap<string, string> = new Map([
  ["leased_ip", '{"allocatable":null,"allocated":null,"attributes":[],"capacity":null}'],
  ["reclamation_window", "null"],
  ["proxy_buffer_size", "0"],
  ["tee", "null"],
]);

/** Types whose newer field is non-nullable, so that our bytes hold it even when it is empty. */
const longerBytes: ReadonlySet<string> = new Set([
  "akash.provider.v1.ClusterStatus",
  "akash.provider.v1.Inventory",
  "akash.provider.v1.Status",
]);

/** One family for each file of `lib/wire`: bytes, protobuf JSON in both directions, legacy amino JSON. */
export const wireFamilies: readonly VectorFamily[] = packages.map((name) => ({
  file: `lib/wire/${name}.json`,
  check,
}));

function check(text: string): VectorReport {
  const { cases } = JSON.parse(text) as { readonly cases: readonly WireCase[] };
  const failures: VectorFailure[] = [];
  for (const [index, entry] of cases.entries()) {
    const fail: Fail = (field, message) => {
      failures.push({ case: `${index} ${entry.type}`, field, message });
      return undefined;
    };
    const schema = typeByUrl(entry.type);
    const bytes = fromHex(entry.hex);
    if (schema === undefined || bytes === undefined) {
      fail("type", "not in the registry");
      continue;
    }
    try {
      checkBytes(schema, bytes, entry, fail);
      checkJson(schema, bytes, entry, fail);
      checkAmino(schema, bytes, entry, fail);
    } catch (error) {
      fail("hex", String(error));
    }
  }
  return { cases: cases.length, failures };
}

/** Notes a disagreement; its answer lets a check end there. */
type Fail = (field: string, message: string) => undefined;

/** The same bytes again; where ours are longer by a newer field, the same content again. */
function checkBytes(schema: DescMessage, bytes: Uint8Array, entry: WireCase, fail: Fail): undefined {
  const message = decode(schema, bytes);
  const again = encode(schema, message);
  if (toHex(again) === entry.hex) return undefined;
  const ours = toProtoJson(schema, decode(schema, again), typeByUrl);
  const theirs = toProtoJson(schema, message, typeByUrl);
  if (!longerBytes.has(entry.type) || !ours.ok || !theirs.ok) return fail("hex", toHex(again));
  if (differs(ours.value, theirs.value, "") !== undefined) fail("hex", toHex(again));
}

function checkJson(schema: DescMessage, bytes: Uint8Array, entry: WireCase, fail: Fail): undefined {
  const printed = toProtoJson(schema, decode(schema, bytes), typeByUrl);
  if (entry.jsonError !== undefined) {
    return printed.ok ? fail("jsonError", `should fail: ${entry.jsonError}`) : undefined;
  }
  if (!printed.ok) return fail("json", printed.error.message);
  const json = entry.json ?? null;
  const difference = differs(json, printed.value, "");
  if (difference !== undefined) fail("json", difference);
  if (holdsBigNumber(json)) return undefined;
  const parsed = fromProtoJson(schema, json, typeByUrl);
  if (!parsed.ok) return fail("json (read)", parsed.error.message);
  const again = encode(schema, parsed.value);
  if (toHex(again) === entry.hex) return undefined;
  if (!longerBytes.has(entry.type)) return fail("json (read)", toHex(again));
  const read = toProtoJson(schema, decode(schema, again), typeByUrl);
  if (!read.ok || differs(json, read.value, "") !== undefined) fail("json (read)", toHex(again));
}

function checkAmino(schema: DescMessage, bytes: Uint8Array, entry: WireCase, fail: Fail): undefined {
  if (entry.amino === undefined && entry.aminoError === undefined) return undefined;
  const printed = toAminoJson(schema, decodeVerbatim(schema, bytes), typeByUrl);
  if (entry.aminoError !== undefined) {
    if (printed.ok) fail("aminoError", `should fail: ${entry.aminoError}`);
  } else if (!printed.ok) fail("amino", printed.error.message);
  else if (printed.value !== entry.amino) fail("amino", printed.value);
}

/** Where two JSON values differ, or undefined; a newer field that only ours has is no difference if it is empty. */
function differs(theirs: JsonValue, ours: JsonValue, path: string): string | undefined {
  const isObject = (value: JsonValue): value is { [key: string]: JsonValue } =>
    value !== null && typeof value === "object" && !Array.isArray(value);
  if (Array.isArray(theirs) && Array.isArray(ours)) {
    if (theirs.length !== ours.length) return `${path}: ${theirs.length} items, ours ${ours.length}`;
    for (const [i, item] of theirs.entries()) {
      const inner = differs(item, ours[i] ?? null, `${path}[${i}]`);
      if (inner !== undefined) return inner;
    }
    return undefined;
  }
  if (!isObject(theirs) || !isObject(ours)) {
    return theirs === ours ? undefined : `${path}: ${JSON.stringify(theirs)}, ours ${JSON.stringify(ours)}`;
  }
  for (const key of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const [left, right] = [theirs[key], ours[key]];
    if (left === undefined && JSON.stringify(right) === newerFields.get(key)) continue;
    if (left === undefined || right === undefined) return `${path}.${key}: on one side only`;
    const inner = differs(left, right, `${path}.${key}`);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** True if the text's numbers lost digits when it was parsed here, so that it cannot be read back exactly. */
function holdsBigNumber(json: JsonValue): boolean {
  if (typeof json === "number") return !Number.isSafeInteger(json);
  if (json === null || typeof json !== "object") return false;
  return Object.values(json).some(holdsBigNumber);
}

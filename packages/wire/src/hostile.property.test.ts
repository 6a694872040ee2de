import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { DescMessage, JsonValue } from "@bufbuild/protobuf";
import { equalBytes, fromHex, fromUtf8, utf8 } from "@stoa/std";
import { haveVectors, hostileInputs, Mutator, recorded, vectorsDir } from "@stoa/test";
import { toAminoJson } from "./amino-json.ts";
import { decodeArmor } from "./armor.ts";
import { decodeBech32 } from "./bech32.ts";
import { decode, decodeVerbatim, encode, tryDecode } from "./codec.ts";
import { formatCoins, parseCoins } from "./coins.ts";
import { parseDecCoins } from "./dec-coins.ts";
import { parseJwt } from "./jwt.ts";
import { toProtoJson } from "./proto-json.ts";
import { fromProtoJson } from "./proto-json-parse.ts";
import { publicKeyFromAny } from "./public-key.ts";
import { registry, typeByUrl } from "./registry.ts";
import { parseDurationText, parseTimeText } from "./time-text.ts";
import { decodeTx } from "./tx.ts";
import { txSigners } from "./tx-signers.ts";
import { txTypesOf } from "./tx-types.ts";
import { signBytesByMode } from "./tx-verify.ts";
import { rejectUnknownFields } from "./unknown-fields.ts";
import { parseCertificate, parsePublicKeyInfo } from "./x509.ts";
import { decodePem } from "./x509-pem.ts";

/*
 * Readers of strangers' bytes, tried with spoilt copies of what other implementations wrote. Each refuses with a value,
 * never with an exception of the language, and what it takes means the same when it is written and read again.
 */
const skip = haveVectors() ? false : "no vectors folder beside the checkout";
const tried = `${hostileInputs} tried`;
/** Longer examples cost time and reach no other code. */
const longest = 2_048;

// Most inputs are refused: the traces of their errors would take most of the time.
const traces = Error.stackTraceLimit;
before(() => {
  Error.stackTraceLimit = 0;
});
after(() => {
  Error.stackTraceLimit = traces;
});

interface WireCase {
  readonly type: string;
  readonly hex: string;
  readonly json?: JsonValue;
}

interface Example {
  readonly schema: DescMessage;
  readonly bytes: Uint8Array;
  readonly json: JsonValue | undefined;
}

function examples(): Example[] {
  const files = readdirSync(join(vectorsDir, "lib/wire")).filter((name) => !name.startsWith("_"));
  return files.toSorted().flatMap((file) =>
    recorded<{ readonly cases: readonly WireCase[] }>(`lib/wire/${file}`).cases.flatMap(({ type, hex, json }) => {
      const schema = typeByUrl(type);
      const bytes = fromHex(hex);
      return schema === undefined || bytes === undefined || bytes.length > longest ? [] : [{ schema, bytes, json }];
    }),
  );
}

test(`messages are refused, or written and read again as the same, ${tried}`, { skip }, (t) => {
  const mutator = new Mutator(1);
  const corpus = examples();
  const bytesOf = corpus.map(({ bytes }) => bytes);
  let accepted = 0;
  for (let n = 0; n < hostileInputs; n++) {
    const { schema, bytes: good } = mutator.pick(corpus);
    const bytes = mutator.below(4) === 0 ? mutator.bytes(bytesOf) : mutator.bytes([good]);
    const decoded = tryDecode(schema, bytes);
    rejectUnknownFields({ bytes, schema, allowNonCritical: n % 2 === 0, resolve: typeByUrl });
    if (!decoded.ok) continue;
    accepted++;
    const once = encode(schema, decoded.value);
    assert.ok(equalBytes(encode(schema, decode(schema, once)), once), `${schema.typeName} ${n}`);
    // Texts take longer than all else together: every eighth message is printed.
    if (n % 8 !== 0) continue;
    toAminoJson(schema, decodeVerbatim(schema, bytes), typeByUrl);
    const json = toProtoJson(schema, decoded.value, typeByUrl);
    if (json.ok) JSON.stringify(json.value);
  }
  t.diagnostic(`${accepted} were messages`);
  assert.ok(accepted > hostileInputs / 100);
});

test(`JSON of messages is refused, or gives bytes that can be read, ${tried}`, { skip }, (t) => {
  const mutator = new Mutator(2);
  const corpus = examples().filter(({ json }) => json !== undefined);
  const values = corpus.map(({ json }) => json);
  let accepted = 0;
  for (let n = 0; n < hostileInputs; n++) {
    const { schema, json } = mutator.pick(corpus);
    const hostile = mutator.json(mutator.below(8) === 0 ? values : [json]) as JsonValue;
    const parsed = fromProtoJson(schema, hostile, typeByUrl);
    if (!parsed.ok) continue;
    accepted++;
    assert.ok(tryDecode(schema, encode(schema, parsed.value)).ok, `${schema.typeName} ${JSON.stringify(hostile)}`);
  }
  t.diagnostic(`${accepted} were messages`);
  assert.ok(accepted > hostileInputs / 100);
});

const types = txTypesOf(registry);

/** What a node does with a transaction before it reads any state. True if it was one. */
function handleTx(bytes: Uint8Array): boolean {
  const tx = decodeTx(bytes, types);
  if (!tx.ok) return false;
  const signers = txSigners(tx.value);
  const feePayer = signers.ok ? signers.value.feePayer : "";
  for (const { publicKey, modeInfo, sequence } of tx.value.authInfo.signerInfos) {
    if (publicKey !== undefined) publicKeyFromAny(publicKey);
    const signer = { chainId: "stoa-1", accountNumber: 1n, sequence, address: feePayer, publicKey };
    const bytesFor = signBytesByMode(tx.value, signer, feePayer, types);
    const { sum } = modeInfo ?? {};
    if (sum?.case === "single") bytesFor(sum.value.mode);
  }
  return true;
}

test(`transactions are refused or read, ${tried}`, { skip }, (t) => {
  const mutator = new Mutator(3);
  const { txs, decode: edges } = recorded<{ readonly txs: { txRaw: string }[]; readonly decode: { tx?: string }[] }>(
    "lib/tx.json",
  );
  const corpus = [...txs.map(({ txRaw }) => txRaw), ...edges.map(({ tx }) => tx)].flatMap(
    (hex) => fromHex(hex ?? "") ?? [],
  );
  const short = corpus.filter(({ length }) => length > 0 && length <= longest);
  let accepted = 0;
  for (let n = 0; n < hostileInputs; n++) if (handleTx(mutator.bytes(short))) accepted++;
  t.diagnostic(`${accepted} were transactions`);
  assert.ok(accepted > hostileInputs / 1_000);
});

interface ProviderVectors {
  readonly jwt: readonly { readonly token?: string }[];
  readonly certificates: readonly { readonly cert?: string }[];
}

test(`tokens, certificates, addresses, coins and times are refused or read, ${tried}`, { skip }, () => {
  const mutator = new Mutator(4);
  const provider = recorded<ProviderVectors>("lib/provider.json");
  const keys = recorded<{ readonly bech32: { input: string }[]; readonly armor: { armor?: string }[] }>(
    "lib/keys.json",
  );
  const tokens = provider.jwt.flatMap(({ token = "" }) => (token.length <= longest ? [token] : []));
  const pems = provider.certificates.flatMap(({ cert }) => (cert === undefined ? [] : [utf8(cert)]));
  const ders = pems.flatMap((pem) => decodePem(pem)?.bytes ?? []);
  const addresses = keys.bech32.map(({ input }) => input);
  const armors = keys.armor.flatMap(({ armor }) => armor ?? []);
  const coins = ["1uakt", "5uakt,7uact", "1.5uact", "0uakt", "1000000000000000000000000uakt", "3ibc/ABCDEF0123"];
  const times = ["2024-02-29T12:00:00.123456789Z", "1970-01-01T00:00:00Z", "1h2m3s", "-1.5s", "9223372036854775807ns"];
  const readers: readonly (() => void)[] = [
    () => parseJwt(mutator.text(tokens)),
    () => decodePem(mutator.bytes(pems)),
    () => parseCertificate(mutator.bytes(ders)),
    () => parsePublicKeyInfo(mutator.bytes(ders)),
    () => decodeBech32(mutator.text(addresses)),
    () => decodeArmor(mutator.text(armors)),
    () => {
      const parsed = parseCoins(mutator.text(coins));
      if (parsed.ok) assert.ok(parseCoins(formatCoins(parsed.value)).ok);
    },
    () => parseDecCoins(mutator.text(coins)),
    () => parseTimeText(mutator.text(times)),
    () => parseDurationText(mutator.text(times)),
    () => fromUtf8(mutator.bytes(pems)),
  ];
  for (let n = 0; n < hostileInputs; n++) readers[n % readers.length]?.();
});

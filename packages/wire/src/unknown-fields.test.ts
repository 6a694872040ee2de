import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescMessage } from "@bufbuild/protobuf";
import { concatBytes, fromHex } from "@stoa/std";
import { ResourcesMetricSchema } from "@stoa/wire/akash.provider.v1";
import { AuthInfoSchema, TxBodySchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { encode } from "./codec.ts";
import { typeByUrl } from "./registry.ts";
import { rejectUnknownFields } from "./unknown-fields.ts";

const unknown2000 = fromHex("827d017a") ?? assert.fail();
const unknown7 = fromHex("3a017a") ?? assert.fail();

function verdict(schema: DescMessage, bytes: Uint8Array, allowNonCritical = true): string {
  const result = rejectUnknownFields({ bytes, schema, allowNonCritical, resolve: typeByUrl });
  return result.ok ? `ok ${result.value}` : result.error.message;
}

function bodyWith(typeUrl: string, value: Uint8Array): Uint8Array {
  return encode(TxBodySchema, create(TxBodySchema, { messages: [{ typeUrl, value }] }));
}

test("fields inside an Any are checked by the type that it names", () => {
  const send = "/cosmos.bank.v1beta1.MsgSend";
  assert.equal(verdict(TxBodySchema, bodyWith(send, new Uint8Array(0))), "ok false");
  assert.equal(verdict(TxBodySchema, bodyWith(send, unknown2000)), "ok true");
  assert.match(verdict(TxBodySchema, bodyWith(send, unknown2000), false), /unknown field 2000/);
  assert.match(verdict(TxBodySchema, bodyWith(send, unknown7)), /unknown field 7 .*MsgSend/);
  assert.match(
    verdict(TxBodySchema, bodyWith("/no.such.Type", new Uint8Array(0))),
    /unknown message type no.such.Type/,
  );
});

test("fields inside a map's values are checked", () => {
  const entry = (value: Uint8Array): Uint8Array =>
    concatBytes(Uint8Array.of(0x2a, 5 + value.length, 0x0a, 1, 0x61, 0x12, value.length), value);
  assert.equal(verdict(ResourcesMetricSchema, entry(new Uint8Array(0))), "ok false");
  assert.match(verdict(ResourcesMetricSchema, entry(unknown7)), /unknown field 7/);
});

test("nesting is bounded", () => {
  let bytes: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < 600; i++) {
    // ModeInfo.multi.mode_infos: both are field 2.
    const length = bytes.length;
    const prefix = length < 0x80 ? [0x12, length] : [0x12, (length & 0x7f) | 0x80, length >>> 7];
    bytes = concatBytes(Uint8Array.from(prefix), bytes);
  }
  const wrapped = encode(AuthInfoSchema, create(AuthInfoSchema));
  assert.equal(verdict(AuthInfoSchema, wrapped), "ok false");
  const modeInfo = typeByUrl("/cosmos.tx.v1beta1.ModeInfo") ?? assert.fail();
  assert.match(verdict(modeInfo, bytes), /recursion limit/);
});

test("broken bytes are refused, never thrown", () => {
  for (const hex of ["0a", "0a05", "00", "ffffffffffffffffffff01", "0b"]) {
    const bytes = fromHex(hex) ?? assert.fail();
    assert.ok(
      !rejectUnknownFields({ bytes, schema: TxBodySchema, allowNonCritical: true, resolve: typeByUrl }).ok,
      hex,
    );
  }
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescMessage, type JsonValue } from "@bufbuild/protobuf";
import { BidSchema } from "@stoa/wire/akash.market.v1beta5";
import { PageRequestSchema } from "@stoa/wire/cosmos.base.query.v1beta1";
import { CoinSchema, DecCoinSchema } from "@stoa/wire/cosmos.base.v1beta1";
import { ParamsSchema } from "@stoa/wire/cosmos.staking.v1beta1";
import { TxBodySchema } from "@stoa/wire/cosmos.tx.v1beta1";
import fc from "fast-check";
import { jsonText } from "./json-text.ts";
import { toProtoJson } from "./proto-json.ts";
import { fromProtoJson } from "./proto-json-parse.ts";
import { typeByUrl } from "./registry.ts";
import { nanoTimeText, parseDurationText, parseTimeText, protoTimeText } from "./time-text.ts";

function refusal(schema: DescMessage, json: JsonValue): string {
  const read = fromProtoJson(schema, json, typeByUrl);
  return read.ok ? "accepted" : read.error.message;
}

test("names of the schema and camel-case names are read alike", () => {
  const read = fromProtoJson(PageRequestSchema, { count_total: true, limit: 5, offset: "7" }, typeByUrl);
  assert.ok(read.ok);
  assert.deepEqual([read.value.countTotal, read.value.limit, read.value.offset], [true, 5n, 7n]);
  const camel = fromProtoJson(PageRequestSchema, { countTotal: true, key: "/_8" }, typeByUrl);
  assert.equal(camel.ok, false);
  const url = fromProtoJson(PageRequestSchema, { countTotal: true, key: "-_8" }, typeByUrl);
  assert.deepEqual(url.ok && [...url.value.key], [251, 255]);
});

test("what does not fit is refused, with the place", () => {
  assert.match(refusal(BidSchema, { id: { ownr: "x" } }), /Bid\.id: unknown field "ownr"/);
  assert.match(
    refusal(BidSchema, { state: "sold" }),
    /unknown value "sold" for enum akash\.market\.v1beta5\.Bid\.State/,
  );
  assert.match(refusal(BidSchema, { created_at: "9223372036854775808" }), /out of range/);
  assert.match(refusal(BidSchema, { created_at: 1.5 }), /expected an integer/);
  assert.match(refusal(BidSchema, { id: [] }), /expected an object/);
  assert.match(refusal(BidSchema, { id: { gseq: -1 } }), /out of range/);
  assert.match(refusal(CoinSchema, { amount: "1.5" }), /not a number/);
  assert.match(refusal(TxBodySchema, { messages: [{ "@type": "/no.such.Type" }] }), /unknown message type/);
  assert.match(refusal(TxBodySchema, { messages: [{}] }), /needs @type/);
  assert.match(refusal(ParamsSchema, { unbonding_time: "3 weeks" }), /not a duration/);
});

test("decimals lose their point on the wire and regain it", () => {
  const read = fromProtoJson(DecCoinSchema, { denom: "uakt", amount: "1.5" }, typeByUrl);
  assert.ok(read.ok);
  assert.equal(read.value.amount, "1500000000000000000");
  const printed = toProtoJson(DecCoinSchema, read.value, typeByUrl);
  assert.deepEqual(printed.ok && printed.value, { denom: "uakt", amount: "1.500000000000000000" });
});

test("an Any of unknown type cannot be printed", () => {
  const body = create(TxBodySchema, { messages: [{ typeUrl: "/no.such.Type" }] });
  assert.equal(toProtoJson(TxBodySchema, body, typeByUrl).ok, false);
});

test("texts are escaped as the reference escapes them", () => {
  assert.equal(jsonText('<a & "b">\u2028\u0001'), '"\\u003ca \\u0026 \\"b\\"\\u003e\\u2028\\u0001"');
});

test("times and durations have one text", () => {
  const seconds = fc.bigInt({ min: -62_135_596_800n, max: 253_402_300_799n });
  const nanos = fc.integer({ min: 0, max: 999_999_999 });
  fc.assert(
    fc.property(seconds, nanos, (s, n) => {
      assert.deepEqual(parseTimeText(protoTimeText(s, n)), { seconds: s, nanos: n });
      assert.deepEqual(parseTimeText(nanoTimeText(s, n)), { seconds: s, nanos: n });
      assert.equal(protoTimeText(s, 0), new Date(Number(s) * 1000).toISOString().replace(".000Z", "Z"));
    }),
  );
  assert.deepEqual(parseTimeText("2026-11-21T13:45:00+01:30"), { seconds: 1_795_263_300n, nanos: 0 });
  for (const bad of ["2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00"]) {
    assert.equal(parseTimeText(bad), undefined, bad);
  }
  assert.equal(parseDurationText("1h30m"), 5_400_000_000_000n);
  assert.equal(parseDurationText("-1.5s"), -1_500_000_000n);
  for (const bad of ["", "5", "s", "1d", "1 s", "9223372037s"]) assert.equal(parseDurationText(bad), undefined, bad);
});

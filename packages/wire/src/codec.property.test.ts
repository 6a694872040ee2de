import assert from "node:assert/strict";
import { test } from "node:test";
import { type DescMessage, toBinary } from "@bufbuild/protobuf";
import { equalBytes, toHex } from "@stoa/std";
import { MsgCreateDeploymentSchema } from "@stoa/wire/akash.deployment.v1beta4";
import { ClusterStatusSchema } from "@stoa/wire/akash.provider.v1";
import { ValidatorSchema } from "@stoa/wire/cosmos.staking.v1beta1";
import { TxSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import { BlockSchema } from "@stoa/wire/tendermint.types";
import fc from "fast-check";
import { decode, encode, tryDecode } from "./codec.ts";
import { typeByUrl } from "./registry.ts";
import { rejectUnknownFields } from "./unknown-fields.ts";
import { wireText, wireTextBytes } from "./wire-text.ts";

const schemas: readonly DescMessage[] = [
  TxSchema,
  MsgCreateDeploymentSchema,
  ValidatorSchema,
  BlockSchema,
  ClusterStatusSchema,
];

/** Bytes that look like fields: tags of small numbers, lengths that often fit, some plain noise. */
const fieldLikeBytes = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.integer({ min: 1, max: 8 }), fc.uint8Array({ maxLength: 24 })) },
    { weight: 1, arbitrary: fc.tuple(fc.constant(0), fc.uint8Array({ maxLength: 6 })) },
  ),
  { maxLength: 8 },
);

function flatten(parts: readonly (readonly [number, Uint8Array])[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap(([number, bytes]) => (number === 0 ? [...bytes] : [(number << 3) | 2, bytes.length, ...bytes])),
  );
}

test("any bytes are either refused or give bytes that stay the same", () => {
  fc.assert(
    fc.property(fc.constantFrom(...schemas), fieldLikeBytes, (schema, parts) => {
      const decoded = tryDecode(schema, flatten(parts));
      if (!decoded.ok) return;
      const once = encode(schema, decoded.value);
      assert.equal(toHex(encode(schema, decode(schema, once))), toHex(once));
    }),
    { numRuns: 3000 },
  );
});

test("what the library encodes is decoded, and nothing in it is unknown", () => {
  fc.assert(
    fc.property(fc.constantFrom(...schemas), fieldLikeBytes, (schema, parts) => {
      const decoded = tryDecode(schema, flatten(parts));
      if (!decoded.ok) return;
      const bytes = toBinary(schema, decoded.value);
      assert.ok(tryDecode(schema, bytes).ok);
      const verdict = rejectUnknownFields({ bytes, schema, allowNonCritical: false, resolve: typeByUrl });
      // An Any of unknown type is the one thing that the library encodes and the check refuses.
      assert.ok(verdict.ok || verdict.error.message.startsWith("unknown message type"), JSON.stringify(verdict));
    }),
    { numRuns: 2000 },
  );
});

test("any bytes of a string field come back unchanged", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      assert.ok(equalBytes(wireTextBytes(wireText(bytes)), bytes));
    }),
  );
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => assert.equal(wireText(wireTextBytes(text)), text)));
});

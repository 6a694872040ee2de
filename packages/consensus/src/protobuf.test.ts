import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeBlock } from "./block.ts";
import { decodeCommit } from "./commit.ts";
import { decodeCommitmentProof } from "./ics23-proof.ts";
import { decodeLightBlock } from "./light.ts";
import { ProtobufError, ProtobufWriter, readFields } from "./protobuf.ts";

test("integers, fixed values and bytes survive; zeros are left out; messages are kept", () => {
  const bytes = new ProtobufWriter()
    .varint(1, -1n)
    .varint(2, 300)
    .varint(3, 0)
    .fixed64(4, -2n)
    .string(5, "é")
    .bytes(6, new Uint8Array(0))
    .message(7, new Uint8Array(0))
    .finish();
  const fields = [...readFields(bytes)];
  assert.deepEqual(
    fields.map(({ number }) => number),
    [1, 2, 4, 5, 7],
  );
  assert.equal(fields[0]?.int64(), -1n);
  assert.equal(fields[1]?.uint32(), 300);
  assert.equal(fields[2]?.int64(), -2n);
  assert.equal(fields[3]?.string(), "é");
  assert.equal(fields[4]?.bytes().length, 0);
});

test("no bytes make a decoder fail otherwise than with its own error", () => {
  const decoders = [decodeBlock, decodeCommit, decodeLightBlock, decodeCommitmentProof];
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(decoders.length - 1), (bytes, which) => {
      try {
        decoders[which]?.(bytes);
      } catch (error) {
        assert.ok(error instanceof ProtobufError, String(error));
      }
    }),
    { numRuns: 3000 },
  );
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { create, type DescField, type DescMessage } from "@bufbuild/protobuf";
import { MsgCreateLeaseSchema } from "@stoa/wire/akash.market.v1beta5";
import { MsgMultiSendSchema, MsgSendSchema } from "@stoa/wire/cosmos.bank.v1beta1";
import { PageRequestSchema } from "@stoa/wire/cosmos.base.query.v1beta1";
import { registry } from "./registry.ts";
import { signerPaths, signerPathsOf, signersOf } from "./signers.ts";

/** Requests of every service whose methods are messages of a transaction. */
function requests(): DescMessage[] {
  const services = [...registry].filter((entry) => entry.kind === "service" && entry.name === "Msg");
  return services.flatMap((entry) => (entry.kind === "service" ? entry.methods.map((method) => method.input) : []));
}

/** The field at the end of a path. */
function fieldAt(schema: DescMessage, path: string): DescField | undefined {
  const [name, ...rest] = path.split(".");
  const field = schema.fields.find((candidate) => candidate.name === name);
  const inner = field !== undefined && "message" in field ? field.message : undefined;
  if (inner === undefined) return rest.length === 0 ? field : undefined;
  const next = rest.length > 0 ? rest.join(".") : signerPathsOf(inner)[0];
  return next === undefined ? undefined : fieldAt(inner, next);
}

test("every message of a transaction says who signs it, by a text field", () => {
  const all = requests();
  assert.ok(all.length > 100, `only ${all.length} messages`);
  for (const schema of all) {
    const paths = signerPathsOf(schema);
    assert.ok(paths.length > 0, `${schema.typeName} has no signer`);
    for (const path of paths) {
      const field = fieldAt(schema, path);
      assert.equal(field?.scalar, 9, `${schema.typeName}: ${path} is no text`);
    }
  }
});

test("the table names only messages that exist and say nothing themselves", () => {
  for (const name of signerPaths.keys()) {
    assert.ok(registry.getMessage(name) !== undefined, name);
    assert.match(name, /^akash\./);
  }
});

test("signers come from nested fields, from lists, once each, and may be absent", () => {
  const lease = create(MsgCreateLeaseSchema, { bidId: { owner: "akash1owner", provider: "akash1provider" } });
  assert.deepEqual(signersOf(MsgCreateLeaseSchema, lease), ["akash1owner"]);
  assert.deepEqual(signersOf(MsgCreateLeaseSchema, create(MsgCreateLeaseSchema)), [""]);
  assert.deepEqual(signersOf(MsgSendSchema, create(MsgSendSchema, { fromAddress: "a", toAddress: "b" })), ["a"]);
  const inputs = [{ address: "a" }, { address: "b" }, { address: "a" }];
  assert.deepEqual(signersOf(MsgMultiSendSchema, create(MsgMultiSendSchema, { inputs })), ["a", "b"]);
  assert.equal(signersOf(PageRequestSchema, create(PageRequestSchema)), undefined);
});

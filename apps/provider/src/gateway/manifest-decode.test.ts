import assert from "node:assert/strict";
import { test } from "node:test";
import { manifestJson } from "@stoa/market";
import { utf8 } from "@stoa/std";
import { decodeManifest } from "./manifest-decode.ts";

function answer(text: string): string {
  const decoded = decodeManifest(utf8(text));
  return decoded.ok ? JSON.stringify(manifestJson(decoded.value)) : decoded.error;
}

test("what is not JSON is refused in the words of the reference's decoder", () => {
  assert.equal(answer(""), "EOF");
  assert.equal(answer("[{"), "unexpected EOF");
  assert.equal(answer("hello"), "invalid character 'h' looking for beginning of value");
  assert.equal(answer("[1,]"), "invalid character ']' looking for beginning of value");
  assert.equal(answer('{"name":"dc"}'), "json: cannot unmarshal object into Go value of type v2beta3.Manifest");
});

test("values of the wrong type are named with their place", () => {
  const at = (text: string) => answer(`[{"name":"dc","services":[${text}]}]`);
  assert.equal(answer("[5]"), "json: cannot unmarshal number into Go value of type v2beta3.Group");
  assert.equal(answer('[{"name":5}]'), "json: cannot unmarshal number into Go struct field Group.name of type string");
  assert.equal(
    at('{"count":"1"}'),
    "json: cannot unmarshal string into Go struct field Service.services.count of type uint32",
  );
  assert.equal(
    at('{"count":-1}'),
    "json: cannot unmarshal number -1 into Go struct field Service.services.count of type uint32",
  );
  assert.equal(
    at('{"expose":[{"port":4294967296}]}'),
    "json: cannot unmarshal number 4294967296 into Go struct field ServiceExpose.services.expose.port of type uint32",
  );
  assert.equal(
    at('{"resources":{"cpu":{"units":{"val":"many"}}}}'),
    'math/big: cannot unmarshal "many" into a *big.Int',
  );
});

test("unknown members and what follows the value do not matter; names match without regard to case", () => {
  assert.equal(answer('[{"NAME":"dc","x":1,"services":null}] trailing'), '[{"name":"dc","services":null}]');
  assert.equal(answer("null"), "[]");
});

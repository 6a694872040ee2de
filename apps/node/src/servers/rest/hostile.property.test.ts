import assert from "node:assert/strict";
import { test } from "node:test";
import type { DescMethodUnary } from "@bufbuild/protobuf";
import { utf8 } from "@stoa/std";
import { hostileInputs, Mutator } from "@stoa/test";
import { tryDecode } from "@stoa/wire";
import { registry } from "@stoa/wire/registry";
import { ServiceError } from "../services/service-error.ts";
import type { ServiceMethod } from "../services/service-table.ts";
import { matchPath, type Route, routesOf } from "./http-rules.ts";
import { readRequest } from "./read-request.ts";

/** The routes of every service that has any, served or not. */
function everyRoute(): readonly Route[] {
  const table = new Map<string, ServiceMethod>();
  for (const type of registry) {
    if (type.kind !== "service") continue;
    for (const method of type.methods) {
      if (method.methodKind !== "unary") continue;
      const path = `/${type.typeName}/${method.name}`;
      table.set(path, { path, descriptor: method as DescMethodUnary, call: () => assert.fail("nobody calls") });
    }
  }
  return routesOf(table);
}

const address = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";
const values = ["", "1", "uakt", address, "true", "AAAA", "0x1", "%41", "2024-01-01T00:00:00Z", "-1", "9".repeat(30)];
const queryPieces = [
  "&",
  "=",
  ".",
  "%",
  "%zz",
  "+",
  ";",
  "%ff",
  "pagination.",
  "limit",
  "\0",
  "é",
  "a".repeat(50),
  "1",
];
const bodies = [
  '{"tx_bytes":"AAAA","mode":"BROADCAST_MODE_SYNC"}',
  '{"tx":{"body":{"messages":[{"@type":"/cosmos.bank.v1beta1.MsgSend","amount":[{"denom":"uakt","amount":"1"}]}]}}}',
  '{"messages":[],"height":"1","pagination":{"key":null,"limit":"1"}}',
];

test(`no URL and no body makes a request's reader throw anything but a refusal, ${hostileInputs} tried`, (t) => {
  const traces = Error.stackTraceLimit;
  // Most inputs are refused: the traces of their errors would take most of the time.
  Error.stackTraceLimit = 0;
  t.after(() => {
    Error.stackTraceLimit = traces;
  });
  const routes = everyRoute();
  const mutator = new Mutator(31);
  const queries = routes.map(({ method }) =>
    method.input.fields.map(({ name }) => `${name}=${mutator.pick(values)}&${name}.limit=1`).join("&"),
  );
  let read = 0;
  for (let n = 0; n < hostileInputs; n++) {
    const at = mutator.below(routes.length);
    const route = routes[at] ?? assert.fail("no route");
    const parts = route.segments.map((part) => (part.kind === "literal" ? part.text : mutator.text(values)));
    const inPath = matchPath(route.segments, parts);
    if (inPath === undefined) continue;
    const query = mutator.text([queries[at] ?? ""], queryPieces);
    const body = route.hasBody ? utf8(mutator.text(bodies)) : undefined;
    try {
      const bytes = readRequest(route, inPath, query, body);
      assert.ok(tryDecode(route.method.input, bytes).ok || bytes.length === 0, `${route.template}?${query}`);
      read++;
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
    }
  }
  t.diagnostic(`${read} were requests, of ${routes.length} routes`);
  assert.ok(read > hostileInputs / 100);
});

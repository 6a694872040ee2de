import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import { haveVectors, hostileInputs, Mutator, recorded } from "@stoa/test";
import { decodeManifest } from "./manifest-decode.ts";
import { matchRoute } from "./routes.ts";

const skip = haveVectors() ? false : "no vectors folder beside the checkout";

interface ProviderVectors {
  readonly manifest: readonly { readonly manifestJsonText?: string }[];
}

interface Group {
  readonly services: readonly unknown[] | null;
}

test(`a spoilt manifest is read or refused in words, ${hostileInputs} tried`, { skip }, (t) => {
  const traces = Error.stackTraceLimit;
  // Most inputs are refused: the traces of their errors would take most of the time.
  Error.stackTraceLimit = 0;
  t.after(() => {
    Error.stackTraceLimit = traces;
  });
  const { manifest } = recorded<ProviderVectors>("lib/provider.json");
  // Whole manifests are long: one service at a time reaches the same code.
  const values = manifest.flatMap(({ manifestJsonText = "[]" }) =>
    ((JSON.parse(manifestJsonText) ?? []) as Group[]).flatMap((group) =>
      (group.services ?? [null]).map((service) => [{ ...group, services: [service] }]),
    ),
  );
  const bytes = values.map((value) => utf8(JSON.stringify(value)));
  const mutator = new Mutator(51);
  let read = 0;
  for (let n = 0; n < hostileInputs; n++) {
    const body = n % 2 === 0 ? mutator.bytes(bytes) : utf8(JSON.stringify(mutator.json(values)));
    const decoded = decodeManifest(body);
    if (decoded.ok) read++;
    else assert.ok(decoded.error.length > 0);
  }
  t.diagnostic(`${read} were manifests`);
  assert.ok(read > hostileInputs / 100);
});

test(`every target has a route, a redirect or a refusal, ${hostileInputs} tried`, () => {
  const mutator = new Mutator(52);
  const targets = [
    "/lease/7/1/1/logs?follow=1&tail=5",
    "/lease/7/1/1/shell?cmd0=ls&podIndex=0",
    "/deployment/7/manifest",
    "/lease/7/1/1/service/web/status",
    "/address",
    "/validate",
    "/status",
  ];
  // Targets come as Latin-1 out of the HTTP parser.
  const pieces = ["/", "//", "..", ".", "%", "%2f", "%zz", "?", "&", "=", "\xff", "\0", "#", "9".repeat(40), "-1"];
  for (let n = 0; n < hostileInputs; n++) {
    const method = mutator.pick(["GET", "PUT", "POST", "DELETE"]);
    assert.equal(typeof matchRoute(method, mutator.text(targets, pieces)), "object");
  }
});

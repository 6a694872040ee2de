import assert from "node:assert/strict";
import { test } from "node:test";
import { nativeHash } from "@stoa/host";
import { silentLog } from "@stoa/std";
import { pureVerifier } from "@stoa/std/crypto";
import fc from "fast-check";
import { FakeRuntime } from "../runtimes/fake/fake-runtime.ts";
import { Gateway, type GatewayParams } from "./gateway.ts";
import { LeaseBook } from "./lease-book.ts";
import type { GatewayRequest } from "./message.ts";

const address = "akash18qa2a2ltfyvkyj0ggj3hkvuj6twzyumuaru9s4";
const owner = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";
const capacity = { node: "n", cpuMilli: 1, memoryBytes: 1, diskBytes: 1, gpus: [], storageClasses: {} };

function gateway(chain: GatewayParams["chain"]): Gateway {
  return new Gateway({
    address,
    chain,
    leases: new LeaseBook({
      store: { load: async () => [], save: async () => undefined, remove: async () => undefined },
      blockedHostnames: [],
      ingressDomain: "ingress.localhost",
      publicHost: "localhost",
      hash: nativeHash,
      onChange: () => undefined,
    }),
    runtime: new FakeRuntime({ capacity, publicHost: "localhost", nowMs: () => 0 }),
    status: {
      status: async () => ({
        leases: 0,
        active: [],
        pending: [],
        nodes: [],
        storage: [],
        orders: 0,
        deployments: 0,
        publicHostname: "",
        reclamationWindowNs: undefined,
      }),
    },
    orders: { view: () => undefined },
    version: { name: "stoa", version: "0", commit: "", runtimeVersion: "" },
    hash: nativeHash,
    verifier: pureVerifier,
    nowSeconds: () => 0n,
    log: silentLog,
    generatesHosts: true,
  });
}

const emptyChain: GatewayParams["chain"] = {
  accountPublicKey: async () => undefined,
  certificate: async () => undefined,
  deployment: async () => undefined,
  leases: async () => [],
};

const deadChain: GatewayParams["chain"] = {
  accountPublicKey: () => Promise.reject(new Error("no answer")),
  certificate: () => Promise.reject(new Error("no answer")),
  deployment: () => Promise.reject(new Error("no answer")),
  leases: () => Promise.reject(new Error("no answer")),
};

const segment = fc.oneof(
  fc.constantFrom("lease", "deployment", "7", "1", "manifest", "status", "service", "web", "logs", "shell", "..", ""),
  fc.constantFrom("hostname", "endpoint", "migrate", "stoa", "v1", "orders", "99999999999999999999", "%41", "%", "-1"),
  fc.string({ maxLength: 8 }),
);
const request = fc.record({
  method: fc.constantFrom("GET", "PUT", "POST", "HEAD", "OPTIONS", "DELETE"),
  target: fc
    .tuple(fc.array(segment, { maxLength: 8 }), fc.constantFrom("", "?follow=1&tail=x", "?service=a,&cmd0=ls"))
    .map(([parts, query]) => `/${parts.join("/")}${query}`),
  authorization: fc.oneof(fc.constant(undefined), fc.constantFrom("Bearer a.b.c", "Bearer ..", "Basic x"), fc.string()),
  body: fc.oneof(
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.string(),
  ),
  certified: fc.boolean(),
});

test("no request makes the gateway fail, whoever sends it", async () => {
  const subject = gateway(emptyChain);
  await fc.assert(
    fc.asyncProperty(request, async ({ method, target, authorization, body, certified }) => {
      const asked: GatewayRequest = {
        method,
        target,
        headers: { authorization },
        readBody: async () => Buffer.from(body),
        certificateOwner: certified ? owner : undefined,
      };
      const outcome = await subject.handle(asked);
      const status = "response" in outcome ? outcome.response.status : 200;
      return status >= 200 && status < 500;
    }),
    { numRuns: 1500 },
  );
});

test("a chain that does not answer is the provider's trouble, and is told as such", async () => {
  const outcome = await gateway(deadChain).handle({
    method: "PUT",
    target: "/deployment/7/manifest",
    headers: {},
    readBody: async () => Buffer.from("[]"),
    certificateOwner: owner,
  });
  assert.ok("response" in outcome);
  assert.equal(outcome.response.status, 503);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { HostError, nativeHash } from "@stoa/host";
import { manifestJson, manifestVersion } from "@stoa/market";
import { fromUtf8Lossy, silentLog, utf8 } from "@stoa/std";
import { testGroup, testOwner, testProvider } from "../engine/fixtures.ts";
import { manifest } from "../keeper/test-world.ts";
import { Caller } from "./caller.ts";
import { LeaseBook } from "./lease-book.ts";
import { submitManifest } from "./manifest-submit.ts";
import { writeJson } from "./message.ts";

const fullAccess = { access: "full", scope: undefined, permissions: undefined };
const claims = { iss: testOwner, iat: 0n, nbf: 0n, exp: 0n, jti: "", aud: [], version: "v1", leases: fullAccess };
const caller = new Caller(testProvider, claims);
const lease = { owner: testOwner, dseq: 7n, gseq: 1, oseq: 1, provider: testProvider };

/** Sends a good manifest to a provider whose disk fails like this; the answer and what the provider now runs. */
async function send(failure: Error | undefined) {
  const leases = new LeaseBook({
    store: {
      load: async () => [],
      save: () => (failure === undefined ? Promise.resolve() : Promise.reject(failure)),
      remove: async () => undefined,
    },
    blockedHostnames: [],
    ingressDomain: "ingress.test",
    publicHost: "localhost",
    hash: nativeHash,
    onChange: () => undefined,
  });
  const group = manifest();
  const services = (group.services ?? []).map((service) => ({
    ...service,
    resources: { ...service.resources, endpoints: [{ kind: 0, sequenceNumber: 0 }] },
  }));
  const sent = [{ ...group, services }];
  const facts = { hash: manifestVersion(sent, nativeHash), groups: [{ gseq: 1, spec: testGroup() }] };
  const chain = {
    accountPublicKey: async () => undefined,
    certificate: async () => undefined,
    deployment: async () => facts,
    leases: async () => [lease],
  };
  const params = { chain, leases, hash: nativeHash, generatesHosts: true, log: silentLog };
  const { status, body } = await submitManifest(utf8(writeJson(manifestJson(sent))), 7n, caller, params);
  return { status, text: fromUtf8Lossy(body), kept: leases.leases().length };
}

test("a manifest is answered with success only once it is kept", async () => {
  assert.deepEqual(await send(undefined), { status: 200, text: "", kept: 1 });
});

test("a manifest that cannot be kept is refused in words that hide the machine's paths", async () => {
  const full = await send(new HostError("disk-full", "platform", "cannot write /home/x: the disk is full"));
  const text = "the manifest was not taken: the provider's disk is full; try again later\n";
  assert.deepEqual(full, { status: 503, text, kept: 0 });
  const broken = await send(new Error("EIO /home/x"));
  assert.equal(broken.status, 503);
  assert.match(broken.text, /^the manifest was not taken: the provider cannot write it down/);
});

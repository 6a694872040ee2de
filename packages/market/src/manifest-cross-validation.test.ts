import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "@stoa/std";
import { isIngress, type Manifest, type ManifestExpose, type ManifestService } from "./manifest.ts";
import { checkManifestAgainstGroups } from "./manifest-cross-validation.ts";
import { manifestJson, sortedJson } from "./manifest-json.ts";
import { parseManifest } from "./manifest-parse.ts";
import type { GroupSpec, Resources } from "./resources.ts";

const expose: ManifestExpose = {
  port: 8080,
  externalPort: 80,
  proto: "TCP",
  service: "",
  global: true,
  hosts: null,
  httpOptions: {
    maxBodySize: 1,
    readTimeout: 1,
    sendTimeout: 1,
    nextTries: 1,
    nextTimeout: 0,
    nextCases: ["off"],
    proxyBufferSize: 0,
  },
  ip: "",
  endpointSequenceNumber: 0,
};

const service: ManifestService = {
  name: "web",
  image: "nginx",
  command: null,
  args: null,
  env: ["A=1"],
  resources: {
    id: 1,
    cpu: { units: "100", attributes: [] },
    memory: { size: "1048576", attributes: [] },
    storage: [{ name: "default", size: "5242880", attributes: [] }],
    gpu: { units: "0", attributes: [] },
    endpoints: [{ kind: 0, sequenceNumber: 0 }],
  },
  count: 2,
  expose: [expose],
  params: null,
  credentials: null,
};

const resources: Resources = {
  id: 1,
  cpu: { units: { val: utf8("100") }, attributes: [] },
  memory: { quantity: { val: utf8("1048576") }, attributes: [] },
  storage: [{ name: "default", quantity: { val: utf8("5242880") }, attributes: [] }],
  gpu: { units: { val: utf8("0") }, attributes: [] },
  endpoints: [{ kind: 0, sequenceNumber: 0 }],
};

const groups: readonly GroupSpec[] = [{ name: "g", resources: [{ resource: resources, count: 2 }] }];

function manifestOf(change: Partial<ManifestService> = {}): Manifest {
  return [{ name: "g", services: [{ ...service, ...change }] }];
}

function messageOf(manifest: Manifest, against: readonly GroupSpec[] = groups): string | undefined {
  return checkManifestAgainstGroups(manifest, against)?.message;
}

test("a manifest that uses exactly what is leased passes", () => {
  assert.equal(messageOf(manifestOf()), undefined);
  assert.ok(isIngress(expose));
});

test("too few or too many replicas are refused", () => {
  assert.match(messageOf(manifestOf({ count: 1 })) ?? "", /under-utilized \(1\) resources/);
  assert.match(messageOf(manifestOf({ count: 3 })) ?? "", /over-utilized replicas \(3\)/);
});

test("other resources than leased are refused, a missing volume too", () => {
  const cpu = { ...service.resources, cpu: { units: "200", attributes: [] } };
  assert.match(messageOf(manifestOf({ resources: cpu })) ?? "", /CPU resources mismatch/);
  const twoVolumes = { ...resources, storage: [...resources.storage, ...resources.storage] };
  const more = [{ name: "g", resources: [{ resource: twoVolumes, count: 2 }] }];
  assert.match(messageOf(manifestOf(), more) ?? "", /Storage resources mismatch/);
});

test("endpoints must be used up, kind by kind", () => {
  const asPort: ManifestExpose = { ...expose, externalPort: 8080 };
  assert.match(messageOf(manifestOf({ expose: [asPort] })) ?? "", /over-utilized PORT endpoints/);
  const both = { ...resources, endpoints: [...resources.endpoints, { kind: 2, sequenceNumber: 1 }] };
  const leasedIp = [{ name: "g", resources: [{ resource: both, count: 2 }] }];
  assert.match(messageOf(manifestOf(), leasedIp) ?? "", /under-utilized \(1\) IP endpoints/);
});

test("groups are matched by name and number", () => {
  assert.match(messageOf(manifestOf(), []) ?? "", /group count mismatch/);
  assert.match(
    messageOf(manifestOf(), [{ ...groups[0], name: "other" } as GroupSpec]) ?? "",
    /unknown deployment group/,
  );
});

test("a manifest survives its JSON, and unknown members are dropped", () => {
  const text = sortedJson(manifestJson(manifestOf()));
  const read = parseManifest(text.replace('"image"', '"later":1,"image"'));
  assert.deepEqual(read, { ok: true, value: manifestOf() });
});

test("unreadable manifests say where", () => {
  const where = (text: string): string => {
    const read = parseManifest(text);
    return read.ok ? "" : read.error;
  };
  assert.match(where("{"), /not JSON/);
  assert.match(where("{}"), /must be a list/);
  assert.match(where('[{"services":[{"count":-1}]}]'), /\/0\/services\/0\/count must be an integer/);
});

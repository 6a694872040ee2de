import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ManifestExpose, ManifestService } from "@stoa/market";
import { pureHash } from "@stoa/std/crypto";
import { deriveWorkload } from "./derive.ts";
import { testOwner, testProvider } from "./fixtures.ts";

const lease = { owner: testOwner, dseq: 7n, gseq: 1, oseq: 2, provider: testProvider };

const httpOptions = {
  maxBodySize: 0,
  readTimeout: 0,
  sendTimeout: 0,
  nextTries: 0,
  nextTimeout: 0,
  nextCases: [],
  proxyBufferSize: 0,
};

function expose(changes: Partial<ManifestExpose>): ManifestExpose {
  const plain = { port: 80, externalPort: 0, proto: "TCP", service: "", global: true, hosts: null, ip: "" };
  return { ...plain, httpOptions, endpointSequenceNumber: 0, ...changes };
}

const service: ManifestService = {
  name: "web",
  image: "hello:1",
  command: null,
  args: null,
  env: ["AKASH_OWNER=mine"],
  count: 2,
  resources: {
    id: 1,
    cpu: { units: "100", attributes: [] },
    memory: { size: "1048576", attributes: [] },
    gpu: { units: "1", attributes: [{ key: "vendor/nvidia/model/a100", value: "true" }] },
    storage: [
      { name: "default", size: "5", attributes: [] },
      {
        name: "shm",
        size: "6",
        attributes: [
          { key: "class", value: "ram" },
          { key: "persistent", value: "false" },
        ],
      },
      {
        name: "data",
        size: "7",
        attributes: [
          { key: "class", value: "beta2" },
          { key: "persistent", value: "true" },
        ],
      },
    ],
    endpoints: [],
  },
  params: {
    storage: [
      { name: "shm", mount: "/dev/shm", readOnly: false },
      { name: "data", mount: "/data", readOnly: true },
    ],
  },
  expose: [
    expose({ port: 8080, externalPort: 80, hosts: ["A.test", "b.test"] }),
    expose({ port: 9000 }),
    expose({ port: 53, externalPort: 80, proto: "UDP" }),
    expose({ port: 5432, service: "api", global: false }),
  ],
  credentials: null,
};

describe("deriveWorkload", () => {
  const workload = deriveWorkload({
    lease,
    group: { name: "dc", services: [service, { ...service, name: "worker", count: 1 }] },
    reservation: {
      order: "x",
      cpuMilli: 0n,
      memoryBytes: 0n,
      diskBytes: 0n,
      classes: {},
      grants: [{ resourceId: 1, devices: ["GPU-1", "GPU-2", "GPU-3"] }],
    },
    ingressDomain: "localhost",
    publicHost: "provider.localhost",
    withheld: new Set(["a.test"]),
    hash: pureHash,
  });
  const [web, worker] = workload.services;

  it("injects the reference's variables unless the tenant set them", () => {
    assert.deepEqual(web?.env, [
      "AKASH_OWNER=mine",
      "AKASH_GROUP_SEQUENCE=1",
      "AKASH_DEPLOYMENT_SEQUENCE=7",
      "AKASH_ORDER_SEQUENCE=2",
      `AKASH_PROVIDER=${testProvider}`,
      "AKASH_CLUSTER_PUBLIC_HOSTNAME=provider.localhost",
    ]);
  });

  it("tells HTTP from forwarded and internal ports", () => {
    assert.deepEqual(
      web?.exposes.map(({ kind, port, externalPort }) => [kind, port, externalPort]),
      [
        ["http", 8080, 80],
        ["port", 9000, 9000],
        ["port", 53, 80],
        ["internal", 5432, 5432],
      ],
    );
    assert.match(web?.exposes[0]?.hosts[0] ?? "", /^[0-9a-v]{26}\.localhost$/);
    assert.deepEqual(web?.exposes[0]?.hosts.slice(1), ["b.test"]);
    assert.notEqual(web?.exposes[0]?.hosts[0], worker?.exposes[0]?.hosts[0]);
  });

  it("tells memory, disk and persistent volumes apart", () => {
    assert.deepEqual(
      web?.volumes.map(({ name, kind, storageClass, bytes, mount }) => [name, kind, storageClass, bytes, mount]),
      [
        ["default", "root", "", 5, ""],
        ["shm", "ram", "", 6, "/dev/shm"],
        ["data", "persistent", "beta2", 7, "/data"],
      ],
    );
  });

  it("shares a unit's devices among its services", () => {
    assert.deepEqual(web?.gpu?.devices, ["GPU-1", "GPU-2"]);
    assert.deepEqual(worker?.gpu?.devices, ["GPU-3"]);
  });
});

/** Groups and machines for the engine's tests. */
import type { Attribute, GroupSpec, ResourceUnit } from "@stoa/market";
import { Dec, utf8 } from "@stoa/std";
import type { Policy } from "./bid.ts";
import type { Capacity, GpuDevice } from "./capacity.ts";
import type { PriceTable } from "./pricing.ts";

export const mib = 1024 ** 2;
export const gib = 1024 ** 3;

const value = (amount: number) => ({ val: utf8(String(amount)) });

export interface UnitSketch {
  readonly id?: number;
  readonly cpu?: number;
  readonly memory?: number;
  readonly storage?: number;
  readonly gpu?: number;
  readonly gpuWants?: readonly string[];
  readonly count?: number;
  readonly price?: string;
}

export function testUnit(sketch: UnitSketch = {}): ResourceUnit {
  const attributes: Attribute[] = (sketch.gpuWants ?? []).map((key) => ({ key, value: "true" }));
  return {
    count: sketch.count ?? 1,
    price: { denom: "uact", amount: Dec.of(sketch.price ?? "1000").toWire() },
    resource: {
      id: sketch.id ?? 1,
      cpu: { units: value(sketch.cpu ?? 100), attributes: [] },
      memory: { quantity: value(sketch.memory ?? 64 * mib), attributes: [] },
      storage: [{ name: "default", quantity: value(sketch.storage ?? 128 * mib), attributes: [] }],
      gpu: { units: value(sketch.gpu ?? 0), attributes },
      endpoints: [{ kind: 0, sequenceNumber: 0 }],
    },
  };
}

export function testGroup(...units: readonly ResourceUnit[]): GroupSpec {
  return { name: "dc", requirements: { attributes: [] }, resources: units.length === 0 ? [testUnit()] : units };
}

export function testGpu(id: string, model: string, gibibytes = 80, bus = "pcie"): GpuDevice {
  return {
    id,
    vendor: "nvidia",
    model,
    memoryBytes: gibibytes * gib,
    interface: bus,
    pciAddress: "",
    productId: "2330",
    driverVersion: "550.54",
  };
}

export function testCapacity(changes: Partial<Capacity> = {}): Capacity {
  return {
    node: "node1",
    cpuMilli: 4000,
    memoryBytes: 8 * gib,
    diskBytes: 100 * gib,
    gpus: [],
    storageClasses: {},
    ...changes,
  };
}

export const testPrices: PriceTable = {
  cpu: Dec.of("1.60"),
  memory: Dec.of("0.80"),
  disk: Dec.of("0.02"),
  classes: {},
  endpoint: Dec.of("0.05"),
  ip: Dec.of("5"),
  gpus: { a100: Dec.of("500"), "a100.80Gi": Dec.of("700"), "*": Dec.of("1000") },
  minimum: Dec.of("0.10"),
};

export const testProvider = "akash18qa2a2ltfyvkyj0ggj3hkvuj6twzyumuaru9s4";
export const testOwner = "akash1365yvmc4s7awdyj3n2sav7xfx76adc6dnmlx63";

export function testPolicy(changes: Partial<Policy> = {}): Policy {
  return {
    address: testProvider,
    attributes: [{ key: "region", value: "eu-west" }],
    signed: [],
    onlyOrdersWith: [],
    features: {
      udp: true,
      replicas: true,
      persistentVolumes: false,
      leasedIps: false,
      gpu: true,
      registryCredentials: true,
    },
    prices: { uact: { kind: "table", table: testPrices } },
    reclamationWindowS: 0n,
    ...changes,
  };
}

/** The provider's status as gRPC tells it: the inventory down to each node's GPUs (provider.md §2.1, §6.7). */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { TimestampSchema } from "@bufbuild/protobuf/wkt";
import type { NodeSchema, ResourcePairSchema } from "@stoa/wire/akash.inventory.v1";
import { type ReservationsMetricSchema, type Status, StatusSchema } from "@stoa/wire/akash.provider.v1";
import { gpuRamText } from "../engine/gpu-match.ts";
import type { ProviderStatus, ResourceTotals } from "../gateway/ports.ts";
import type { GpuDevice } from "../runtimes/runtime.ts";
import { milliQuantityText, quantityText } from "./quantity.ts";

const nsPerSecond = 1_000_000_000n;

/** PCI numbers of the vendors that our inventory reads. */
const vendorIds: Readonly<Record<string, string>> = { nvidia: "10de", amd: "1002" };

/** Everything but the time at which it is told, which `stamped` adds. */
export function statusMessage(status: ProviderStatus): Status {
  const { reclamationWindowNs: window } = status;
  return create(StatusSchema, {
    cluster: {
      leases: { active: status.leases },
      inventory: {
        cluster: {
          nodes: status.nodes.map((node) => nodeMessage(node, status.storage)),
          storage: status.storage.map(({ class: name, size, capacity }) => ({
            quantity: pair(capacity, size),
            info: { class: name },
          })),
        },
        reservations: { pending: reservations(status.pending), active: reservations(status.active) },
        // No addresses are leased by any of our runtimes.
        leasedIp: pair(0n, 0n),
      },
    },
    bidEngine: { orders: status.orders },
    manifest: { deployments: status.deployments },
    publicHostnames: [status.publicHostname],
    ...(window === undefined
      ? {}
      : { reclamationWindow: { seconds: window / nsPerSecond, nanos: Number(window % nsPerSecond) } }),
  });
}

/** The same status, told at this time and with these problems. */
export function stamped(status: Status, nowNs: bigint, errors: readonly string[] = []): Status {
  const timestamp = create(TimestampSchema, { seconds: nowNs / nsPerSecond, nanos: Number(nowNs % nsPerSecond) });
  return { ...status, errors: [...errors], timestamp };
}

function quantity(text: string) {
  return { string: text };
}

/** What of an amount may be given, and what is; nothing of a machine is kept back, so capacity is the same. */
function pair(
  allocatable: bigint,
  available: bigint,
  text: (amount: bigint) => string = quantityText,
): MessageInitShape<typeof ResourcePairSchema> {
  const allocated = allocatable > available ? allocatable - available : 0n;
  return {
    allocatable: quantity(text(allocatable)),
    allocated: quantity(text(allocated)),
    capacity: quantity(text(allocatable)),
  };
}

function nodeMessage(
  { name, allocatable, available, processors, gpus }: ProviderStatus["nodes"][number],
  storage: ProviderStatus["storage"],
): MessageInitShape<typeof NodeSchema> {
  return {
    name,
    resources: {
      cpu: {
        quantity: pair(allocatable.cpu, available.cpu, milliQuantityText),
        info: processors.map(({ id, vendor, model, threads }) => ({ id, vendor, model, vcores: threads })),
      },
      memory: { quantity: pair(allocatable.memory, available.memory) },
      gpu: { quantity: pair(allocatable.gpu, available.gpu), info: gpus.map(gpuInfo) },
      ephemeralStorage: pair(allocatable.storageEphemeral, available.storageEphemeral),
      volumesAttached: pair(0n, 0n),
      volumesMounted: pair(0n, 0n),
    },
    capabilities: { storageClasses: storage.map((entry) => entry.class) },
  };
}

function gpuInfo({ vendor, model, productId, interface: bus, memoryBytes }: GpuDevice) {
  return {
    vendor,
    vendorId: vendorIds[vendor] ?? "",
    name: model,
    modelid: productId,
    interface: bus,
    memorySize: gpuRamText(memoryBytes),
  };
}

function reservations(held: readonly ResourceTotals[]): MessageInitShape<typeof ReservationsMetricSchema> {
  const sum = (amount: (totals: ResourceTotals) => bigint) => held.reduce((all, totals) => all + amount(totals), 0n);
  const classes = new Set(held.flatMap(({ storage }) => Object.keys(storage)));
  const storage = [...classes].map((name) => [name, quantity(quantityText(sum((all) => all.storage[name] ?? 0n)))]);
  return {
    count: held.length,
    resources: {
      cpu: quantity(milliQuantityText(sum(({ cpu }) => cpu))),
      memory: quantity(quantityText(sum(({ memory }) => memory))),
      gpu: quantity(quantityText(sum(({ gpu }) => gpu))),
      ephemeralStorage: quantity(quantityText(sum(({ storageEphemeral }) => storageEphemeral))),
      storage: Object.fromEntries(storage),
    },
  };
}

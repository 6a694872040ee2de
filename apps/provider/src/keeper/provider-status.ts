/** What the provider's status tells, over HTTP and gRPC: from the same ledger that bids are made from. */
import type { Available, Ledger, Reservation } from "../engine/ledger.ts";
import { orderOfLease } from "../engine/plan.ts";
import type { LeaseBook } from "../gateway/lease-book.ts";
import type { Processor, ProviderStatus, ResourceTotals, StatusSource } from "../gateway/ports.ts";
import { leaseKey, type Runtime } from "../runtimes/runtime.ts";
import type { LeaseDesk } from "./lease-desk.ts";
import type { OrderDesk } from "./order-desk.ts";

export interface StatusParams {
  readonly ledger: Ledger;
  readonly orders: OrderDesk;
  readonly leases: LeaseDesk;
  readonly book: LeaseBook;
  readonly runtime: Runtime;
  readonly processors: readonly Processor[];
  readonly publicHostname: string;
  readonly reclamationWindowS: bigint;
}

const nsPerSecond = 1_000_000_000n;

export function providerStatus(params: StatusParams): StatusSource {
  const { ledger, orders, leases, book, runtime, processors, publicHostname, reclamationWindowS } = params;
  return {
    async status(): Promise<ProviderStatus> {
      const complete = new Set(
        (await runtime.observe()).filter((each) => each.complete).map(({ lease }) => orderOfLease(leaseKey(lease))),
      );
      const managed = new Set(book.leases().map(({ lease }) => `${lease.owner}/${lease.dseq}`));
      return {
        ...ledgerStatus(ledger, complete, processors),
        leases: leases.count,
        orders: orders.openCount,
        deployments: managed.size,
        publicHostname,
        reclamationWindowNs: reclamationWindowS === 0n ? undefined : reclamationWindowS * nsPerSecond,
      };
    },
  };
}

/** What the ledger knows; `running` are the orders whose leases run in full. */
export function ledgerStatus(
  ledger: Ledger,
  running: ReadonlySet<string>,
  processors: readonly Processor[],
): Pick<ProviderStatus, "active" | "pending" | "nodes" | "storage"> {
  const active: ResourceTotals[] = [];
  const pending: ResourceTotals[] = [];
  for (const reservation of ledger.all()) {
    (running.has(reservation.order) ? active : pending).push(reserved(reservation));
  }
  const { node, cpuMilli, memoryBytes, diskBytes, gpus, storageClasses } = ledger.capacity;
  const left = ledger.available();
  const allocatable = {
    cpu: BigInt(cpuMilli),
    gpu: BigInt(gpus.length),
    memory: BigInt(memoryBytes),
    storageEphemeral: BigInt(diskBytes),
    storage: {},
  };
  const storage = Object.entries(left.classes).map(([name, size]) => ({
    class: name,
    size,
    capacity: BigInt(storageClasses[name] ?? 0),
  }));
  return {
    active,
    pending,
    nodes: [{ name: node, allocatable, available: remaining(left), processors, gpus }],
    storage,
  };
}

function reserved({ cpuMilli, memoryBytes, diskBytes, classes, grants }: Reservation): ResourceTotals {
  const gpu = grants.reduce((sum, { devices }) => sum + devices.length, 0);
  return { cpu: cpuMilli, gpu: BigInt(gpu), memory: memoryBytes, storageEphemeral: diskBytes, storage: classes };
}

function remaining({ cpuMilli, memoryBytes, diskBytes, gpus }: Available): ResourceTotals {
  return { cpu: cpuMilli, gpu: BigInt(gpus.length), memory: memoryBytes, storageEphemeral: diskBytes, storage: {} };
}

/** What the provider's status page tells: from the same ledger that bids are made from. */
import type { Available, Ledger, Reservation } from "../engine/ledger.ts";
import { orderOfLease } from "../engine/plan.ts";
import type { LeaseBook } from "../gateway/lease-book.ts";
import type { ProviderStatus, ResourceTotals, StatusSource } from "../gateway/ports.ts";
import { leaseKey, type Runtime } from "../runtimes/runtime.ts";
import type { LeaseDesk } from "./lease-desk.ts";
import type { OrderDesk } from "./order-desk.ts";

export interface StatusParams {
  readonly ledger: Ledger;
  readonly orders: OrderDesk;
  readonly leases: LeaseDesk;
  readonly book: LeaseBook;
  readonly runtime: Runtime;
  readonly publicHostname: string;
  readonly reclamationWindowS: bigint;
}

const nsPerSecond = 1_000_000_000n;

export function providerStatus(params: StatusParams): StatusSource {
  const { ledger, orders, leases, book, runtime, publicHostname, reclamationWindowS } = params;
  return {
    async status(): Promise<ProviderStatus> {
      const complete = new Set(
        (await runtime.observe()).filter((each) => each.complete).map(({ lease }) => orderOfLease(leaseKey(lease))),
      );
      const active: ResourceTotals[] = [];
      const pending: ResourceTotals[] = [];
      for (const reservation of ledger.all()) {
        (complete.has(reservation.order) ? active : pending).push(reserved(reservation));
      }
      const { capacity } = ledger;
      const left = ledger.available();
      const managed = new Set(book.leases().map(({ lease }) => `${lease.owner}/${lease.dseq}`));
      return {
        leases: leases.count,
        active,
        pending,
        nodes: [
          {
            name: capacity.node,
            allocatable: {
              cpu: BigInt(capacity.cpuMilli),
              gpu: BigInt(capacity.gpus.length),
              memory: BigInt(capacity.memoryBytes),
              storageEphemeral: BigInt(capacity.diskBytes),
              storage: {},
            },
            available: remaining(left),
          },
        ],
        storage: Object.entries(left.classes).map(([name, size]) => ({ class: name, size })),
        orders: orders.openCount,
        deployments: managed.size,
        publicHostname,
        reclamationWindowNs: reclamationWindowS === 0n ? undefined : reclamationWindowS * nsPerSecond,
      };
    },
  };
}

function reserved({ cpuMilli, memoryBytes, diskBytes, classes, grants }: Reservation): ResourceTotals {
  const gpu = grants.reduce((sum, { devices }) => sum + devices.length, 0);
  return { cpu: cpuMilli, gpu: BigInt(gpu), memory: memoryBytes, storageEphemeral: diskBytes, storage: classes };
}

function remaining({ cpuMilli, memoryBytes, diskBytes, gpus }: Available): ResourceTotals {
  return { cpu: cpuMilli, gpu: BigInt(gpus.length), memory: memoryBytes, storageEphemeral: diskBytes, storage: {} };
}

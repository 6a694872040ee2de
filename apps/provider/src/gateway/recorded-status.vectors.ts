/** `/status` from the provider's own books: the ledger's reservations and the leases that have a manifest. */
import type { Ledger, Reservation } from "../engine/ledger.ts";
import type { ProviderStatus, ResourceTotals, StatusSource } from "./ports.ts";

export interface ProviderStatusParams {
  readonly ledger: Ledger;
  /** Orders whose leases run here. */
  readonly activeOrders: () => ReadonlySet<string>;
  /** Orders that a bid is considered for or stands on. */
  readonly orders: () => number;
  /** Deployments that sent a manifest or are waited for. */
  readonly deployments: () => number;
  readonly publicHostname: string;
  readonly reclamationWindowNs?: bigint;
}

function totals(reservation: Reservation): ResourceTotals {
  return {
    cpu: reservation.cpuMilli,
    gpu: reservation.grants.reduce((sum, { devices }) => sum + BigInt(devices.length), 0n),
    memory: reservation.memoryBytes,
    storageEphemeral: reservation.diskBytes,
    storage: reservation.classes,
  };
}

export class LedgerStatus implements StatusSource {
  readonly #params: ProviderStatusParams;

  constructor(params: ProviderStatusParams) {
    this.#params = params;
  }

  async status(): Promise<ProviderStatus> {
    const { ledger, activeOrders, orders, deployments, publicHostname, reclamationWindowNs } = this.#params;
    const active = activeOrders();
    const reservations = ledger.all();
    const running = reservations.filter(({ order }) => active.has(order));
    const waiting = reservations.filter(({ order }) => !active.has(order));
    const { node, cpuMilli, memoryBytes, diskBytes, gpus } = ledger.capacity;
    const free = ledger.available();
    return {
      leases: running.length,
      active: running.map(totals),
      pending: waiting.map(totals),
      nodes: [
        {
          name: node,
          allocatable: {
            cpu: BigInt(cpuMilli),
            gpu: BigInt(gpus.length),
            memory: BigInt(memoryBytes),
            storageEphemeral: BigInt(diskBytes),
            storage: {},
          },
          available: {
            cpu: free.cpuMilli,
            gpu: BigInt(free.gpus.length),
            memory: free.memoryBytes,
            storageEphemeral: free.diskBytes,
            storage: {},
          },
        },
      ],
      storage: Object.entries(free.classes).map(([name, size]) => ({ class: name, size })),
      orders: orders(),
      deployments: deployments(),
      publicHostname,
      reclamationWindowNs,
    };
  }
}

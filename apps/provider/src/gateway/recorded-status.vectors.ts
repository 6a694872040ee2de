/** `/status` from the provider's own books: the ledger's reservations and the leases that have a manifest. */
import type { Ledger } from "../engine/ledger.ts";
import { ledgerStatus } from "../keeper/provider-status.ts";
import type { ProviderStatus, StatusSource } from "./ports.ts";

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

export class LedgerStatus implements StatusSource {
  readonly #params: ProviderStatusParams;

  constructor(params: ProviderStatusParams) {
    this.#params = params;
  }

  async status(): Promise<ProviderStatus> {
    const { ledger, activeOrders, orders, deployments, publicHostname, reclamationWindowNs } = this.#params;
    const told = ledgerStatus(ledger, activeOrders(), []);
    return {
      ...told,
      leases: told.active.length,
      orders: orders(),
      deployments: deployments(),
      publicHostname,
      reclamationWindowNs,
    };
  }
}

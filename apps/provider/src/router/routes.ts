/** The table that a runtime fills and the router reads: which host name leads where. */
import type { HttpOptions } from "../runtimes/runtime.ts";

export interface Target {
  readonly address: string;
  readonly port: number;
}

export interface Route {
  /** Lower case, without a port. */
  readonly host: string;
  readonly targets: readonly Target[];
  readonly http: HttpOptions | null;
}

/** Host names of all leases. A name belongs to one lease at a time. */
export class RouteTable {
  readonly #byHost = new Map<string, { key: string; route: Route }>();
  readonly #byLease = new Map<string, readonly string[]>();

  /** Replaces the routes of one lease. A name that another lease holds moves here: who may hold it was decided before. */
  set(leaseKey: string, routes: readonly Route[]): void {
    this.remove(leaseKey);
    const hosts: string[] = [];
    for (const route of routes) {
      const host = route.host.toLowerCase();
      this.#byHost.set(host, { key: leaseKey, route });
      hosts.push(host);
    }
    this.#byLease.set(leaseKey, hosts);
  }

  remove(leaseKey: string): void {
    for (const host of this.#byLease.get(leaseKey) ?? []) {
      if (this.#byHost.get(host)?.key === leaseKey) this.#byHost.delete(host);
    }
    this.#byLease.delete(leaseKey);
  }

  /** The route of a `Host` header: port and a trailing dot are ignored. */
  find(hostHeader: string): Route | undefined {
    const host = hostHeader.toLowerCase().replace(/:\d+$/, "").replace(/\.$/, "");
    return this.#byHost.get(host)?.route;
  }

  get size(): number {
    return this.#byHost.size;
  }
}

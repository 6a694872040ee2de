/** What happened to each lease's workload: a bounded history per lease and live followers. */
import { Feed } from "./feed.ts";
import type { EventOptions, WorkloadEvent } from "./runtime.ts";

/** Enough to tell why a workload failed and restarted for a while; older events go. */
export const eventsPerLeaseMax = 256;

/** Leases with a history at once; the oldest go: an engine speaks of a container also after its lease was forgotten. */
export const leasesMax = 4_096;

interface Follower {
  readonly services: readonly string[];
  readonly feed: Feed<WorkloadEvent>;
}

export class EventLog {
  readonly #history = new Map<string, WorkloadEvent[]>();
  readonly #followers = new Map<string, Set<Follower>>();

  add(key: string, event: WorkloadEvent): void {
    const history = this.#history.get(key) ?? [];
    history.push(event);
    if (history.length > eventsPerLeaseMax) history.shift();
    this.#history.set(key, history);
    if (this.#history.size > leasesMax) {
      const [oldest = key] = this.#history.keys();
      this.#history.delete(oldest);
    }
    for (const follower of this.#followers.get(key) ?? []) {
      if (wanted(follower.services, event)) follower.feed.push(event);
    }
  }

  /** The newest event of a service that is a warning, for the reason shown in a status. */
  lastWarning(key: string, service: string): WorkloadEvent | undefined {
    return this.#history.get(key)?.findLast((event) => event.service === service && event.type === "Warning");
  }

  read(key: string, options: EventOptions, signal: AbortSignal): AsyncIterable<WorkloadEvent> {
    const feed = new Feed<WorkloadEvent>();
    for (const event of this.#history.get(key) ?? []) if (wanted(options.services, event)) feed.push(event);
    if (!options.follow || signal.aborted) {
      feed.end();
      return feed;
    }
    const follower: Follower = { services: options.services, feed };
    const followers = this.#followers.get(key) ?? new Set();
    followers.add(follower);
    this.#followers.set(key, followers);
    const stop = () => {
      followers.delete(follower);
      feed.end();
    };
    signal.addEventListener("abort", stop, { once: true });
    return feed;
  }

  /** Forgets a lease and ends its followers. */
  forget(key: string): void {
    for (const follower of this.#followers.get(key) ?? []) follower.feed.end();
    this.#followers.delete(key);
    this.#history.delete(key);
  }

  close(): void {
    for (const key of [...this.#followers.keys()]) this.forget(key);
  }
}

function wanted(services: readonly string[], event: WorkloadEvent): boolean {
  return services.length === 0 || services.includes(event.service);
}

import type { Clock } from "@stoa/std";

/** Clients whose rate is remembered; the one that asked longest ago is forgotten first. */
const maxClients = 10_000;

/** What a client is told whose rate is used up. */
export const tooManyRequests = "too many requests";

/** Seconds after which such a client may ask again: the rate is one of seconds. */
export const retryAfterS = 1;

/** What {@link ClientRate} needs. */
export interface ClientRateParams {
  /** Requests a second that one client may make on the average, in bursts of as many; 0 is any number. */
  readonly requestsPerSecond: number;
  readonly clock: Clock;
}

interface Allowance {
  left: number;
  atNs: bigint;
}

/** How often each client asks one server; a client is an IPv4 address or a /64 network of IPv6 ({@link clientOf}). */
export class ClientRate {
  private readonly params: ClientRateParams;
  private readonly clients = new Map<string, Allowance>();

  constructor(params: ClientRateParams) {
    this.params = params;
  }

  /** Counts one request of an address; false when it has made too many. */
  takes(address: string): boolean {
    if (this.params.requestsPerSecond === 0) return true;
    const client = clientOf(address);
    const left = this.left(client);
    this.enter(client, left < 1 ? left : left - 1);
    return left >= 1;
  }

  /** Counts what cannot be refused any more, such as a batch's other members: later requests wait for it. */
  charge(address: string, more: number): void {
    if (this.params.requestsPerSecond === 0) return;
    const client = clientOf(address);
    this.enter(client, this.left(client) - more);
  }

  /** Requests that a client may make now; below zero after a request that held many. */
  private left(client: string): number {
    const { requestsPerSecond: rate, clock } = this.params;
    const known = this.clients.get(client);
    const passedNs = known === undefined ? 0n : clock.nowNs() - known.atNs;
    return Math.min(rate, (known?.left ?? rate) + (Math.max(0, Number(passedNs)) * rate) / 1e9);
  }

  private enter(client: string, left: number): void {
    // Entered anew, so that the map is in the order of the last request.
    this.clients.delete(client);
    this.clients.set(client, { left, atNs: this.params.clock.nowNs() });
    if (this.clients.size <= maxClients) return;
    const [oldest] = this.clients.keys();
    if (oldest !== undefined) this.clients.delete(oldest);
  }
}

/** Groups of an IPv6 address that name a network: whoever has one address has all of it. */
const networkGroups = 4;

/** Who asks: an IPv4 address, however it is written, or the /64 network of an IPv6 address. */
export function clientOf(address: string): string {
  const [plain = ""] = address.toLowerCase().split("%");
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  if (!plain.includes(":")) return plain;
  const [before, after] = plain.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const [head, tail] = [before ?? [], after ?? []];
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => "0");
  return [...head, ...zeros, ...tail].slice(0, networkGroups).join(":");
}

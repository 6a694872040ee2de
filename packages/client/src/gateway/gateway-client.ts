/** A provider's gateway from the tenant's side (provider.md §6): manifests, statuses, logs, events, shells. */
import type { LeaseId, OrderId } from "@stoa/market";
import { errorOfAnswer, GatewayError } from "./errors.ts";
import { MessageFeed } from "./feed.ts";
import type { GatewayTransport } from "./ports.ts";
import {
  type GatewayEvent,
  type GatewayLeaseStatus,
  type GatewayLogLine,
  type GatewayOrderView,
  type GatewayProviderStatus,
  type GatewayServiceStatus,
  type GatewayVersion,
  isEvent,
  isLeaseStatus,
  isLogLine,
  isOrderView,
  isProviderStatus,
  isServiceStatus,
  isVersion,
} from "./shapes.ts";
import { type ShellRequest, ShellSession, shellQuery } from "./shell.ts";

export interface GatewayClientParams {
  /** The provider's `host_uri`, such as `https://provider.example.com:8443`. */
  readonly hostUri: string;
  readonly transport: GatewayTransport;
  /** A token for this provider; absent where the transport shows a client certificate. */
  readonly token?: () => string | Promise<string>;
  readonly timeoutMs?: number;
}

export interface LogRequest {
  /** Empty: all. */
  readonly services: readonly string[];
  readonly follow: boolean;
  /** Lines from the end; -1 for all. */
  readonly tail: number;
}

/** Manifests wait for the provider's checks against the chain; the reference itself gives up after 120 s. */
const defaultTimeoutMs = 130_000;

type LeasePath = Pick<LeaseId, "dseq" | "gseq" | "oseq">;

function leasePath(lease: LeasePath): string {
  return `lease/${lease.dseq}/${lease.gseq}/${lease.oseq}`;
}

/** Why a stream ended, or undefined when it just ended. */
function streamError(code: number, reason: string): GatewayError | undefined {
  // The reference closes a finished stream without a word (1006).
  if (code === 1000 || code === 1005 || code === 1006) return undefined;
  if (code === 4001) return new GatewayError("not-found", "the provider does not run this lease");
  if (code === 4002) return new GatewayError("unavailable", "the provider's machine does not answer");
  return new GatewayError("unavailable", reason === "" ? `the provider ended the stream (${code})` : reason);
}

export class GatewayClient {
  readonly #params: GatewayClientParams;
  readonly #base: string;

  constructor(params: GatewayClientParams) {
    this.#params = params;
    this.#base = params.hostUri.replace(/\/+$/, "");
  }

  version(): Promise<GatewayVersion> {
    return this.#get("version", isVersion);
  }

  status(): Promise<GatewayProviderStatus> {
    return this.#get("status", isProviderStatus);
  }

  /** What the provider thought of an order; only Stoa's providers tell (others: `not-found`). */
  order(order: OrderId): Promise<GatewayOrderView> {
    return this.#get(`stoa/v1/orders/${order.owner}/${order.dseq}/${order.gseq}/${order.oseq}`, isOrderView);
  }

  /** Sends the manifest of a deployment: the JSON text whose hash stands on the chain. */
  async sendManifest(dseq: bigint, manifest: string): Promise<void> {
    await this.#call("PUT", `deployment/${dseq}/manifest`, manifest);
  }

  /** The manifest that the provider keeps of a lease: a list with one group. */
  manifest(lease: LeasePath): Promise<readonly unknown[]> {
    return this.#get(`${leasePath(lease)}/manifest`, (value): value is readonly unknown[] => Array.isArray(value));
  }

  leaseStatus(lease: LeasePath): Promise<GatewayLeaseStatus> {
    return this.#get(`${leasePath(lease)}/status`, isLeaseStatus);
  }

  serviceStatus(lease: LeasePath, service: string): Promise<GatewayServiceStatus> {
    return this.#get(`${leasePath(lease)}/service/${encodeURIComponent(service)}/status`, isServiceStatus);
  }

  /** Moves host names to a group of another deployment of the same owner, whose manifest names them. */
  async migrateHostnames(hostnames: readonly string[], dseq: bigint, gseq: number): Promise<void> {
    await this.#migrate("hostname/migrate", "hostnames_to_migrate", hostnames, { dseq, gseq });
  }

  /** Moves leased addresses likewise. */
  async migrateEndpoints(endpoints: readonly string[], dseq: bigint, gseq: number): Promise<void> {
    await this.#migrate("endpoint/migrate", "endpoints_to_migrate", endpoints, { dseq, gseq });
  }

  /** Log lines until the log ends, or the reader stops. */
  logs(lease: LeasePath, request: LogRequest): AsyncIterable<GatewayLogLine> {
    const query = [`follow=${request.follow}`, `tail=${request.tail}`];
    if (request.services.length > 0) query.push(`service=${request.services.map(encodeURIComponent).join(",")}`);
    return this.#stream(`${leasePath(lease)}/logs?${query.join("&")}`, isLogLine);
  }

  /** Events of the lease's replicas, the known ones first. */
  events(lease: LeasePath, request: Omit<LogRequest, "tail">): AsyncIterable<GatewayEvent> {
    const query = [`follow=${request.follow}`];
    if (request.services.length > 0) query.push(`service=${request.services.map(encodeURIComponent).join(",")}`);
    return this.#stream(`${leasePath(lease)}/kubeevents?${query.join("&")}`, isEvent);
  }

  /** Starts a command in a replica. Rejects when the provider refuses it before it starts. */
  async shell(lease: LeasePath, request: ShellRequest): Promise<ShellSession> {
    const session = new ShellSession();
    const socket = await this.#open(`${leasePath(lease)}/shell?${shellQuery(request)}`, {
      message: (data) => session.receive(data),
      closed: (code, reason) => session.ended(code, reason),
    });
    session.attach(socket);
    return session;
  }

  async #headers(): Promise<Record<string, string>> {
    const token = await this.#params.token?.();
    return token === undefined ? {} : { Authorization: `Bearer ${token}` };
  }

  async #call(method: "GET" | "PUT" | "POST", path: string, body?: string): Promise<string> {
    const headers = await this.#headers();
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const timeoutMs = this.#params.timeoutMs ?? defaultTimeoutMs;
    const call = { method, url: `${this.#base}/${path}`, headers, body, timeoutMs };
    const answer = await this.#params.transport.request(call).catch((cause: unknown) => {
      throw this.#unreachable(cause);
    });
    if (answer.status < 200 || answer.status > 299) throw errorOfAnswer(answer.status, answer.text);
    return answer.text;
  }

  #unreachable(cause: unknown): GatewayError {
    if (cause instanceof GatewayError) return cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError("unreachable", `${this.#base}: ${why}`, { cause });
  }

  async #get<T>(path: string, is: (value: unknown) => value is T): Promise<T> {
    const text = await this.#call("GET", path);
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      value = undefined;
    }
    if (!is(value)) throw new GatewayError("bad-answer", `${this.#base}/${path}: not the JSON of a gateway`);
    return value;
  }

  async #migrate(path: string, field: string, names: readonly string[], to: { dseq: bigint; gseq: number }) {
    const list = JSON.stringify(names);
    await this.#call("POST", path, `{"${field}":${list},"destination_dseq":${to.dseq},"destination_gseq":${to.gseq}}`);
  }

  async #open(path: string, events: Parameters<GatewayTransport["openSocket"]>[2]) {
    const url = `${this.#base}/${path}`.replace(/^http/, "ws");
    return this.#params.transport.openSocket(url, await this.#headers(), events).catch((cause: unknown) => {
      throw this.#unreachable(cause);
    });
  }

  async *#stream<T>(path: string, is: (value: unknown) => value is T): AsyncIterable<T> {
    const feed = new MessageFeed<T>();
    const socket = await this.#open(path, {
      message(data) {
        const value = typeof data === "string" ? parse(data) : undefined;
        if (is(value)) feed.push(value);
      },
      closed: (code, reason) => feed.end(streamError(code, reason)),
    });
    try {
      yield* feed;
    } finally {
      socket.close();
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

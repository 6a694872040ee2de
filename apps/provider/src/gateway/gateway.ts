/** The provider's REST interface as a function from requests to responses (provider.md §6). */
import type { Hash, Log, Verifier } from "@stoa/std";
import type { LeaseId, Runtime } from "../runtimes/runtime.ts";
import { RuntimeError } from "../runtimes/runtime.ts";
import { Caller, type Identity, identify, requireCaller } from "./caller.ts";
import { allowOrigins, preflight } from "./cors.ts";
import { parseUint } from "./go-text.ts";
import { KeyCache } from "./key-cache.ts";
import { leaseView, manifestView, serviceView, statusView, versionView } from "./lease-views.ts";
import { maxManifestBytes, submitManifest } from "./manifest-submit.ts";
import {
  authError,
  emptyResponse,
  type GatewayRequest,
  type GatewayResponse,
  jsonResponse,
  textError,
  unauthorized,
} from "./message.ts";
import { migrateEndpoints, migrateHostnames } from "./migrate.ts";
import type { ChainQueries, LeaseService, OrderViews, StatusSource, VersionFacts } from "./ports.ts";
import { matchRoute, type Route } from "./routes.ts";
import { sharedRead } from "./shared-read.ts";
import { planFeed, planShell, type StreamPlan } from "./stream-request.ts";

export interface GatewayParams {
  /** This provider's address. */
  readonly address: string;
  readonly chain: ChainQueries;
  readonly leases: LeaseService;
  readonly runtime: Runtime;
  readonly status: StatusSource;
  readonly orders: OrderViews;
  readonly version: VersionFacts;
  readonly hash: Hash;
  readonly verifier: Verifier;
  readonly nowSeconds: () => bigint;
  readonly log: Log;
  /** True if every HTTP service gets a generated host name. */
  readonly generatesHosts: boolean;
}

/** Whoever asks an open route within this gets one answer of the engine's. */
const openReadMs = 1_000;

/** What a request comes to: an answer, or a stream to open over a websocket. */
export type Outcome = { readonly response: GatewayResponse } | { readonly stream: StreamPlan };

function planned(plan: StreamPlan | GatewayResponse): Outcome {
  return "status" in plan ? { response: plan } : { stream: plan };
}

type BodyRoute = Extract<Route, { readonly kind: "sendManifest" | "hostnameMigrate" | "endpointMigrate" }>;
type LeaseRoute = Exclude<Extract<Route, { readonly oseq: string }>, { readonly kind: "order" }>;

/** The runtime's failures as the reference's clients know them: 404 for what is not there, 503 for an engine that is away. */
function runtimeResponse(error: RuntimeError): GatewayResponse {
  switch (error.code) {
    case "no-such-lease":
      return textError(404, "lease not found");
    case "no-such-service":
      return textError(404, "no service for that lease");
    case "unavailable":
      return textError(503, error.message);
    default:
      return textError(500, error.message);
  }
}

export class Gateway {
  readonly #params: GatewayParams;
  readonly #keys: KeyCache;
  /** What the open routes read of the engine. */
  readonly #describe: () => ReturnType<Runtime["describe"]>;
  readonly #status: () => ReturnType<StatusSource["status"]>;

  constructor(params: GatewayParams) {
    this.#params = params;
    const nowMs = () => Number(params.nowSeconds()) * 1000;
    this.#describe = sharedRead(() => params.runtime.describe(), openReadMs, nowMs);
    this.#status = sharedRead(() => params.status.status(), openReadMs, nowMs);
    this.#keys = new KeyCache(params.chain);
  }

  /** Answers one request. Never rejects. */
  async handle(request: GatewayRequest): Promise<Outcome> {
    const asked = preflight(request);
    if (asked !== undefined) return { response: asked };
    try {
      const outcome = await this.#route(request);
      return "response" in outcome ? { response: allowOrigins(outcome.response) } : outcome;
    } catch (error) {
      if (error instanceof RuntimeError) return { response: allowOrigins(runtimeResponse(error)) };
      this.#params.log.error("request failed", { method: request.method, error: String(error) });
      return { response: allowOrigins(textError(503, "the provider cannot answer now, try again")) };
    }
  }

  async #route(request: GatewayRequest): Promise<Outcome> {
    const match = matchRoute(request.method, request.target);
    if ("response" in match) return match;
    const identity = await identify(request, { ...this.#params, provider: this.#params.address, keys: this.#keys });
    if (identity.kind === "refused") return { response: authError(identity.status, identity.message) };
    const { route, query } = match;
    const open = await this.#open(route);
    if (open !== undefined) return { response: open };
    return this.#authorized(route, query, request, identity);
  }

  /** Routes that anyone may use. */
  async #open(route: Route): Promise<GatewayResponse | undefined> {
    const { address, version } = this.#params;
    switch (route.kind) {
      case "version":
        return jsonResponse(versionView(version, await this.#describe()));
      case "address":
        return jsonResponse({ address });
      case "status":
        return jsonResponse(statusView(await this.#status(), address));
      case "order": {
        const view = this.#params.orders.view(`${route.owner}/${route.dseq}/${route.gseq}/${route.oseq}`);
        return view === undefined ? textError(404, "order not seen here") : jsonResponse(view);
      }
      default:
        return undefined;
    }
  }

  async #authorized(
    route: Route,
    query: URLSearchParams,
    request: GatewayRequest,
    identity: Identity,
  ): Promise<Outcome> {
    const caller = requireCaller(identity);
    if (!(caller instanceof Caller)) return { response: caller };
    switch (route.kind) {
      case "hostnameMigrate":
      case "endpointMigrate":
      case "sendManifest":
        return { response: await this.#withBody(route, request, caller) };
      case "version":
      case "address":
      case "status":
      case "order":
        return { response: emptyResponse(404) };
      default:
        return this.#ofLease(route, query, caller);
    }
  }

  /** Routes that change something. The body is read only once the caller is known to be let in. */
  async #withBody(route: BodyRoute, request: GatewayRequest, caller: Caller): Promise<GatewayResponse> {
    const { leases } = this.#params;
    const tooLarge = textError(413, `request body is larger than ${maxManifestBytes} bytes`);
    if (route.kind === "sendManifest") {
      const dseq = parseUint(route.dseq, 64);
      if (!dseq.ok) return textError(400, dseq.error);
      if (!caller.may("send-manifest", { dseq: dseq.value })) return unauthorized;
      const body = await request.readBody(maxManifestBytes);
      return body === undefined ? tooLarge : submitManifest(body, dseq.value, caller, this.#params);
    }
    const names = route.kind === "hostnameMigrate";
    if (!caller.mayAnything(names ? "hostname-migrate" : "ip-migrate")) return unauthorized;
    const body = await request.readBody(maxManifestBytes);
    if (body === undefined) return tooLarge;
    return names ? migrateHostnames(body, caller, leases) : migrateEndpoints(body, caller, leases);
  }

  async #ofLease(route: LeaseRoute, query: URLSearchParams, caller: Caller): Promise<Outcome> {
    const dseq = parseUint(route.dseq, 64);
    if (!dseq.ok) return { response: textError(400, dseq.error) };
    const gseq = parseUint(route.gseq, 32);
    if (!gseq.ok) return { response: textError(400, gseq.error) };
    const oseq = parseUint(route.oseq, 32);
    if (!oseq.ok) return { response: textError(400, oseq.error) };
    const lease = caller.lease(dseq.value, Number(gseq.value), Number(oseq.value));
    if (!caller.may(undefined, lease)) return { response: unauthorized };
    switch (route.kind) {
      case "getManifest":
        return { response: await this.#manifest(lease, caller) };
      case "leaseStatus":
        return { response: await this.#leaseStatus(lease, caller) };
      case "serviceStatus":
        return { response: await this.#serviceStatus(lease, route.service, caller) };
      case "shell":
        return planned(planShell(lease, query, caller));
      case "logs":
      case "events":
        return planned(planFeed(route.kind, lease, query, caller));
    }
  }

  async #manifest(lease: LeaseId, caller: Caller): Promise<GatewayResponse> {
    if (!caller.may("get-manifest", lease)) return unauthorized;
    const group = await this.#params.leases.manifestGroup(lease);
    if (group === undefined) return textError(404, "lease not found");
    const services = (group.services ?? []).map(({ name }) => name);
    return caller.may("get-manifest", lease, services) ? jsonResponse(manifestView(group)) : unauthorized;
  }

  async #leaseStatus(lease: LeaseId, caller: Caller): Promise<GatewayResponse> {
    if (!caller.may("status", lease)) return unauthorized;
    const group = await this.#params.leases.manifestGroup(lease);
    if (group === undefined) return emptyResponse(404);
    const status = await this.#params.runtime.status(lease);
    if (status === null) return textError(404, "no deployments for lease");
    return jsonResponse(leaseView(status, group, caller.services("status", lease)));
  }

  async #serviceStatus(lease: LeaseId, name: string, caller: Caller): Promise<GatewayResponse> {
    if (!caller.may("status", lease, [name])) return unauthorized;
    const group = await this.#params.leases.manifestGroup(lease);
    const status = group === undefined ? null : await this.#params.runtime.status(lease);
    if (status === null) return textError(404, "lease not found");
    const service = status.services.find((candidate) => candidate.name === name);
    return service === undefined ? textError(404, "no service for that lease") : jsonResponse(serviceView(service));
  }
}

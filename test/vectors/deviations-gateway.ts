/**
 * Where our gateway answers otherwise than the recorded one, on purpose: one rule a defect, decided from the request
 * and the recorded answer alone (README of `vectors/gateway`, "Where the reference is wrong, and we are not").
 */

/** A recorded case, as the file has it. */
export interface GatewayCase {
  readonly name: string;
  readonly note?: string;
  readonly request: GatewayCaseRequest;
  readonly response: GatewayCaseResponse;
}

export interface GatewayCaseRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyNote?: string;
  readonly auth: {
    readonly kind: "none" | "header" | "jwt" | "mtls" | "jwt+mtls";
    readonly authorization?: string;
    readonly signer?: string;
    readonly header?: Readonly<Record<string, unknown>>;
    readonly claims?: Readonly<Record<string, unknown>>;
    readonly scheme?: string;
    readonly note?: string;
    readonly certificate?: string;
  };
}

export interface GatewayCaseResponse {
  readonly status?: number;
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  readonly connectionError?: string;
}

/** What is expected of a response: no content type and an empty body when there is none. */
export interface GatewayExpectation {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string;
}

export interface GatewayDeviation {
  readonly name: string;
  readonly why: string;
  /** What we answer instead; undefined where the rule does not apply. `provider` is the recorded provider's address. */
  answer(entry: GatewayCase, recorded: GatewayExpectation, provider: string): GatewayExpectation | undefined;
}

const unauthorized: GatewayExpectation = {
  status: 401,
  contentType: "application/json",
  body: '{"message":"unauthorized access"}',
};

/** The recorded gateway let the caller in: it answered something else than an error of authentication. */
function letIn(recorded: GatewayExpectation): boolean {
  return !/^\{"message":/.test(recorded.body);
}

interface Leases {
  readonly access?: string;
  readonly scope?: readonly string[];
  readonly permissions?: readonly {
    readonly provider?: string;
    readonly access?: string;
    readonly scope?: readonly string[];
    readonly deployments?: readonly {
      readonly dseq?: number;
      readonly scope?: readonly string[];
      readonly services?: readonly string[];
    }[];
  }[];
}

function leasesOf(entry: GatewayCase): Leases | undefined {
  return entry.request.auth.claims?.leases as Leases | undefined;
}

/** Something that a request needs: a scope, of one deployment or of any, for some services of it. */
interface Need {
  readonly scope: string;
  readonly dseq?: string;
  readonly services: readonly string[];
}

/** True if the claims give what is needed at this provider. */
function gives(leases: Leases, { scope, dseq, services }: Need, provider: string): boolean {
  if (leases.access === "full") return true;
  if (leases.access === "scoped") return leases.scope?.includes(scope) ?? false;
  const permission = leases.permissions?.find((entry) => entry.provider === provider);
  if (permission === undefined || permission.access === "full") return permission !== undefined;
  if (permission.access === "scoped") return permission.scope?.includes(scope) ?? false;
  return (permission.deployments ?? []).some(
    (entry) =>
      entry.scope?.includes(scope) &&
      (dseq === undefined || String(entry.dseq) === dseq) &&
      services.every((service) => entry.services?.includes(service)),
  );
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}

/** What service status and the migrations need; the reference asks for no scope there. */
function needOfOpenRoute({ path, body }: GatewayCaseRequest): Need | undefined {
  const status = /^\/lease\/(\d+)\/\d+\/\d+\/service\/([^/]+)\/status$/.exec(path);
  if (status !== null) return { scope: "status", dseq: status[1] ?? "", services: [] };
  const scope = { "/hostname/migrate": "hostname-migrate", "/endpoint/migrate": "ip-migrate" }[path];
  if (scope === undefined) return undefined;
  // Until the body names something to move, the scope at this provider is all that can be asked for.
  const asked = parse(body) as { readonly destination_dseq?: number; readonly [list: string]: unknown } | undefined;
  const names = asked?.hostnames_to_migrate ?? asked?.endpoints_to_migrate;
  const named = Array.isArray(names) && names.length > 0;
  return { scope, services: [], ...(named ? { dseq: String(asked?.destination_dseq ?? 0) } : {}) };
}

function servicesOfManifest(text: string | undefined): readonly string[] {
  const groups = parse(text);
  if (!Array.isArray(groups)) return [];
  return (groups as readonly { readonly services?: readonly { readonly name?: string }[] | null }[]).flatMap((group) =>
    (group.services ?? []).map(({ name }) => name ?? ""),
  );
}

/** What routes with a scope need of the services that they touch; the reference never compares them. */
function needOfServices({ method, path, body }: GatewayCaseRequest, recorded: GatewayExpectation): Need | undefined {
  const status = /^\/lease\/(\d+)\/\d+\/\d+\/service\/([^/]+)\/status$/.exec(path);
  if (status !== null) return { scope: "status", dseq: status[1] ?? "", services: [status[2] ?? ""] };
  const given = /^\/lease\/(\d+)\/\d+\/\d+\/manifest$/.exec(path);
  if (given !== null && recorded.status === 200) {
    return { scope: "get-manifest", dseq: given[1] ?? "", services: servicesOfManifest(recorded.body) };
  }
  const sent = method === "PUT" ? /^\/deployment\/(\d+)\/manifest$/.exec(path) : null;
  return sent === null
    ? undefined
    : { scope: "send-manifest", dseq: sent[1] ?? "", services: servicesOfManifest(body) };
}

/** A lease status as a caller sees it who may know of some services only. */
function withoutServices(body: string, allowed: ReadonlySet<string>): string {
  const keep = (map: unknown) =>
    typeof map === "object" && map !== null
      ? Object.fromEntries(Object.entries(map).filter(([name]) => allowed.has(name)))
      : map;
  const status = parse(body) as Readonly<Record<string, unknown>>;
  const { services, forwarded_ports, ips } = status;
  return JSON.stringify({
    ...status,
    services: keep(services),
    forwarded_ports: keep(forwarded_ports),
    ips: keep(ips),
  });
}

export const gatewayDeviations: readonly GatewayDeviation[] = [
  {
    name: "preflight",
    why: "Browsers ask before they call; without an answer no page can use a provider directly.",
    answer({ request }) {
      const { Origin: origin, "Access-Control-Request-Method": method } = request.headers ?? {};
      const asks = request.method === "OPTIONS" && origin !== undefined && method !== undefined;
      return asks ? { status: 204, contentType: undefined, body: "" } : undefined;
    },
  },
  {
    name: "audience",
    why: "A token that names its audience must not work at a provider that is not named.",
    answer({ request }, recorded, provider) {
      const aud = request.auth.claims?.aud;
      const named = Array.isArray(aud) ? aud : aud === undefined ? [] : [aud];
      return named.length > 0 && !named.includes(provider) && letIn(recorded) ? unauthorized : undefined;
    },
  },
  {
    name: "scopes of all routes",
    why: "Service status and both migrations check no scope there, so a token for logs can move host names.",
    answer(entry, recorded, provider) {
      const need = needOfOpenRoute(entry.request);
      const leases = leasesOf(entry);
      if (need === undefined || leases === undefined || !letIn(recorded)) return undefined;
      return gives(leases, need, provider) ? undefined : unauthorized;
    },
  },
  {
    name: "services of a permission",
    why: "The list of services in a granular permission is required there and never compared.",
    answer(entry, recorded, provider) {
      const leases = leasesOf(entry);
      if (leases?.access !== "granular" || !letIn(recorded)) return undefined;
      const need = needOfServices(entry.request, recorded);
      if (need !== undefined) return gives(leases, need, provider) ? undefined : unauthorized;
      const status = /^\/lease\/(\d+)\/\d+\/\d+\/status$/.exec(entry.request.path);
      const permission = leases.permissions?.find((candidate) => candidate.provider === provider);
      if (status === null || recorded.status !== 200 || permission?.access !== "granular") return undefined;
      const own = permission.deployments?.filter(
        ({ dseq, scope }) => String(dseq) === status[1] && scope?.includes("status"),
      );
      const allowed = new Set(own?.flatMap(({ services }) => services ?? []));
      return { ...recorded, body: withoutServices(recorded.body, allowed) };
    },
  },
  {
    name: "deployment not found",
    why: "What does not exist is 404; 500 makes clients try again.",
    answer(_entry, recorded) {
      const missing = recorded.status === 500 && recorded.body.startsWith("rpc error: code = NotFound");
      return missing ? { ...recorded, status: 404 } : undefined;
    },
  },
  {
    name: "host name taken",
    why: "A name that another tenant holds is a conflict (409), not a failure of the provider.",
    answer(_entry, recorded) {
      const taken = recorded.status === 500 && recorded.body.startsWith("hostname not allowed:");
      return taken ? { ...recorded, status: 409 } : undefined;
    },
  },
  {
    name: "size of a manifest",
    why: "The reference reads bodies without bound; ours ends at 4 MiB, forty times the largest known manifest.",
    answer({ request }, recorded) {
      const mebibytes = /<(\d+) MiB of /.exec(request.bodyNote ?? "")?.[1];
      const read = letIn(recorded) && recorded.status !== 400 && recorded.status !== 405;
      if (mebibytes === undefined || Number(mebibytes) < 4 || !read) return undefined;
      const body = "request body is larger than 4194304 bytes\n";
      return { status: 413, contentType: "text/plain; charset=utf-8", body };
    },
  },
];

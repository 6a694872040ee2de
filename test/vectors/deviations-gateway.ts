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

/** Routes without a scope in the reference, and the scope that they need. */
function neededScope(path: string): string | undefined {
  if (/^\/lease\/[^/]+\/[^/]+\/[^/]+\/service\/[^/]+\/status$/.test(path)) return "status";
  if (path === "/hostname/migrate") return "hostname-migrate";
  return path === "/endpoint/migrate" ? "ip-migrate" : undefined;
}

/** True if the claims give this scope for anything at this provider. */
function hasScope(leases: Leases, scope: string, provider: string): boolean {
  if (leases.access === "full") return true;
  if (leases.access === "scoped") return leases.scope?.includes(scope) ?? false;
  const permission = leases.permissions?.find((entry) => entry.provider === provider);
  if (permission === undefined || permission.access === "full") return permission !== undefined;
  if (permission.access === "scoped") return permission.scope?.includes(scope) ?? false;
  return permission.deployments?.some((entry) => entry.scope?.includes(scope)) ?? false;
}

export const gatewayDeviations: readonly GatewayDeviation[] = [
  {
    name: "preflight",
    why: "Browsers ask before they call; without an answer no page can use a provider directly.",
    answer({ request }) {
      const asks = request.method === "OPTIONS" && request.headers?.["Access-Control-Request-Method"] !== undefined;
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
      const scope = neededScope(entry.request.path);
      const leases = leasesOf(entry);
      if (scope === undefined || leases === undefined || !letIn(recorded)) return undefined;
      return hasScope(leases, scope, provider) ? undefined : unauthorized;
    },
  },
  {
    name: "services of a permission",
    why: "The list of services in a granular permission is required there and never compared.",
    answer(entry, recorded, provider) {
      const asked = /^\/lease\/(\d+)\/\d+\/\d+\/service\/([^/]+)\/status$/.exec(entry.request.path);
      const permission = leasesOf(entry)?.permissions?.find((candidate) => candidate.provider === provider);
      if (asked === null || permission?.access !== "granular" || !letIn(recorded)) return undefined;
      const [, dseq, service = ""] = asked;
      const own = permission.deployments?.filter((deployment) => String(deployment.dseq) === dseq) ?? [];
      return own.some((deployment) => deployment.services?.includes(service)) ? undefined : unauthorized;
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
    answer({ request }) {
      const mebibytes = /<(\d+) MiB of /.exec(request.bodyNote ?? "")?.[1];
      if (mebibytes === undefined || Number(mebibytes) < 4) return undefined;
      const body = "request body is larger than 4194304 bytes\n";
      return { status: 413, contentType: "text/plain; charset=utf-8", body };
    },
  },
];

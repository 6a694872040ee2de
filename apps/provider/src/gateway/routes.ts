/** Which route a path and a method mean (provider.md §6.3), and what is said when they mean none. */
import { emptyResponse, type GatewayResponse, textError } from "./message.ts";

/** Sequence numbers are texts until the caller is known: the reference parses them after that. */
export type Route =
  | { readonly kind: "version" | "address" | "status" }
  | { readonly kind: "hostnameMigrate" | "endpointMigrate" }
  | {
      readonly kind: "order";
      readonly owner: string;
      readonly dseq: string;
      readonly gseq: string;
      readonly oseq: string;
    }
  | { readonly kind: "sendManifest"; readonly dseq: string }
  | {
      readonly kind: "getManifest" | "leaseStatus" | "events" | "logs" | "shell";
      readonly dseq: string;
      readonly gseq: string;
      readonly oseq: string;
    }
  | {
      readonly kind: "serviceStatus";
      readonly dseq: string;
      readonly gseq: string;
      readonly oseq: string;
      readonly service: string;
    };

export type RouteMatch =
  | { readonly route: Route; readonly query: URLSearchParams }
  | { readonly response: GatewayResponse };

const notFound = textError(404, "404 page not found");

/** The path without empty, `.` and `..` parts; a slash at the end stays. */
function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const clean = `/${parts.join("/")}`;
  return path.endsWith("/") && clean !== "/" ? `${clean}/` : clean;
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

const simple: Readonly<Record<string, { method: string; route: Route }>> = {
  "/version": { method: "GET", route: { kind: "version" } },
  "/address": { method: "GET", route: { kind: "address" } },
  "/status": { method: "GET", route: { kind: "status" } },
  "/hostname/migrate": { method: "POST", route: { kind: "hostnameMigrate" } },
  "/endpoint/migrate": { method: "POST", route: { kind: "endpointMigrate" } },
};

const leaseRoutes = {
  manifest: "getManifest",
  status: "leaseStatus",
  kubeevents: "events",
  logs: "logs",
  shell: "shell",
} as const;

/** Under a lease a wrong method is an unknown page, elsewhere 405: the reference's router says so. */
function matchLease(method: string, parts: readonly string[]): Route | undefined {
  const [dseq = "", gseq = "", oseq = "", word = "", service = "", last = "", ...more] = parts;
  if (dseq === "" || gseq === "" || oseq === "" || more.length > 0) return undefined;
  const lease = { dseq, gseq, oseq };
  if (word === "service") {
    return method === "GET" && last === "status" && service !== ""
      ? { kind: "serviceStatus", ...lease, service }
      : undefined;
  }
  if (parts.length !== 4 || !Object.hasOwn(leaseRoutes, word)) return undefined;
  const kind = leaseRoutes[word as keyof typeof leaseRoutes];
  return method === "GET" || kind === "shell" ? { kind, ...lease } : undefined;
}

/** The route of a request's target, or the answer when there is none: 301, 404 or 405. */
export function matchRoute(method: string, target: string): RouteMatch {
  const mark = target.indexOf("?");
  const rawPath = mark < 0 ? target : target.slice(0, mark);
  const rawQuery = mark < 0 ? "" : target.slice(mark);
  const path = decodePath(rawPath);
  if (path === undefined || !path.startsWith("/")) return { response: textError(400, "400 Bad Request") };
  const clean = cleanPath(path);
  if (clean !== path) {
    const location = encodeURI(clean) + rawQuery;
    return { response: emptyResponse(301, { Location: location }) };
  }
  const query = new URLSearchParams(rawQuery);
  const known = Object.hasOwn(simple, path) ? simple[path] : undefined;
  if (known !== undefined) {
    return known.method === method ? { route: known.route, query } : { response: emptyResponse(405) };
  }
  const [first = "", ...parts] = path.slice(1).split("/");
  if (first === "deployment" && parts.length === 2 && parts[0] !== "" && parts[1] === "manifest") {
    if (method !== "PUT") return { response: emptyResponse(405) };
    return { route: { kind: "sendManifest", dseq: parts[0] ?? "" }, query };
  }
  if (first === "stoa" && method === "GET" && parts[0] === "v1" && parts[1] === "orders" && parts.length === 6) {
    const [, , owner = "", dseq = "", gseq = "", oseq = ""] = parts;
    return { route: { kind: "order", owner, dseq, gseq, oseq }, query };
  }
  const route = first === "lease" ? matchLease(method, parts) : undefined;
  return route === undefined ? { response: notFound } : { route, query };
}

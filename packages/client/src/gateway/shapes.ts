/** What a gateway tells, in the shapes of the wire (provider.md §6.4). */

export interface GatewayServiceStatus {
  readonly name: string;
  readonly available: number;
  readonly total: number;
  readonly uris: readonly string[] | null;
  readonly observed_generation: number;
  readonly replicas: number;
  readonly updated_replicas: number;
  readonly ready_replicas: number;
  readonly available_replicas: number;
}

export interface GatewayForwardedPort {
  readonly host?: string;
  readonly port: number;
  readonly externalPort: number;
  readonly proto: string;
  readonly name: string;
}

export interface GatewayLeasedIp {
  readonly Port: number;
  readonly ExternalPort: number;
  readonly Protocol: string;
  readonly IP: string;
}

export interface GatewayLeaseStatus {
  /** Why replicas are missing, `SERVICE: reason`; absent when nothing is known. */
  readonly errors?: readonly string[];
  readonly services: Readonly<Record<string, GatewayServiceStatus>>;
  readonly forwarded_ports: Readonly<Record<string, readonly GatewayForwardedPort[]>> | null;
  readonly ips: Readonly<Record<string, readonly GatewayLeasedIp[]>> | null;
}

export interface GatewayProviderStatus {
  readonly cluster: { readonly leases: number; readonly inventory: unknown };
  readonly bidengine: { readonly orders: number };
  readonly manifest: { readonly deployments: number };
  readonly cluster_public_hostname?: string;
  readonly address: string;
}

export interface GatewayVersion {
  readonly akash: { readonly name: string; readonly version: string };
  readonly kube: { readonly gitVersion: string };
}

/** What a provider thought of an order: Stoa's own route, absent elsewhere. */
export interface GatewayOrderView {
  /** What became of it there, such as `declined` or `bid`. */
  readonly state: string;
  readonly reasons: readonly string[];
}

export interface GatewayLogLine {
  /** Name of the replica. */
  readonly name: string;
  readonly message: string;
}

export interface GatewayEvent {
  readonly type: string;
  readonly reason: string;
  readonly note: string;
  readonly object: { readonly kind: string; readonly namespace: string; readonly name: string };
}

type Check = (value: unknown) => boolean;
type Members = Readonly<Record<string, unknown>>;

function membersOf(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";

function isList(value: unknown, item: Check): boolean {
  return Array.isArray(value) && value.every(item);
}

function isMap(value: unknown, item: Check): boolean {
  const members = membersOf(value);
  return members !== undefined && Object.values(members).every(item);
}

/** True for a service's status; further members are let pass. */
export function isServiceStatus(value: unknown): value is GatewayServiceStatus {
  const members = membersOf(value);
  if (members === undefined || !isText(members.name)) return false;
  const numbers = ["available", "total", "replicas", "updated_replicas", "ready_replicas", "available_replicas"];
  return numbers.every((name) => isNumber(members[name])) && (members.uris === null || isList(members.uris, isText));
}

export function isLeaseStatus(value: unknown): value is GatewayLeaseStatus {
  const members = membersOf(value);
  if (members === undefined || !isMap(members.services, isServiceStatus)) return false;
  const port: Check = (entry) => isNumber(membersOf(entry)?.externalPort) && isNumber(membersOf(entry)?.port);
  const address: Check = (entry) => isText(membersOf(entry)?.IP) && isNumber(membersOf(entry)?.ExternalPort);
  const { forwarded_ports: ports, ips, errors } = members;
  return (
    (ports === null || isMap(ports, (list) => isList(list, port))) &&
    (ips === null || isMap(ips, (list) => isList(list, address))) &&
    (errors === undefined || isList(errors, isText))
  );
}

export function isProviderStatus(value: unknown): value is GatewayProviderStatus {
  const members = membersOf(value);
  return isText(members?.address) && isNumber(membersOf(members?.cluster)?.leases);
}

export function isVersion(value: unknown): value is GatewayVersion {
  const members = membersOf(value);
  return isText(membersOf(members?.akash)?.version) && membersOf(members?.kube) !== undefined;
}

export function isOrderView(value: unknown): value is GatewayOrderView {
  const members = membersOf(value);
  return isText(members?.state) && isList(members?.reasons, isText);
}

export function isLogLine(value: unknown): value is GatewayLogLine {
  const members = membersOf(value);
  return isText(members?.name) && isText(members?.message);
}

export function isEvent(value: unknown): value is GatewayEvent {
  const members = membersOf(value);
  return isText(members?.type) && isText(members?.reason) && isText(membersOf(members?.object)?.name);
}

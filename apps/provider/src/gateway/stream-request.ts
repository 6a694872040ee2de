/** What a client asks of a stream: the query of logs, events and shell (provider.md §6.6). */
import { err, ok, type Result } from "@stoa/std";
import type { EventOptions, ExecRequest, LeaseId, LogOptions } from "../runtimes/runtime.ts";
import type { Caller } from "./caller.ts";
import { parseFlag, parseInteger, parseUint } from "./go-text.ts";
import { emptyResponse, type GatewayResponse, textError, unauthorized } from "./message.ts";

/** A stream that may be opened. */
export type StreamPlan =
  | { readonly kind: "logs"; readonly lease: LeaseId; readonly options: LogOptions }
  | { readonly kind: "events"; readonly lease: LeaseId; readonly options: EventOptions }
  | { readonly kind: "shell"; readonly lease: LeaseId; readonly request: ExecRequest };

/** Words of a command and names of services in one query: a URL holds few more. */
const maxParts = 128;
/** The most lines that a client may ask for from the end: what a log keeps is bounded by the runtime. */
const tailBits = 32;

interface StreamQuery {
  readonly services: readonly string[];
  readonly follow: boolean;
  readonly tail: number;
}

function readQuery(query: URLSearchParams): Result<StreamQuery, string> {
  // The reference's own client asks for `services`, though its provider reads `service`.
  const service = query.get("service") ?? query.get("services") ?? "";
  if (service.endsWith(",")) return err('parameter "service" must not contain trailing comma');
  const services = service === "" ? [] : service.split(",");
  if (services.length > maxParts) return err(`parameter "service" names more than ${maxParts} services`);
  const followText = query.get("follow") ?? "";
  const follow = followText === "" ? ok(false) : parseFlag(followText);
  if (!follow.ok) return follow;
  const tailText = query.get("tail") ?? "";
  const tail = tailText === "" ? ok(-1n) : parseInteger(tailText, tailBits);
  if (!tail.ok) return tail;
  if (tail.value < -1n) return err('parameter "tail" contains invalid value');
  return ok({ services, follow: follow.value, tail: Number(tail.value) });
}

/** The plan of a log or event stream, narrowed to the services that the caller may see; else the answer. */
export function planFeed(
  kind: "logs" | "events",
  lease: LeaseId,
  query: URLSearchParams,
  caller: Caller,
): StreamPlan | GatewayResponse {
  const read = readQuery(query);
  if (!read.ok) return textError(400, read.error);
  const { services: asked, follow, tail } = read.value;
  const allowed = caller.services(kind, lease);
  const services = asked.length === 0 ? (allowed ?? []) : asked;
  if (!caller.may(kind, lease, services)) return unauthorized;
  return kind === "logs"
    ? { kind, lease, options: { services, follow, tail } }
    : { kind, lease, options: { services, follow } };
}

/** The plan of a shell. All parameters must be there; a missing one is 400 without words, as in the reference. */
export function planShell(lease: LeaseId, query: URLSearchParams, caller: Caller): StreamPlan | GatewayResponse {
  if (!caller.may("shell", lease)) return unauthorized;
  const command: string[] = [];
  for (let i = 0; i < maxParts; i++) {
    const word = query.get(`cmd${i}`) ?? "";
    if (word === "") break;
    command.push(word);
  }
  const given = (name: string) => query.get(name) ?? "";
  const service = given("service");
  const index = parseUint(given("podIndex"), 31);
  if (command.length === 0 || service === "" || given("tty") === "" || given("stdin") === "" || !index.ok) {
    return emptyResponse(400);
  }
  if (!caller.may("shell", lease, [service])) return unauthorized;
  const request = {
    service,
    replica: Number(index.value),
    command,
    tty: given("tty") === "1",
    stdin: given("stdin") === "1",
  };
  return { kind: "shell", lease, request };
}

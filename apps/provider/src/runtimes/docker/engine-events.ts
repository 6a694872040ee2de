/** Follows the engine's own events of this provider's containers and writes them into the leases' event log. */
import type { EventLog } from "../event-log.ts";
import type { EventReason, WorkloadEvent } from "../runtime.ts";
import type { DockerApi } from "./api.ts";
import { field, numberField, textField } from "./engine-types.ts";
import { label, labelFilter, type Owner } from "./names.ts";
import { jsonLines } from "./streams.ts";

/** Wait before asking an engine again that ended the stream. */
const reconnectMs = 1_000;

const reasons: Readonly<Record<string, EventReason>> = {
  create: "Created",
  start: "Started",
  kill: "Killing",
  die: "Exited",
  oom: "OOMKilled",
};

/** Runs until the signal says stop; a broken stream is opened again where it ended. */
export async function followEngineEvents(
  api: DockerApi,
  owner: Owner,
  log: EventLog,
  signal: AbortSignal,
): Promise<void> {
  let since = Math.floor(Date.now() / 1000);
  while (!signal.aborted) {
    try {
      const filters = JSON.stringify({ type: ["container"], label: labelFilter(owner) });
      const answer = await api.stream("GET", "/events", { query: { filters, since }, signal });
      for await (const line of jsonLines(answer)) {
        since = Math.max(since, numberField(line, "time"));
        const event = workloadEvent(line);
        if (event !== null) log.add(event.key, event.event);
      }
    } catch {
      // An engine that is away is the reconciler's business; here only the stream is opened again.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, reconnectMs).unref());
  }
}

/** One line of the engine's stream; `null` for what tenants have no use for (exec, attach, resize …). */
export function workloadEvent(line: unknown): { key: string; event: WorkloadEvent } | null {
  const action = textField(line, "Action");
  const reason = reasons[action];
  const actor = field(line, "Actor");
  const attributes = field(actor, "Attributes");
  const key = textField(attributes, label.lease);
  if (reason === undefined || key === "") return null;
  const service = textField(attributes, label.service);
  const replica = replicaTitle(service, textField(attributes, label.replica), textField(actor, "ID"));
  const exitCode = textField(attributes, "exitCode");
  const failed = reason === "OOMKilled" || (reason === "Exited" && exitCode !== "0");
  return {
    key,
    event: {
      type: failed ? "Warning" : "Normal",
      reason,
      note: noteOf(reason, replica, exitCode),
      service,
      replica,
      atMs: numberField(line, "time") * 1000,
    },
  };
}

function noteOf(reason: EventReason, replica: string, exitCode: string): string {
  switch (reason) {
    case "Exited":
      return `${replica} exited with code ${exitCode}`;
    case "OOMKilled":
      return `${replica} used more memory than it leased and was killed`;
    case "Killing":
      return `stopping ${replica}`;
    case "Started":
      return `started ${replica}`;
    default:
      return `created ${replica}`;
  }
}

/** `<service>-<ordinal>-<short id>`, the name that logs and events show (provider.md §11.6). */
export function replicaTitle(service: string, ordinal: string, id: string): string {
  return `${service}-${ordinal}-${id.slice(0, 8)}`;
}

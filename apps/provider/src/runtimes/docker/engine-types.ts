/** The parts of the engine's answers that we read, checked where they enter. */
import { RuntimeError } from "../runtime.ts";

export interface ContainerRow {
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** created, running, paused, restarting, removing, exited, dead */
  readonly state: string;
}

export interface ContainerDetail extends ContainerRow {
  readonly name: string;
  readonly exitCode: number;
  readonly oomKilled: boolean;
  readonly error: string;
  readonly restarts: number;
  /** Host port of each bound container port (`80/tcp`), as configured. */
  readonly ports: ReadonlyMap<string, number>;
}

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function labelsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(fields(value)).map(([name, content]) => [name, text(content)]));
}

/** The answer of `GET /containers/json`. */
export function containerRows(value: unknown): ContainerRow[] {
  if (!Array.isArray(value)) throw new RuntimeError("internal", "the engine's list of containers is no list");
  return value.map((row) => {
    const { Id, Labels, State } = fields(row);
    return { id: text(Id), labels: labelsOf(Labels), state: text(State) };
  });
}

/** The answer of `GET /containers/{id}/json`. */
export function containerDetail(value: unknown): ContainerDetail {
  const { Id, Name, State, Config, HostConfig, RestartCount } = fields(value);
  const state = fields(State);
  const ports = new Map<string, number>();
  for (const [key, bindings] of Object.entries(fields(fields(HostConfig).PortBindings))) {
    const first = Array.isArray(bindings) ? fields(bindings[0]) : {};
    const port = Number(text(first.HostPort));
    if (Number.isInteger(port) && port > 0) ports.set(key, port);
  }
  return {
    id: text(Id),
    name: text(Name).replace(/^\//, ""),
    labels: labelsOf(fields(Config).Labels),
    state: text(state.Status),
    exitCode: Number(state.ExitCode ?? 0),
    oomKilled: state.OOMKilled === true,
    error: text(state.Error),
    restarts: Number(RestartCount ?? 0),
    ports,
  };
}

/** The names in an answer of `GET /networks` or of `GET /volumes`. */
export function namesIn(list: unknown, key: "Name" | "Id"): string[] {
  return Array.isArray(list) ? list.map((row) => text(fields(row)[key])).filter((name) => name !== "") : [];
}

export function field(value: unknown, name: string): unknown {
  return fields(value)[name];
}

export function textField(value: unknown, name: string): string {
  return text(fields(value)[name]);
}

export function numberField(value: unknown, name: string): number {
  const found = fields(value)[name];
  return typeof found === "number" ? found : 0;
}

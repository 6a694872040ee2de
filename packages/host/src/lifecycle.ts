import type { Log } from "@stoa/std";
import { messageOf } from "./errors.ts";
import { Scope } from "./scope.ts";

/** The part of `process` that a lifecycle needs; tests pass their own. */
export interface ProcessEvents {
  on(event: string, listener: (value: unknown) => void): unknown;
  off(event: string, listener: (value: unknown) => void): unknown;
  exit(code: number): void;
}

/** What {@link runProcess} needs. */
export interface LifecycleParams {
  readonly log: Log;
  /**
   * Starts the program and resolves when it runs; registers what it holds in the scope. `stopping` aborts at the first
   * signal, so that a slow start can give up. `stop` ends the program from inside, with an exit code.
   */
  start(scope: Scope, control: ProcessControl): Promise<void>;
  /** How long a clean stop may take before the process ends anyway. Default 30 s. */
  readonly graceMs?: number;
  readonly process?: ProcessEvents;
}

/** How a running program sees and asks for its end. */
export interface ProcessControl {
  readonly stopping: AbortSignal;
  stop(exitCode: number): void;
}

const defaultGraceMs = 30_000;
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** Exit code after a second signal, as shells know it for SIGINT. */
const interruptedCode = 130;
const failedCode = 1;

/**
 * Runs a program until a signal, `stop`, or an error that nobody caught; releases its scope; resolves with the exit
 * code. Throws what `start` throws, unless it was told to stop. A second signal, or a stop longer than the grace, ends the
 * process at once.
 */
export async function runProcess(params: LifecycleParams): Promise<number> {
  const { log, graceMs = defaultGraceMs, process: host = process as ProcessEvents } = params;
  const abort = new AbortController();
  let code: number | undefined;
  let grace: NodeJS.Timeout | undefined;
  const ending = new Promise<void>((resolve) => abort.signal.addEventListener("abort", () => resolve()));
  const stop = (exitCode: number): void => {
    if (code !== undefined) return;
    code = exitCode;
    grace = setTimeout(() => {
      log.error("the clean stop took too long", { graceMs });
      host.exit(failedCode);
    }, graceMs);
    abort.abort();
  };
  const listeners = listen(host, log, stop, () => code !== undefined);
  const scope = new Scope({ log });
  let failure: { readonly error: unknown } | undefined;
  try {
    await params.start(scope, { stopping: abort.signal, stop });
    await ending;
  } catch (error) {
    // A start that gives up because it was told to is no failure.
    if (code === undefined) failure = { error };
    stop(failedCode);
  }
  try {
    await scope.close();
  } catch {
    code = failedCode;
  }
  clearTimeout(grace);
  for (const [event, listener] of listeners) host.off(event, listener);
  if (failure !== undefined) throw failure.error;
  return code ?? failedCode;
}

type Listener = (value: unknown) => void;

function listen(
  host: ProcessEvents,
  log: Log,
  stop: (exitCode: number) => void,
  isStopping: () => boolean,
): (readonly [string, Listener])[] {
  const onSignal: Listener = (signal) => {
    if (isStopping()) {
      log.warn("stopped at once by a second signal", { signal: String(signal) });
      host.exit(interruptedCode);
      return;
    }
    log.info("stopping", { signal: String(signal) });
    stop(0);
  };
  const onError: Listener = (error) => {
    const stack = error instanceof Error ? error.stack : undefined;
    log.error("an error that nobody caught", { reason: messageOf(error), stack });
    stop(failedCode);
  };
  const listeners = [
    ...stopSignals.map((signal) => [signal, onSignal] as const),
    ["uncaughtException", onError] as const,
    ["unhandledRejection", onError] as const,
  ];
  for (const [event, listener] of listeners) host.on(event, listener);
  return listeners;
}

/** Logs, events and shells of a lease over a websocket (provider.md §6.6). */
import { type Log, utf8 } from "@stoa/std";
import { leaseNamespace } from "../runtimes/fingerprint.ts";
import {
  type ExecRequest,
  type ExecSession,
  type LeaseId,
  leaseKey,
  type Runtime,
  RuntimeError,
  type WorkloadEvent,
} from "../runtimes/runtime.ts";
import { readClientFrame, shellCodes, shellFrame } from "./frames.ts";
import type { StreamPlan } from "./stream-request.ts";
import { closeCodes, type StreamSocket } from "./stream-socket.ts";

export interface StreamParams {
  readonly runtime: Runtime;
  readonly log: Log;
}

function closeCodeOf(error: unknown): number {
  if (!(error instanceof RuntimeError)) return closeCodes.internal;
  if (error.code === "no-such-lease" || error.code === "no-such-service") return closeCodes.leaseNotFound;
  return error.code === "unavailable" ? closeCodes.unavailable : closeCodes.internal;
}

function eventView(event: WorkloadEvent, lease: LeaseId) {
  return {
    type: event.type,
    reportingController: "stoa",
    reason: event.reason,
    note: event.note,
    object: { kind: "Pod", namespace: leaseNamespace(lease), name: event.replica },
  };
}

async function serveFeed<T>(feed: AsyncIterable<T>, view: (item: T) => unknown, socket: StreamSocket): Promise<void> {
  for await (const item of feed) {
    if (socket.signal.aborted) return;
    await socket.send(JSON.stringify(view(item)));
  }
}

async function serveLogs(plan: Extract<StreamPlan, { kind: "logs" }>, socket: StreamSocket, params: StreamParams) {
  const status = await params.runtime.status(plan.lease);
  if (status === null) return socket.close(closeCodes.leaseNotFound);
  if (status.services.every(({ updated }) => updated === 0))
    return socket.close(closeCodes.internal, "no running pods");
  const lines = params.runtime.logs(plan.lease, plan.options, socket.signal);
  await serveFeed(lines, ({ replica, text }) => ({ name: replica, message: text }), socket);
  socket.close(closeCodes.normal);
}

async function serveEvents(plan: Extract<StreamPlan, { kind: "events" }>, socket: StreamSocket, params: StreamParams) {
  if ((await params.runtime.status(plan.lease)) === null) return socket.close(closeCodes.leaseNotFound);
  const events = params.runtime.events(plan.lease, plan.options, socket.signal);
  await serveFeed(events, (event) => eventView(event, plan.lease), socket);
  socket.close(closeCodes.normal);
}

/** Why a shell cannot start, in words that may go to the tenant. */
async function shellProblem(lease: LeaseId, request: ExecRequest, runtime: Runtime): Promise<string | undefined> {
  const status = await runtime.status(lease);
  const service = status?.services.find(({ name }) => name === request.service);
  if (service === undefined) return "no service for that lease";
  return service.ready === 0 ? "no active replicas for service" : undefined;
}

function feedInput(session: ExecSession, socket: StreamSocket): void {
  // One write after the other: the runtime's back pressure holds the next, and in the end the client.
  let turn: Promise<void> = Promise.resolve();
  let open = true;
  socket.onBinary((data) => {
    const frame = readClientFrame(data);
    if (!open) return undefined;
    turn = turn
      .then(async () => {
        if (frame.kind === "stdin") await session.write(frame.data);
        else if (frame.kind === "resize") await session.resize(frame.columns, frame.rows);
        else {
          open = false;
          session.endInput();
        }
      })
      .catch(() => session.close());
    return turn;
  });
}

function endWith(result: { exit_code: number; message?: string }, socket: StreamSocket): Promise<void> {
  return socket.send(shellFrame(shellCodes.result, utf8(`${JSON.stringify(result)}\n`)));
}

async function runShell(session: ExecSession, request: ExecRequest, socket: StreamSocket): Promise<void> {
  socket.signal.addEventListener("abort", () => session.close());
  // The client left while the command was started: nobody else would end it.
  if (socket.signal.aborted) session.close();
  if (request.stdin) feedInput(session, socket);
  else socket.ignoreInput();
  const exitCode = session.exitCode.then(
    (code) => ({ code }),
    (error: unknown) => ({ error }),
  );
  for await (const { stream, data } of session.output) await socket.send(shellFrame(shellCodes[stream], data));
  const outcome = await exitCode;
  if ("error" in outcome) throw outcome.error;
  await endWith({ exit_code: outcome.code }, socket);
}

async function serveShell(plan: Extract<StreamPlan, { kind: "shell" }>, socket: StreamSocket, params: StreamParams) {
  const { lease, request } = plan;
  try {
    const problem = await shellProblem(lease, request, params.runtime);
    if (problem !== undefined) await endWith({ exit_code: 0, message: problem }, socket);
    else await runShell(await params.runtime.exec(lease, request), request, socket);
  } catch (error) {
    // What the machine's side says may hold what is not the tenant's business.
    if (error instanceof RuntimeError && error.fault === "user") {
      await endWith({ exit_code: 0, message: error.message }, socket);
    } else {
      params.log.warn("shell failed", { lease: leaseKey(lease), error: String(error) });
      await socket.send(shellFrame(shellCodes.failure, new Uint8Array(0)));
    }
  }
  socket.close(closeCodes.normal);
}

/** Serves a stream to its end. Never rejects. */
export async function serveStream(plan: StreamPlan, socket: StreamSocket, params: StreamParams): Promise<void> {
  try {
    if (plan.kind !== "shell") socket.ignoreInput();
    if (plan.kind === "logs") await serveLogs(plan, socket, params);
    else if (plan.kind === "events") await serveEvents(plan, socket, params);
    else await serveShell(plan, socket, params);
  } catch (error) {
    params.log.warn("stream failed", { kind: plan.kind, lease: leaseKey(plan.lease), error: String(error) });
    socket.close(closeCodeOf(error));
  }
}

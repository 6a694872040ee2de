/** A command inside a replica, over a hijacked connection. */
import { Feed } from "../feed.ts";
import { type ExecOutput, type ExecRequest, type ExecSession, RuntimeError } from "../runtime.ts";
import { type DockerApi, EngineRefusal } from "./api.ts";
import { field, numberField, textField } from "./engine-types.ts";
import { Demultiplexer } from "./streams.ts";

/** Output that nobody reads yet: past this the connection is paused until the reader has caught up. */
const unreadChunksMax = 64;

export async function startExec(api: DockerApi, containerId: string, request: ExecRequest): Promise<ExecSession> {
  try {
    const created = await api.call("POST", `/containers/${containerId}/exec`, {
      body: {
        AttachStdin: request.stdin,
        AttachStdout: true,
        AttachStderr: true,
        Tty: request.tty,
        Cmd: [...request.command],
      },
    });
    const id = textField(created, "Id");
    const { socket, head } = await api.hijack(`/exec/${id}/start`, { Detach: false, Tty: request.tty });
    return session(api, id, socket, head, request);
  } catch (cause) {
    throw execError(cause, request);
  }
}

function session(
  api: DockerApi,
  id: string,
  socket: import("node:net").Socket,
  head: Uint8Array,
  request: ExecRequest,
): ExecSession {
  const feed = new Feed<ExecOutput>(Number.MAX_SAFE_INTEGER);
  const frames = new Demultiplexer();
  const take = (data: Uint8Array) => {
    if (data.length === 0) return;
    try {
      if (request.tty) feed.push({ stream: "stdout", data: Uint8Array.from(data) });
      else for (const output of frames.push(data)) feed.push(output);
    } catch (cause) {
      feed.end(new RuntimeError("internal", "the engine's stream of the command cannot be read", cause));
      socket.destroy();
    }
    if (feed.size > unreadChunksMax) socket.pause();
  };
  const exitCode = new Promise<number>((resolve, reject) => {
    socket.on("data", take);
    // Also a command that ends before its input breaks the connection: the engine's record says how it ended.
    socket.on("error", () => {});
    socket.on("close", () => {
      feed.end();
      readExitCode(api, id, request).then(resolve, reject);
    });
    socket.on("end", () => socket.end());
  });
  exitCode.catch(() => {});
  take(head);
  return {
    output: resuming(feed, socket),
    write: (data) =>
      new Promise((resolve) => {
        if (socket.destroyed || socket.writableEnded) resolve();
        else socket.write(data, () => resolve());
      }),
    endInput: () => socket.end(),
    resize: async (columns, rows) => {
      await api.call("POST", `/exec/${id}/resize`, { query: { w: columns, h: rows } }).catch(() => null);
    },
    exitCode,
    close: () => socket.destroy(),
  };
}

async function* resuming(feed: Feed<ExecOutput>, socket: import("node:net").Socket): AsyncGenerator<ExecOutput> {
  for await (const output of feed) {
    yield output;
    if (feed.size === 0 && socket.isPaused()) socket.resume();
  }
}

async function readExitCode(api: DockerApi, id: string, request: ExecRequest): Promise<number> {
  const detail = await api.call("GET", `/exec/${id}/json`);
  if (field(detail, "Running") === true) {
    throw new RuntimeError("unavailable", "the command's connection broke while the command ran");
  }
  const code = numberField(detail, "ExitCode");
  // The engine reports a command that cannot be started by the shells' own exit codes; such a one never had a process.
  if ((code === 126 || code === 127) && numberField(detail, "Pid") === 0) {
    throw new RuntimeError("no-such-command", `${request.command[0] ?? ""} cannot be executed (exit code ${code})`);
  }
  return code;
}

function execError(cause: unknown, request: ExecRequest): unknown {
  if (!(cause instanceof EngineRefusal)) return cause;
  if (cause.status === 409) return new RuntimeError("not-running", `service ${request.service} is not running`, cause);
  if (cause.status === 404) return new RuntimeError("no-such-replica", "the replica is gone", cause);
  if (/executable file not found|no such file/i.test(cause.message)) {
    return new RuntimeError("no-such-command", `${request.command[0] ?? ""} cannot be executed`, cause);
  }
  return new RuntimeError("refused", `the engine refused the command: ${cause.message}`, cause);
}

/** A replica's log, line by line. */
import type { Feed } from "../feed.ts";
import type { LogLine, LogOptions } from "../runtime.ts";
import type { DockerApi } from "./api.ts";
import { Demultiplexer, LineSplitter } from "./streams.ts";

export interface LogSource {
  readonly containerId: string;
  readonly service: string;
  readonly replica: string;
}

function untilAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done);
    void work.then(done);
  });
}

/** Pushes the lines of one replica until its log ends or the signal says stop. */
export async function readLog(
  api: DockerApi,
  source: LogSource,
  options: LogOptions,
  feed: Feed<LogLine>,
  signal: AbortSignal,
): Promise<void> {
  const answer = await api.stream("GET", `/containers/${source.containerId}/logs`, {
    query: { stdout: 1, stderr: 1, follow: options.follow, tail: options.tail < 0 ? "all" : options.tail },
    signal,
  });
  const frames = new Demultiplexer();
  const lines = { stdout: new LineSplitter(), stderr: new LineSplitter() };
  const { service, replica } = source;
  try {
    for await (const part of answer) {
      for (const { stream, data } of frames.push(part)) {
        for (const text of lines[stream].push(data)) feed.push({ service, replica, stream, text });
      }
      // A slow reader holds back the engine: nothing is dropped, and memory holds one piece of the log.
      await untilAborted(feed.drained(), signal);
    }
  } catch (cause) {
    if (!signal.aborted) throw cause;
  }
  for (const stream of ["stdout", "stderr"] as const) {
    for (const text of lines[stream].flush()) feed.push({ service, replica, stream, text });
  }
}

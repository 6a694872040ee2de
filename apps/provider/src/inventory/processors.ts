/** The processors of this machine, as Linux tells them in `/proc/cpuinfo`. */
import { cpus } from "node:os";
import type { Processor } from "../gateway/ports.ts";

/** One entry per socket, in the order in which they first appear. */
export function parseCpuInfo(text: string): Processor[] {
  const sockets = new Map<string, { id: string; vendor: string; model: string; threads: number }>();
  for (const block of text.split(/\n\s*\n/)) {
    const field = (name: string) => new RegExp(`^${name}\\s*:(.*)$`, "m").exec(block)?.[1]?.trim() ?? "";
    if (field("processor") === "") continue;
    const id = field("physical id") || "0";
    const socket = sockets.get(id) ?? { id, vendor: field("vendor_id"), model: field("model name"), threads: 0 };
    socket.threads += 1;
    sockets.set(id, socket);
  }
  return [...sockets.values()];
}

/** Where there is no such file: one processor with all threads, as the runtime names it. */
export function otherProcessors(): Processor[] {
  const threads = cpus();
  const [first] = threads;
  return first === undefined ? [] : [{ id: "0", vendor: "", model: first.model.trim(), threads: threads.length }];
}

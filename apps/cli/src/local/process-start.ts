import { existsSync, readFileSync } from "node:fs";

/** When a process started, as the kernel counts; tells it from a later one with the same number. "" where unknown. */
export function processStart(pid: number): string {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return "";
  const text = readFileSync(path, "utf8");
  // The second field, the name in brackets, may hold spaces.
  return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

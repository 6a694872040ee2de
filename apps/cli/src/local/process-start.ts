import { readFileSync } from "node:fs";

/**
 * When a process started, as the kernel counts; tells it from a later one with the same number. "" where unknown, and
 * for one that has ended and only waits for its parent to collect it.
 */
export function processStart(pid: number): string {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    // Gone, perhaps while it was looked at.
    return "";
  }
  // The second field, the name in brackets, may hold spaces.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? "" : (fields[19] ?? "");
}

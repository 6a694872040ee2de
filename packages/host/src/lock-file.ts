import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { fileError, privateFileMode } from "./atomic-file.ts";
import { HostError, systemCode } from "./errors.ts";

/** Who holds a lock. */
export interface LockHolder {
  readonly pid: number;
  /** When that process started, as its system counts; tells a process from a later one with the same number. */
  readonly started: string;
  /** What it does, for people. */
  readonly purpose: string;
}

/** A held lock. */
export interface Lock {
  /** Lets go; does nothing if the lock is no longer ours. */
  close(): void;
}

// A takeover is two file operations; one that lasts longer has died in the middle.
const takeoverMs = 10_000;
const maxAttempts = 20;

/**
 * Takes the lock file `path` for this process, so that two commands do not work on one home. The lock of a process that
 * is gone is taken over. Throws HostError `locked`, naming the holder, or `io`.
 */
export function acquireLock(params: { readonly path: string; readonly purpose: string }): Lock {
  const { path } = params;
  const own: LockHolder = {
    pid: process.pid,
    started: processState(process.pid)?.started ?? "",
    purpose: params.purpose,
  };
  const content = JSON.stringify({ ...own, token: randomBytes(8).toString("hex") });
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    if (place(path, content)) return { close: () => release(path, content) };
    const seen = read(path);
    if (seen === undefined) continue;
    const holder = parse(seen);
    if (holder !== undefined && isAlive(holder)) throw lockedBy(path, holder);
    takeOver(path, seen);
  }
  throw new HostError("locked", "platform", `cannot take the lock ${path}: it changes hands all the time`);
}

/** Who holds the lock now: undefined if nobody does. */
export function lockHolder(path: string): LockHolder | undefined {
  const content = read(path);
  const holder = content === undefined ? undefined : parse(content);
  return holder !== undefined && isAlive(holder) ? holder : undefined;
}

function lockedBy(path: string, holder: LockHolder): HostError {
  const message = `another command is at work here: ${holder.purpose} (process ${holder.pid}, lock ${path}); wait for it or stop it`;
  return new HostError("locked", "user", message);
}

/** Puts the file there with its content in one step, so that nobody reads half of it; false if there is one. */
function place(path: string, content: string): boolean {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(temporary, content, { flag: "wx", mode: privateFileMode });
    linkSync(temporary, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw fileError(error, `cannot take the lock ${path}`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Removes a dead holder's file. Only one process at a time does so, or it might remove a successor's. */
function takeOver(path: string, seen: string): void {
  const guard = `${path}.takeover`;
  if (!place(guard, String(process.pid))) {
    const age = ageMs(guard);
    if (age !== undefined && age > takeoverMs) rmSync(guard, { force: true });
    sleep(5);
    return;
  }
  try {
    if (read(path) === seen) rmSync(path, { force: true });
  } finally {
    rmSync(guard, { force: true });
  }
}

function release(path: string, content: string): void {
  if (read(path) === content) rmSync(path, { force: true });
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw fileError(error, `cannot read the lock ${path}`);
  }
}

/** Undefined for what is no lock of ours: such a file counts as left behind. */
function parse(content: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== "object" || value === null) return undefined;
    if (!("pid" in value) || !("started" in value) || !("purpose" in value)) return undefined;
    const { pid, started, purpose } = value;
    if (typeof pid !== "number" || typeof started !== "string" || typeof purpose !== "string") return undefined;
    return { pid, started, purpose };
  } catch {
    return undefined;
  }
}

function isAlive(holder: LockHolder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    // EPERM: it is there, but another user's.
    if (systemCode(error) !== "EPERM") return false;
  }
  const seen = processState(holder.pid);
  if (seen === undefined || holder.started === "") return true;
  return !seen.ended && seen.started === holder.started;
}

/**
 * What /proc says of a process: when it started, in clock ticks since boot with the boot's id, and whether it has ended
 * and only waits to be collected by its parent. Undefined where there is no /proc.
 */
function processState(pid: number): { readonly started: string; readonly ended: boolean } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may hold spaces; then the state follows, and the start time 19 fields later.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return { started: `${boot}/${fields[19]}`, ended: fields[0] === "Z" || fields[0] === "X" };
  } catch {
    return undefined;
  }
}

function ageMs(path: string): number | undefined {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

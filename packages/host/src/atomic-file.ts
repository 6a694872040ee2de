import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { HostError, messageOf, systemCode } from "./errors.ts";

/** Readable and writable by the owner alone: the default, since homes hold keys. */
export const privateFileMode = 0o600;

function syncFolder(path: string): void {
  const folder = openSync(dirname(path), "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Writes a file whole or not at all, durably: whoever reads it sees the old content or the new one, also after a power
 * cut. Synchronous: such files are small and rare. Throws HostError `disk-full` or `io`; the old content stays then.
 */
export function writeFileAtomic(path: string, data: Uint8Array | string, mode: number = privateFileMode): void {
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  const bytes = typeof data === "string" ? Buffer.from(data, "utf8") : data;
  try {
    const file = openSync(temporary, "wx", mode);
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw fileError(error, `cannot write ${path}`);
  }
}

const fullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** A HostError for what the file system threw. */
export function fileError(error: unknown, doing: string): HostError {
  const full = fullCodes.has(systemCode(error) ?? "");
  const reason = full ? "the disk is full; free some space and try again" : messageOf(error);
  return new HostError(full ? "disk-full" : "io", "platform", `${doing}: ${reason}`, { cause: error });
}

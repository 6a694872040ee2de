import { readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileError, writeFileAtomic } from "./atomic-file.ts";
import { HostError } from "./errors.ts";

/** A held lock. */
export interface Lock {
  /** Lets go; the second time does nothing. */
  close(): void;
}

/** SQLite's code for a database that another connection has locked. */
const busy = 5;

/**
 * Somebody who is asking for the lock has a part of it for microseconds: of two that ask at the same moment neither would
 * get it if nobody waited.
 */
const waitMs = 100;

/**
 * Takes the lock `path` for this process, so that two commands do not work on one home. The system holds it (an empty
 * SQLite database beside `path`, locked whole) and lets go when the process ends, however it ends; `path` itself tells
 * people who has it. Throws HostError `locked`, naming the holder, `disk-full` or `io`.
 */
export function acquireLock(params: { readonly path: string; readonly purpose: string }): Lock {
  const { path, purpose } = params;
  const held = hold(path);
  try {
    writeFileAtomic(path, JSON.stringify({ pid: process.pid, purpose }));
  } catch (error) {
    held.close();
    throw error;
  }
  kept.add(held);
  return {
    close: () => {
      if (!held.isOpen) return;
      rmSync(path, { force: true });
      kept.delete(held);
      held.close();
    },
  };
}

/** A connection that nobody refers to any more is closed by the collector, and with it the lock would be lost. */
const kept = new Set<DatabaseSync>();

function hold(path: string): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(`${path}.held`, { timeout: waitMs });
    database.exec("BEGIN EXCLUSIVE");
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof Error && "errcode" in error && error.errcode === busy) throw lockedBy(path);
    throw fileError(error, `cannot take the lock ${path}`);
  }
}

function lockedBy(path: string): HostError {
  const message = `another command is at work here: ${holderOf(path)}lock ${path}; wait for it or stop it`;
  return new HostError("locked", "user", message);
}

/** `stoa up, process 17, `; nothing while the holder has not written it yet. */
function holderOf(path: string): string {
  try {
    const { pid, purpose } = JSON.parse(readFileSync(path, "utf8"));
    return `${purpose}, process ${pid}, `;
  } catch {
    return "";
  }
}

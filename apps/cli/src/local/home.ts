import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { writeFileAtomic } from "@stoa/host";
import { CliError } from "../command.ts";
import { stoaVersion } from "../version.ts";

/** Layout of the folder; a newer Stoa migrates an older one (none exists yet). */
export const homeFormat = 1;
/** Format of the chain's state and the stores in the home. */
export const stateFormat = 1;

/** A provider's key, in its own folder. */
export const providerKeyFile = "key.json";

/** What a home records about itself, so that no Stoa half-opens one it does not know. */
export interface HomeRecord {
  readonly format: number;
  /** Names this home on the machine: the value of the label `stoa` on all its containers. */
  readonly id: string;
  readonly chainId: string;
  readonly profile: "akash";
  readonly stateFormat: number;
  /** Version of Stoa that made it. */
  readonly version: string;
  readonly blockIntervalMs: number;
}

/** Where things lie in a home. */
export interface HomePaths {
  readonly root: string;
  readonly record: string;
  readonly keys: string;
  readonly node: string;
  readonly logs: string;
  readonly run: string;
  provider(index: number): string;
}

/** Where a program of the local network is named from the moment it exists; the run record comes when all are ready. */
export function childRecordPath(paths: HomePaths, name: string): string {
  return join(paths.run, `${name}.child.json`);
}

/** The home that a command uses: `--home`, else STOA_HOME, else `~/.stoa`. */
export function homePaths(option: string | undefined): HomePaths {
  const root = resolve(option ?? process.env.STOA_HOME ?? join(homedir(), ".stoa"));
  return {
    root,
    record: join(root, "home.json"),
    keys: join(root, "keys"),
    node: join(root, "node"),
    logs: join(root, "logs"),
    run: join(root, "run"),
    provider: (index) => join(root, "providers", String(index)),
  };
}

function checkRecord(paths: HomePaths, record: Partial<HomeRecord>): HomeRecord {
  const { format, id, chainId, profile, version } = record;
  if (
    typeof format !== "number" ||
    typeof id !== "string" ||
    typeof chainId !== "string" ||
    typeof version !== "string"
  )
    throw new CliError("home_unreadable", `${paths.record} is not a home's record`, {
      hint: `move ${paths.root} away, or choose another --home`,
    });
  if (format > homeFormat || (record.stateFormat ?? 0) > stateFormat)
    throw new CliError(
      "home_newer",
      `${paths.root} was made by Stoa ${version}, which is newer than this one (${stoaVersion})`,
      {
        hint: "run that Stoa, or choose another --home",
      },
    );
  if (format < homeFormat || (record.stateFormat ?? 0) < stateFormat)
    throw new CliError("home_older", `${paths.root} has an older format (${format}) that this Stoa does not migrate`, {
      hint: `start afresh: stoa reset --home ${paths.root}`,
    });
  if (profile !== "akash")
    throw new CliError(
      "home_profile",
      `${paths.root} has the profile ${String(profile)}, which this Stoa does not know`,
      {
        hint: "choose another --home",
      },
    );
  return record as HomeRecord;
}

/** The home's record, or undefined when there is no home yet. Throws {@link CliError} for one we cannot use. */
export function readHome(paths: HomePaths): HomeRecord | undefined {
  if (!existsSync(paths.record)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(paths.record, "utf8"));
  } catch (cause) {
    throw new CliError("home_unreadable", `${paths.record} cannot be read`, {
      hint: `move ${paths.root} away, or choose another --home`,
      cause,
    });
  }
  return checkRecord(paths, (parsed ?? {}) as Partial<HomeRecord>);
}

/** The home's record; a clear failure when there is none. */
export function requireHome(paths: HomePaths): HomeRecord {
  const record = readHome(paths);
  if (record === undefined)
    throw new CliError("no_home", `there is no local network in ${paths.root}`, { hint: "start one: stoa up" });
  return record;
}

/** Makes a new home. The record is written last, so that a home cut short is made again. */
export function createHome(paths: HomePaths, blockIntervalMs: number): HomeRecord {
  for (const folder of [paths.root, paths.keys, paths.node, paths.logs, paths.run])
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  const id = randomBytes(6).toString("hex");
  return {
    format: homeFormat,
    id,
    chainId: `stoa-${id}`,
    profile: "akash",
    stateFormat,
    version: stoaVersion,
    blockIntervalMs,
  };
}

export function writeHomeRecord(paths: HomePaths, record: HomeRecord): void {
  writeFileAtomic(paths.record, `${JSON.stringify(record, null, 2)}\n`);
}

/** Removes what is ours in the folder, and the folder if nothing else is in it. */
export function removeHome(paths: HomePaths): void {
  for (const part of ["home.json", "up.lock", "keys", "node", "providers", "logs", "run"])
    rmSync(join(paths.root, part), { recursive: true, force: true });
  try {
    rmdirSync(paths.root);
  } catch {
    // Other files of the user are in it: they stay.
  }
}

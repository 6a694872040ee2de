import type { Clock, Log, LogFields } from "@stoa/std";
import { systemClock } from "./ports.ts";

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;

/** Lines below this level are not written. */
export type LogLevel = (typeof logLevels)[number];

/** What {@link createLog} needs. */
export interface LogParams {
  readonly level: LogLevel;
  /** One JSON object a line for machines, else text for people. */
  readonly json: boolean;
  /** Takes whole lines, newline included. Default: standard error, so that standard output stays for results. */
  readonly write?: (line: string) => void;
  readonly clock?: Clock;
}

// Fields carry what others sent: one of them must not fill a disk.
const maxFieldLength = 2000;

function cut(text: string): string {
  return text.length <= maxFieldLength ? text : `${text.slice(0, maxFieldLength)}… (${text.length} characters)`;
}

function time(clock: Clock): string {
  return new Date(Number(clock.nowNs() / 1_000_000n)).toISOString();
}

function jsonLine(at: string, level: string, message: string, fields: LogFields): string {
  const record: Record<string, unknown> = { time: at, level, message };
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    // A field never replaces what every line has.
    const key = name in record ? `field_${name}` : name;
    record[key] = typeof value === "bigint" ? value.toString() : typeof value === "string" ? cut(value) : value;
  }
  return `${JSON.stringify(record)}\n`;
}

function textLine(at: string, level: string, message: string, fields: LogFields): string {
  const parts = [at, level.toUpperCase().padEnd(5), message];
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    const text = cut(String(value));
    // Quoting also escapes line breaks and terminal codes in what others sent.
    parts.push(`${name}=${/^[\w.:/@+-]+$/.test(text) ? text : JSON.stringify(text)}`);
  }
  return `${parts.join(" ")}\n`;
}

/** A structured log: a stable message and fields on each line. */
export function createLog(params: LogParams): Log {
  const { json, clock = systemClock, write = (line) => void process.stderr.write(line) } = params;
  const least = logLevels.indexOf(params.level);
  const make = (own: LogFields): Log => {
    const line = (level: LogLevel) => (message: string, fields?: LogFields) => {
      if (logLevels.indexOf(level) < least) return;
      const all = { ...own, ...fields };
      write(json ? jsonLine(time(clock), level, message, all) : textLine(time(clock), level, message, all));
    };
    return {
      debug: line("debug"),
      info: line("info"),
      warn: line("warn"),
      error: line("error"),
      child: (fields) => make({ ...own, ...fields }),
    };
  };
  return make({});
}

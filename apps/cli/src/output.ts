/**
 * What the commands print. People read tables and short lines on stdout and progress on stderr; machines get one
 * compact JSON object a line on stdout and nothing else there.
 */
export interface Output {
  readonly json: boolean;
  /** A machine's event; people do not see it. */
  event(event: string, fields: Readonly<Record<string, unknown>>): void;
  /** A line for people; machines do not see it. */
  line(text?: string): void;
  /** Progress of something long: stderr for both. On a terminal the last progress line is replaced. */
  progress(text: string): void;
  /** Ends the replaced progress line, if there is one. */
  settle(): void;
}

function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

/** Output on the process's own streams. */
export function createOutput(json: boolean): Output {
  const live = process.stderr.isTTY === true && !json;
  let open = false;
  const settle = (): void => {
    if (open) process.stderr.write("\n");
    open = false;
  };
  return {
    json,
    event(event, fields) {
      if (!json) return;
      process.stdout.write(`${JSON.stringify({ event, ...fields }, plain)}\n`);
    },
    line(text = "") {
      if (json) return;
      settle();
      process.stdout.write(`${text}\n`);
    },
    progress(text) {
      if (live) {
        process.stderr.write(`\r\u001b[2K${text.slice(0, Math.max(20, process.stderr.columns - 1))}`);
        open = true;
      } else process.stderr.write(`${text}\n`);
    },
    settle,
  };
}

/** Rows under a header, columns padded to their widest cell. Numbers (cells of digits) align right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => (row[i] ?? "").length)));
  const numeric = header.map((_, i) => rows.length > 0 && rows.every((row) => /^[$~-]?[\d.,]+%?$/.test(row[i] ?? "")));
  const render = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (numeric[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join("  ")
      .trimEnd();
  return [render(header), ...rows.map(render)].join("\n");
}

/** `akash1abcd…wxyz`: an address short enough for a table. */
export function shortAddress(address: string): string {
  return address.length <= 18 ? address : `${address.slice(0, 10)}…${address.slice(-5)}`;
}

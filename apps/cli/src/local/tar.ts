/** One entry of a tar archive: a file with its bytes, or a link to another path. */
export type TarEntry =
  | { readonly path: string; readonly mode: number; readonly data: Uint8Array }
  | { readonly path: string; readonly linkTo: string };

const blockBytes = 512;
// ustar's field for a name; our own entries are short.
const maxNameBytes = 100;

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, "0")}\0`;
}

function header(entry: TarEntry): Buffer {
  if (Buffer.byteLength(entry.path) > maxNameBytes) throw new Error(`tar: name too long: ${entry.path}`);
  const block = Buffer.alloc(blockBytes);
  const isLink = "linkTo" in entry;
  block.write(entry.path, 0);
  block.write(octal(isLink ? 0o777 : entry.mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(isLink ? 0 : entry.data.length, 12), 124);
  block.write(octal(0, 12), 136);
  block.write("        ", 148);
  block.write(isLink ? "2" : "0", 156);
  if (isLink) block.write(entry.linkTo, 157);
  block.write("ustar\u000000", 257);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** A ustar archive of small files and links, all owned by root, all from 1970: equal entries give equal bytes. */
export function tarArchive(entries: readonly TarEntry[]): Buffer {
  const parts: Buffer[] = [];
  for (const entry of entries) {
    parts.push(header(entry));
    if ("linkTo" in entry) continue;
    parts.push(Buffer.from(entry.data), Buffer.alloc((blockBytes - (entry.data.length % blockBytes)) % blockBytes));
  }
  parts.push(Buffer.alloc(2 * blockBytes));
  return Buffer.concat(parts);
}

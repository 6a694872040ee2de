/**
 * DER as X.509 needs it (X.690, distinguished rules only): definite minimal lengths, tag numbers below 31,
 * and nothing that the rules leave no choice about. A reader answers undefined instead of throwing.
 */
import { concatBytes, utf8 } from "@stoa/std";

/** Identifier octets of the types that certificates use. */
export const derTag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  t61String: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Identifier octet of a context-specific tag. */
export function contextTag(number: number, constructed: boolean): number {
  return (constructed ? 0xa0 : 0x80) | number;
}

/** One element: its identifier octet, its content, and the whole with its header. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

/** Lengths of more than four octets cannot occur in any certificate that fits a transaction. */
const maxLengthOctets = 4;

/** Reads elements one after another from a buffer. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The identifier octet of the next element. */
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** The next element, whatever its tag. */
  any(): DerElement | undefined {
    const start = this.#at;
    const tag = this.#bytes[start];
    const first = this.#bytes[start + 1];
    if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
    let length = first;
    let header = 2;
    if (first >= 0x80) {
      const octets = first & 0x7f;
      if (octets === 0 || octets > maxLengthOctets || start + 2 + octets > this.#bytes.length) return undefined;
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + (this.#bytes[start + 2 + i] as number);
      if (length < 0x80 || length < 256 ** (octets - 1)) return undefined;
      header += octets;
    }
    const end = start + header + length;
    if (end > this.#bytes.length) return undefined;
    this.#at = end;
    return {
      tag,
      content: this.#bytes.subarray(start + header, end),
      whole: this.#bytes.subarray(start, end),
    };
  }

  /** The next element if it has this tag. */
  element(tag: number): DerElement | undefined {
    return this.peek() === tag ? this.any() : undefined;
  }

  /** A reader over the content of the next element if it has this tag. */
  nested(tag: number): DerReader | undefined {
    const element = this.element(tag);
    return element === undefined ? undefined : new DerReader(element.content);
  }
}

/** The value of an INTEGER's content, or undefined if it is empty or not minimal. */
export function readDerInteger(content: Uint8Array): bigint | undefined {
  const first = content[0];
  if (first === undefined) return undefined;
  const second = content[1];
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) return undefined;
  let value = first >= 0x80 ? -1n : 0n;
  for (const byte of content) value = (value << 8n) | BigInt(byte);
  return value;
}

/** The value of a BOOLEAN's content: DER knows only 0x00 and 0xff. */
export function readDerBoolean(content: Uint8Array): boolean | undefined {
  if (content.length !== 1) return undefined;
  return content[0] === 0xff ? true : content[0] === 0 ? false : undefined;
}

/** Dotted text of an OBJECT IDENTIFIER's content. */
export function readDerOid(content: Uint8Array): string | undefined {
  const arcs: bigint[] = [];
  let arc = 0n;
  let open = false;
  for (const byte of content) {
    if (!open && byte === 0x80) return undefined;
    arc = (arc << 7n) | BigInt(byte & 0x7f);
    open = byte >= 0x80;
    if (open) continue;
    if (arcs.length === 0) {
      const top = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
      arcs.push(top, arc - 40n * top);
    } else arcs.push(arc);
    arc = 0n;
  }
  return open || arcs.length === 0 ? undefined : arcs.join(".");
}

/** The octets of a BIT STRING's content, which must fill whole octets unless `partial`. */
export function readDerBits(content: Uint8Array, partial = false): Uint8Array | undefined {
  const unused = content[0];
  if (unused === undefined || unused > 7 || (unused > 0 && content.length === 1)) return undefined;
  const last = content[content.length - 1] as number;
  if (unused > 0 && (last & ((1 << unused) - 1)) !== 0) return undefined;
  return unused > 0 && !partial ? undefined : content.subarray(1);
}

/** One element with this tag. */
export function der(tag: number, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...contents);
  const length: number[] = [];
  if (content.length < 0x80) length.push(content.length);
  else {
    for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) length.unshift(rest % 256);
    length.unshift(0x80 | length.length);
  }
  return concatBytes(Uint8Array.of(tag, ...length), content);
}

export function derSequence(...elements: readonly Uint8Array[]): Uint8Array {
  return der(derTag.sequence, ...elements);
}

/** INTEGER of a number that is not negative. */
export function derInteger(value: bigint): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n; rest >>= 8n) bytes.unshift(Number(rest & 0xffn));
  if (bytes.length === 0 || (bytes[0] as number) >= 0x80) bytes.unshift(0);
  return der(derTag.integer, Uint8Array.from(bytes));
}

/** OBJECT IDENTIFIER of dotted text. */
export function derOid(dotted: string): Uint8Array {
  const [top = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes: number[] = [];
  for (const arc of [40 * top + second, ...rest]) {
    const octets = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) octets.unshift(0x80 | (left % 128));
    bytes.push(...octets);
  }
  return der(derTag.oid, Uint8Array.from(bytes));
}

export function derBoolean(value: boolean): Uint8Array {
  return der(derTag.boolean, Uint8Array.of(value ? 0xff : 0));
}

export function derOctets(bytes: Uint8Array): Uint8Array {
  return der(derTag.octetString, bytes);
}

/** BIT STRING of whole octets. */
export function derBits(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return der(derTag.bitString, Uint8Array.of(unusedBits), bytes);
}

/** PrintableString where its alphabet suffices, else UTF8String: the choice that Go's encoder makes. */
export function derText(text: string): Uint8Array {
  const printable = /^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text);
  return der(printable ? derTag.printableString : derTag.utf8String, utf8(text));
}

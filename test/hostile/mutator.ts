import { readFileSync } from "node:fs";
import { join } from "node:path";
import { vectorsDir } from "../vectors/harness.ts";

/** Inputs that each reader of strangers' bytes is tried with: seconds of them in every run, minutes with STOA_LONG=1. */
export const hostileInputs: number = process.env.STOA_LONG === "1" ? 10_000_000 : 100_000;

/** Bytes that readers treat in a way of their own: lengths, tags, signs, the ends of a byte. */
const tellingBytes = [0x00, 0x01, 0x02, 0x08, 0x0a, 0x12, 0x22, 0x30, 0x7f, 0x80, 0xff];
/** Pieces that texts are broken with. */
const tellingTexts = ["", "'", '"', "\\", "\0", "\ud800", "é", "0", "-1", "9".repeat(40), "{", "]", "%", ".", "/", " "];
const longestNoise = 64;

/**
 * Makes hostile inputs out of good ones: bits flipped, bytes and pieces replaced, cut out, doubled, cut off, or joined to
 * another input, and now and then plain noise. Equal seeds give equal inputs. Its generator is a short one (xorshift of
 * 32 bits), since ten million inputs are wanted in minutes.
 */
export class Mutator {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 1;
  }

  /** An integer in [0, bound). */
  below(bound: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % bound;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  bytes(corpus: readonly Uint8Array[]): Uint8Array {
    if (this.below(16) === 0) return Uint8Array.from({ length: this.below(longestNoise) }, () => this.below(256));
    let bytes: Uint8Array = this.pick(corpus).slice();
    for (let left = 1 + this.below(3); left > 0; left--) bytes = this.change(bytes, corpus);
    return bytes;
  }

  private change(bytes: Uint8Array, corpus: readonly Uint8Array[]): Uint8Array {
    if (bytes.length === 0) return Uint8Array.of(this.pick(tellingBytes));
    const at = this.below(bytes.length);
    const length = Math.min(bytes.length - at, 1 + this.below(8));
    switch (this.below(7)) {
      case 0:
        bytes[at] = (bytes[at] ?? 0) ^ (1 << this.below(8));
        return bytes;
      case 1:
        bytes[at] = this.pick(tellingBytes);
        return bytes;
      case 2:
        bytes[at] = this.below(256);
        return bytes;
      case 3:
        return joined(bytes.subarray(0, at), bytes.subarray(at + length));
      case 4:
        return joined(bytes.subarray(0, at + length), bytes.subarray(at));
      case 5:
        return bytes.slice(0, at);
      default: {
        const other = this.pick(corpus);
        return joined(bytes.subarray(0, at), other.subarray(this.below(other.length + 1)));
      }
    }
  }

  text(corpus: readonly string[], pieces: readonly string[] = tellingTexts): string {
    let text = this.pick(corpus);
    for (let left = 1 + this.below(3); left > 0; left--) {
      const at = this.below(text.length + 1);
      const end = at + this.below(6);
      switch (this.below(5)) {
        case 0:
          text = text.slice(0, at) + this.pick(pieces) + text.slice(at);
          break;
        case 1:
          text = text.slice(0, at) + this.pick(pieces) + text.slice(end);
          break;
        case 2:
          text = text.slice(0, at) + text.slice(end);
          break;
        case 3:
          text = text.slice(0, end) + text.slice(at);
          break;
        default: {
          const other = this.pick(corpus);
          text = text.slice(0, at) + other.slice(this.below(other.length + 1));
        }
      }
    }
    return text;
  }

  /** A copy of a JSON value with one of its values, at any depth, replaced by a part of another. */
  json(corpus: readonly unknown[]): unknown {
    return this.replaced(this.pick(corpus), corpus);
  }

  private replaced(value: unknown, corpus: readonly unknown[]): unknown {
    if (value === null || typeof value !== "object" || this.below(6) === 0) return this.part(value, corpus);
    if (Array.isArray(value)) {
      if (value.length === 0) return [this.part(null, corpus)];
      const at = this.below(value.length);
      return value.map((item, index) => (index === at ? this.replaced(item, corpus) : item));
    }
    const members = Object.entries(value);
    if (members.length === 0) return { [this.pick(tellingTexts)]: null };
    const [name = "", member] = this.pick(members);
    const renamed = this.below(8) === 0 ? this.text([name]) : name;
    return { ...value, [renamed]: this.replaced(member, corpus) };
  }

  private part(value: unknown, corpus: readonly unknown[]): unknown {
    if (typeof value === "string" && this.below(2) === 0) return this.text([value]);
    if (this.below(3) > 0)
      return this.pick<unknown>([null, true, 0, -1, 1.5, 1e300, "", "x", [], {}, [[]], "9".repeat(90)]);
    let part: unknown = this.pick(corpus);
    for (let left = this.below(4); left > 0 && part !== null && typeof part === "object"; left--) {
      const inner = Object.values(part);
      if (inner.length === 0) break;
      part = this.pick(inner);
    }
    return part;
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

/** A file of the recorded vectors, parsed. */
export function recorded<T>(file: string): T {
  return JSON.parse(readFileSync(join(vectorsDir, file), "utf8")) as T;
}

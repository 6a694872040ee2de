import { StoreError } from "./errors.ts";

const sevenBits = 128;

/** Reads bytes one field after another; running past the end is corruption of our own store. */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  uvarint(): number {
    let value = 0;
    for (let scale = 1; scale < 2 ** 53; scale *= sevenBits) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte % sevenBits) * scale;
      if (byte < sevenBits) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new StoreError("corrupt", "a stored number is cut short or too large");
  }

  take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) throw new StoreError("corrupt", "a stored record is cut short");
    const part = this.bytes.subarray(this.at, end);
    this.at = end;
    return part;
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.at);
  }
}

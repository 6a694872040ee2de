/** Strict reading of JSON that a stranger sent: every step says where it stands, and nothing is guessed. */
import { parseTime, type Time } from "@stoa/consensus";
import { fromBase64, fromHex } from "@stoa/std";
import { LightError } from "./errors.ts";

/** Decimal text of an int64, as CometBFT prints it. */
const decimal = /^(?:0|-?[1-9][0-9]{0,18})$/;
const maxInt64 = (1n << 63n) - 1n;

export class JsonValue {
  readonly #value: unknown;
  readonly #path: string;

  constructor(value: unknown, path: string) {
    this.#value = value;
    this.#path = path;
  }

  refuse(expected: string): never {
    throw new LightError("malformed", `${this.#path}: ${expected} was expected`);
  }

  /** True for null and for what is not there. */
  get isMissing(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** A field of an object; it may be missing. */
  field(name: string): JsonValue {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) this.refuse("an object");
    const known = Object.hasOwn(value as object, name);
    return new JsonValue(known ? (value as Record<string, unknown>)[name] : undefined, `${this.#path}.${name}`);
  }

  /** The elements of a list of at most `most`; a missing one is empty, as Go prints it. */
  list(most: number): JsonValue[] {
    if (this.isMissing) return [];
    const value = this.#value;
    if (!Array.isArray(value)) this.refuse("a list");
    if (value.length > most) this.refuse(`a list of at most ${most}`);
    return value.map((item: unknown, index) => new JsonValue(item, `${this.#path}[${index}]`));
  }

  text(): string {
    return typeof this.#value === "string" ? this.#value : this.refuse("a text");
  }

  /** A 64-bit integer, which JSON carries as text. */
  int64(): bigint {
    const text = this.text();
    const value = decimal.test(text) ? BigInt(text) : this.refuse("a decimal integer");
    return value > maxInt64 || value < -maxInt64 - 1n ? this.refuse("a 64-bit integer") : value;
  }

  /** A 64-bit integer that is left out when it is zero. */
  int64OrZero(): bigint {
    return this.isMissing ? 0n : this.int64();
  }

  /** A 32-bit integer, which JSON carries as a number. */
  int32(): number {
    const value = this.#value;
    const fits = typeof value === "number" && Number.isInteger(value) && value >= -0x8000_0000 && value <= 0xffff_ffff;
    return fits ? value : this.refuse("a 32-bit integer");
  }

  hex(): Uint8Array {
    return fromHex(this.text()) ?? this.refuse("hex");
  }

  /** Base64; a missing one is empty, as Go prints it. */
  base64(): Uint8Array {
    if (this.isMissing) return new Uint8Array();
    return fromBase64(this.text()) ?? this.refuse("base64");
  }

  time(): Time {
    return parseTime(this.text()) ?? this.refuse("a time");
  }
}

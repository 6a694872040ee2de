import { fromUtf8, utf8 } from "@stoa/std";
import { ByteReader } from "./byte-reader.ts";
import { ByteWriter } from "./byte-writer.ts";
import { StoreError } from "./errors.ts";
import type { IavlNode } from "./iavl-node.ts";
import type { IavlTree } from "./iavl-tree.ts";
import { bytesField } from "./protobuf.ts";

/** The form of snapshots that is written and read: base-chain.md §3.6. */
export const snapshotFormat = 3;
/** The reference's bound of one item. */
export const maxSnapshotItemBytes = 64_000_000;

/** One item of cosmos.store.snapshots.v1: the beginning of a store, or a node of it in post-order. */
export type SnapshotItem =
  | { readonly kind: "store"; readonly name: string }
  | {
      readonly kind: "node";
      readonly key: Uint8Array;
      readonly value: Uint8Array;
      readonly version: number;
      readonly height: number;
    };

/** Field numbers of SnapshotItem and SnapshotIAVLItem; what is not named here is refused. */
const storeField = 1;
const nodeField = 2;
const nodeFields = { key: 1, value: 2, version: 3, height: 4 } as const;
const varintType = 0;
const bytesType = 2;

const tag = (field: number, type: number): number => field * 8 + type;

/** The stores as length-delimited items, in the order given: by name, in the reference. Holds one path of one tree. */
export function* writeSnapshotItems(
  stores: Iterable<{ readonly name: string; readonly tree: IavlTree }>,
): Generator<Uint8Array> {
  const inner = new ByteWriter();
  const outer = new ByteWriter();
  for (const { name, tree } of stores) {
    yield new ByteWriter().prefixed(bytesField(storeField, bytesField(1, utf8(name)))).take();
    for (const node of tree.nodesPostOrder()) {
      const fields = writeNode(inner.reset(), node).view();
      const item = outer.reset().byte(tag(nodeField, bytesType)).prefixed(fields).view();
      yield inner.reset().prefixed(item).take();
    }
  }
}

/** As protobuf has it: what is empty or zero is left out. */
function writeNode(writer: ByteWriter, { key, value, version, height }: IavlNode): ByteWriter {
  if (key.length > 0) writer.byte(tag(nodeFields.key, bytesType)).prefixed(key);
  if (value !== undefined && value.length > 0) writer.byte(tag(nodeFields.value, bytesType)).prefixed(value);
  writer.byte(tag(nodeFields.version, varintType)).uvarint(version);
  return height === 0 ? writer : writer.byte(tag(nodeFields.height, varintType)).uvarint(height);
}

const maxLengthBytes = 4;
const noBytes: Uint8Array = new Uint8Array();

/** Cuts a stream of length-delimited items, whatever pieces it comes in. Keeps one incomplete item. */
export class SnapshotItemReader {
  private parts: Uint8Array[] = [];
  private have = 0;
  /** Bytes that must be there before anything can be read. */
  private need = 1;
  private count = 0;

  /** The items that are complete with these bytes. Throws StoreError `snapshot`. */
  *push(bytes: Uint8Array): Generator<SnapshotItem> {
    this.parts.push(bytes);
    this.have += bytes.length;
    if (this.have < this.need) return;
    let rest = this.join();
    for (let cut = this.next(rest); cut !== undefined; cut = this.next(rest)) {
      rest = cut.rest;
      this.count++;
      yield this.decode(cut.item);
    }
    // A copy: what is left must not keep the whole piece in memory.
    this.parts = [rest.slice()];
    this.have = rest.length;
  }

  /** Throws StoreError `snapshot` if the stream ended within an item. */
  end(): void {
    if (this.have > 0) throw new StoreError("snapshot", `the snapshot is cut short after item ${this.count}`);
  }

  private join(): Uint8Array {
    const [only = noBytes] = this.parts;
    if (this.parts.length === 1) return only;
    const whole = new Uint8Array(this.have);
    let at = 0;
    for (const part of this.parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  private next(bytes: Uint8Array): { readonly item: Uint8Array; readonly rest: Uint8Array } | undefined {
    let length = 0;
    for (let at = 0; at < maxLengthBytes; at++) {
      const byte = bytes[at];
      if (byte === undefined) {
        this.need = at + 1;
        return undefined;
      }
      length += (byte % 128) * 128 ** at;
      if (byte >= 128) continue;
      const end = at + 1 + length;
      if (length > maxSnapshotItemBytes) break;
      this.need = end;
      return bytes.length < end ? undefined : { item: bytes.subarray(at + 1, end), rest: bytes.subarray(end) };
    }
    const problem = `item ${this.count + 1} of the snapshot is larger than ${maxSnapshotItemBytes} bytes`;
    throw new StoreError("snapshot", problem);
  }

  private decode(item: Uint8Array): SnapshotItem {
    try {
      return decodeItem(item);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const what = error.code === "snapshot" ? error.message : "it is no protobuf message";
      throw new StoreError("snapshot", `item ${this.count} of the snapshot: ${what}`, { cause: error });
    }
  }
}

function decodeItem(bytes: Uint8Array): SnapshotItem {
  const reader = new ByteReader(bytes);
  const kind = reader.uvarint();
  if (kind !== tag(storeField, bytesType) && kind !== tag(nodeField, bytesType)) {
    throw new StoreError("snapshot", `field ${Math.floor(kind / 8)} is not known here, such as those of extensions`);
  }
  const content = reader.take(reader.uvarint());
  if (!reader.done) throw new StoreError("snapshot", "more than one thing in it");
  return kind === tag(storeField, bytesType) ? decodeStore(content) : decodeNode(content);
}

function decodeStore(bytes: Uint8Array): SnapshotItem {
  const reader = new ByteReader(bytes);
  const name = reader.uvarint() === tag(1, bytesType) ? fromUtf8(reader.take(reader.uvarint())) : undefined;
  if (name === undefined || name === "" || !reader.done) throw new StoreError("snapshot", "the store has no name");
  return { kind: "store", name };
}

function decodeNode(bytes: Uint8Array): SnapshotItem {
  const reader = new ByteReader(bytes);
  let [key, value] = [noBytes, noBytes];
  let [version, height] = [0, 0];
  let last = 0;
  while (!reader.done) {
    const field = reader.uvarint();
    if (field <= last) throw new StoreError("snapshot", "fields out of order");
    last = field;
    if (field === tag(nodeFields.key, bytesType)) key = reader.take(reader.uvarint());
    else if (field === tag(nodeFields.value, bytesType)) value = reader.take(reader.uvarint());
    else if (field === tag(nodeFields.version, varintType)) version = reader.uvarint();
    else if (field === tag(nodeFields.height, varintType)) height = reader.uvarint();
    else throw new StoreError("snapshot", `a node has no field ${Math.floor(field / 8)}`);
  }
  return { kind: "node", key, value, version, height };
}

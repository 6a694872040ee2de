import { rmSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { AbciEvent } from "@stoa/consensus";
import { messageOf } from "@stoa/host";
import { type Log, silentLog } from "@stoa/std";
import {
  type EventIndex,
  type IndexedBlock,
  type IndexKind,
  type Matches,
  type SearchFilter,
  type SearchOrder,
  SearchTooWideError,
  type TxPlace,
} from "./event-index.ts";

/** Rows that counting the matches of one attribute may walk: about 50 ms. */
const maxCounted = 2_000_000;
/** Rows that a search by several attributes may walk, by the rarest of them: about 100 ms. */
const maxWalked = 200_000;
/** Ids of attributes that are remembered between blocks. */
const maxKnownIds = 50_000;
/** Pages in memory, in KiB: writing a block touches as many pages as it has attributes. */
const cacheKib = 65_536;
/** Counts that are remembered. */
const maxCounts = 10_000;
/** Longer values are cut here: no query is long enough to ask for them exactly. */
const maxValueLength = 600;
/** Places are one integer that a double holds: heights up to 2^33 with up to 2^20 transactions each. */
const txsPerBlock = 2 ** 20;
const maxHeight = 2n ** 33n - 1n;

/** The file's form; another one is built anew from the blocks. */
const formVersion = 2;

const schema = `
  CREATE TABLE IF NOT EXISTS attribute (id INTEGER PRIMARY KEY, name TEXT NOT NULL, value TEXT NOT NULL, UNIQUE (name, value));
  CREATE TABLE IF NOT EXISTS entry (attribute INTEGER NOT NULL, place INTEGER NOT NULL, PRIMARY KEY (attribute, place)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS height (one INTEGER PRIMARY KEY CHECK (one = 1), height INTEGER NOT NULL);
`;

/** SQLite's codes for a file that is broken, and for one that is no database at all. */
const damageCodes: readonly unknown[] = [11, 26];

function isDamage(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && damageCodes.includes(error.errcode);
}

/** One thing that can be looked for. Names carry what they belong to, so that no two kinds of them meet. */
interface Term {
  readonly name: string;
  readonly value: string;
}

const cut = (value: string): string => (value.length > maxValueLength ? value.slice(0, maxValueLength) : value);
const equalTerm = (kind: IndexKind, name: string, value: string): Term => ({
  name: `${kind}=${name}`,
  value: cut(value),
});
const presenceTerm = (kind: IndexKind, name: string): Term => ({ name: `${kind}?${name}`, value: "" });
const anyTerm = (kind: IndexKind): Term => ({ name: `${kind}*`, value: "" });

/** Everything under which something with these events can be found. */
function* termsOf(kind: IndexKind, events: readonly AbciEvent[]): Generator<Term> {
  yield anyTerm(kind);
  for (const { type, attributes } of events) {
    if (type === "") continue;
    for (const { key, value, index } of attributes) {
      if (!index || key === "") continue;
      yield presenceTerm(kind, `${type}.${key}`);
      yield equalTerm(kind, `${type}.${key}`, value);
    }
  }
}

/** A block's own events and those of each transaction: where they stand, and under what they are found. */
function* placesOf({ height, events, txs }: IndexedBlock): Generator<{ terms: Iterable<Term>; place: number }> {
  yield { terms: distinct(termsOf("block", events)), place: placeOf(height, 0) };
  for (const [index, txEvents] of txs.entries()) {
    yield { terms: distinct(termsOf("tx", txEvents)), place: placeOf(height, index) };
  }
}

function distinct(terms: Iterable<Term>): Iterable<Term> {
  return new Map([...terms].map((term) => [`${term.name}\0${term.value}`, term])).values();
}

function placeOf(height: bigint, index: number): number {
  const bounded = height > maxHeight ? maxHeight : height;
  return Number(bounded) * txsPerBlock + index;
}

function readPlace(place: number): TxPlace {
  return { height: BigInt(Math.floor(place / txsPerBlock)), index: place % txsPerBlock };
}

const numberOf = (row: unknown, column: string): number | undefined => {
  const value = (row as Readonly<Record<string, unknown>> | undefined)?.[column];
  return typeof value === "number" ? value : undefined;
};

/**
 * An event index in SQLite. Every block is one transaction; the file may lose the last of them in a power cut, and gets
 * them again from the chain.
 */
export class SqliteEventIndex implements EventIndex {
  private readonly db: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();
  private readonly ids = new Map<string, number>();
  /** Counts of attributes from a place up to the tip of then. */
  private readonly counts = new Map<number, { readonly low: number; readonly upTo: number; readonly n: number }>();
  private known: bigint;

  private constructor(db: DatabaseSync) {
    this.db = db;
    this.known = BigInt(numberOf(this.sql("SELECT height FROM height").get(), "height") ?? 0);
  }

  /**
   * Opens the index at `path`, or one in memory at `:memory:`. A damaged file begins anew: all that is in it comes from the
   * blocks, and the chain is not to wait for somebody who removes it. Throws what else SQLite throws.
   */
  static open(path: string, log: Log = silentLog): SqliteEventIndex {
    const db = new DatabaseSync(path);
    try {
      return SqliteEventIndex.over(db);
    } catch (error) {
      db.close();
      if (!isDamage(error)) throw error;
      log.error("the event index is damaged and is made anew", { path, reason: messageOf(error) });
      for (const end of ["", "-wal", "-shm"]) rmSync(`${path}${end}`, { force: true });
      return SqliteEventIndex.over(new DatabaseSync(path));
    }
  }

  private static over(db: DatabaseSync): SqliteEventIndex {
    db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 67108864;");
    db.exec(`PRAGMA cache_size = -${cacheKib};`);
    const form = numberOf(db.prepare("PRAGMA user_version").get(), "user_version");
    if (form !== formVersion) {
      db.exec("DROP TABLE IF EXISTS attribute; DROP TABLE IF EXISTS entry; DROP TABLE IF EXISTS height;");
    }
    db.exec(`${schema} PRAGMA user_version = ${formVersion};`);
    return new SqliteEventIndex(db);
  }

  get height(): bigint {
    return this.known;
  }

  append(block: IndexedBlock): void {
    const steps = this.appendInSteps(block);
    while (steps.next().done !== true);
  }

  *appendInSteps(block: IndexedBlock): Generator<undefined, void> {
    // A block that is there already adds nothing, and counts up to the tip hold.
    if (block.height <= this.known) this.counts.clear();
    const add = this.sql("INSERT OR IGNORE INTO entry VALUES (?, ?)");
    this.db.exec("BEGIN");
    try {
      for (const { terms, place } of placesOf(block)) {
        for (const term of terms) add.run(this.idOf(term), place);
        yield;
      }
      this.sql("INSERT INTO height VALUES (1, ?) ON CONFLICT DO UPDATE SET height = excluded.height").run(block.height);
      this.db.exec("COMMIT");
    } catch (error) {
      this.rollBack();
      throw error;
    }
    this.known = block.height;
  }

  remove(block: IndexedBlock): void {
    this.counts.clear();
    this.atomically(() => {
      const remove = this.sql("DELETE FROM entry WHERE attribute = ? AND place = ?");
      const left = this.sql("SELECT 1 AS one FROM entry WHERE attribute = ? LIMIT 1");
      for (const { terms, place } of placesOf(block)) {
        for (const term of terms) {
          const id = this.findId(term);
          if (id === undefined) continue;
          remove.run(id, place);
          if (left.get(id) !== undefined) continue;
          this.sql("DELETE FROM attribute WHERE id = ?").run(id);
          this.ids.delete(`${term.name}\0${term.value}`);
        }
      }
    });
  }

  clear(): void {
    this.atomically(() => this.db.exec("DELETE FROM entry; DELETE FROM attribute; DELETE FROM height;"));
    this.ids.clear();
    this.counts.clear();
    this.known = 0n;
  }

  search(kind: IndexKind, filter: SearchFilter): Matches<TxPlace> {
    const terms = [
      ...filter.equals.map(({ key, value }) => equalTerm(kind, key, value)),
      ...(filter.exists ?? []).map((name) => presenceTerm(kind, name)),
    ];
    if (terms.length === 0) terms.push(anyTerm(kind));
    const low = placeOf(filter.minHeight < 0n ? 0n : filter.minHeight, 0);
    // What is beyond the tip belongs to a block that is being entered.
    const maxHeight = filter.maxHeight < this.known ? filter.maxHeight : this.known;
    const high = placeOf(maxHeight, txsPerBlock - 1);
    const ids = new Set<number>();
    for (const term of terms) {
      const id = this.findId(term);
      if (id === undefined || low > high) return { total: 0, page: async () => [] };
      ids.add(id);
    }
    return this.matchesOf([...ids], low, high);
  }

  private matchesOf(ids: readonly number[], low: number, high: number): Matches<TxPlace> {
    const [only = 0] = ids;
    const [first = only, ...others] = ids.length === 1 ? ids : this.rarestFirst(ids, low, high);
    const also = others.map(() => "AND EXISTS (SELECT 1 FROM entry b WHERE b.attribute = ? AND b.place = a.place)");
    const where = `FROM entry a WHERE a.attribute = ? AND a.place BETWEEN ? AND ? ${also.join(" ")}`;
    const values = [first, low, high, ...others];
    const counted = (): number => numberOf(this.sql(`SELECT count(*) AS n ${where}`).get(...values), "n") ?? 0;
    const total = others.length === 0 ? this.countOf(first, low, high) : counted();
    const page = async (start: number, end: number, order: SearchOrder): Promise<readonly TxPlace[]> => {
      const last = Math.min(end, total);
      if (start >= last) return [];
      // What is nearer to the other end is counted from there: SQLite walks over all that it leaves out.
      const fromEnd = start > total - last;
      const direction = (order === "desc") === fromEnd ? "ASC" : "DESC";
      const text = `SELECT a.place AS place ${where} ORDER BY a.place ${direction} LIMIT ? OFFSET ?`;
      const rows = this.sql(text).all(...values, last - start, fromEnd ? total - last : start);
      const places = rows.map((row) => readPlace(numberOf(row, "place") ?? 0));
      return fromEnd ? places.toReversed() : places;
    };
    return { total, page };
  }

  /**
   * Counts the places of one attribute. Up to the tip only those are walked that came since the last count. Throws
   * SearchTooWideError beyond a bound.
   */
  private countOf(id: number, low: number, high: number): number {
    const tip = placeOf(this.known, txsPerBlock - 1);
    const toTip = high >= tip;
    const known = toTip ? this.counts.get(id) : undefined;
    const before = known?.low === low ? known : { low, upTo: low - 1, n: 0 };
    const text =
      "SELECT count(*) AS n FROM (SELECT 1 FROM entry WHERE attribute = ? AND place BETWEEN ? AND ? LIMIT ?)";
    const since = this.sql(text).get(id, before.upTo + 1, high, maxCounted + 1);
    const n = before.n + (numberOf(since, "n") ?? 0);
    if (n - before.n > maxCounted) throw new SearchTooWideError(`more than ${maxCounted} entries: narrow the query`);
    if (toTip) {
      if (this.counts.size >= maxCounts) this.counts.clear();
      this.counts.set(id, { low, upTo: tip, n });
    }
    return n;
  }

  /** Orders attributes by how many places they have. Throws SearchTooWideError when even the rarest has too many. */
  private rarestFirst(ids: readonly number[], low: number, high: number): number[] {
    const limit = maxWalked;
    const text =
      "SELECT count(*) AS n FROM (SELECT 1 FROM entry WHERE attribute = ? AND place BETWEEN ? AND ? LIMIT ?)";
    const counted = ids.map((id) => ({ id, n: numberOf(this.sql(text).get(id, low, high, limit + 1), "n") ?? 0 }));
    counted.sort((a, b) => a.n - b.n);
    if ((counted[0]?.n ?? 0) > limit) throw new SearchTooWideError(`more than ${limit} entries: narrow the query`);
    return counted.map(({ id }) => id);
  }

  async close(): Promise<void> {
    this.db.close();
  }

  private findId({ name, value }: Term): number | undefined {
    const key = `${name}\0${value}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = numberOf(this.sql("SELECT id FROM attribute WHERE name = ? AND value = ?").get(name, value), "id");
    if (id !== undefined) this.remember(key, id);
    return id;
  }

  private idOf(term: Term): number {
    const { name, value } = term;
    const known = this.ids.get(`${name}\0${value}`);
    if (known !== undefined) return known;
    const text = "INSERT INTO attribute (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id";
    const id = numberOf(this.sql(text).get(name, value), "id") ?? this.findId(term) ?? 0;
    this.remember(`${name}\0${value}`, id);
    return id;
  }

  private remember(key: string, id: number): void {
    if (this.ids.size >= maxKnownIds) this.ids.clear();
    this.ids.set(key, id);
  }

  private atomically(work: () => void): void {
    this.db.exec("BEGIN");
    try {
      work();
      this.db.exec("COMMIT");
    } catch (error) {
      this.rollBack();
      throw error;
    }
  }

  private rollBack(): void {
    this.ids.clear();
    this.db.exec("ROLLBACK");
  }

  private sql(text: string): StatementSync {
    let statement = this.statements.get(text);
    if (statement === undefined) {
      statement = this.db.prepare(text);
      this.statements.set(text, statement);
    }
    return statement;
  }
}

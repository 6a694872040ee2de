/** The names of transactions seen lately, so that the same bytes are not checked twice; the oldest leave first. */
export class TxCache {
  private readonly limit: number;
  private readonly seen = new Set<string>();
  /** Stands before the oldest name for good: one begun anew would first pass all that have left since the set grew. */
  private readonly oldest = this.seen.values();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Remembers a transaction; false if it was known, which makes it recent again. */
  push(name: string): boolean {
    const known = this.seen.delete(name);
    this.seen.add(name);
    if (this.seen.size > this.limit) {
      const { value } = this.oldest.next();
      if (value !== undefined) this.seen.delete(value);
    }
    return !known;
  }

  remove(name: string): void {
    this.seen.delete(name);
  }
}

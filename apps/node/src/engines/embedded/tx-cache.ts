/** The names of transactions seen lately, so that the same bytes are not checked twice; the oldest leave first. */
export class TxCache {
  private readonly limit: number;
  private readonly seen = new Set<string>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Remembers a transaction; false if it was known, which makes it recent again. */
  push(name: string): boolean {
    const known = this.seen.delete(name);
    this.seen.add(name);
    if (this.seen.size > this.limit) {
      for (const oldest of this.seen) {
        this.seen.delete(oldest);
        break;
      }
    }
    return !known;
  }

  remove(name: string): void {
    this.seen.delete(name);
  }
}

/** Account keys that were read from the chain: a key never changes once it is there, so it is asked for once. */
import type { ChainQueries } from "./ports.ts";

/** Tenants remembered at once; the oldest go first. A key with its address is under 200 bytes. */
const maxKeys = 10_000;

export class KeyCache implements Pick<ChainQueries, "accountPublicKey"> {
  readonly #chain: Pick<ChainQueries, "accountPublicKey">;
  readonly #keys = new Map<string, Uint8Array>();

  constructor(chain: Pick<ChainQueries, "accountPublicKey">) {
    this.#chain = chain;
  }

  /** An account without a key is asked for again: it may sign its first transaction any time. */
  async accountPublicKey(address: string): Promise<Uint8Array | undefined> {
    const known = this.#keys.get(address);
    if (known !== undefined) return known;
    const key = await this.#chain.accountPublicKey(address);
    if (key === undefined) return undefined;
    const [oldest] = this.#keys.keys();
    if (this.#keys.size >= maxKeys && oldest !== undefined) this.#keys.delete(oldest);
    this.#keys.set(address, key);
    return key;
  }
}

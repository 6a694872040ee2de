/** Which lease holds which host name here (provider.md §3.4). Names compare in lower case. */
import { type LeaseId, leaseKey } from "../runtimes/runtime.ts";

export interface HostnameTableParams {
  /** Names that nobody may hold; one that starts with a dot stands for a domain and everything under it. */
  readonly blocked: readonly string[];
  /** Domain of the names that leases get by themselves: nobody asks for a name of that form, it would be another's. */
  readonly ingressDomain: string;
}

/** The label of a generated name (`generatedHost` in the engine). */
const generatedLabel = /^[0-9a-v]{26}$/;

export class HostnameTable {
  readonly #blocked: readonly string[];
  readonly #generatedSuffix: string;
  #holders = new Map<string, LeaseId>();

  constructor(params: HostnameTableParams) {
    this.#blocked = params.blocked.map((name) => name.toLowerCase());
    this.#generatedSuffix = `.${params.ingressDomain.toLowerCase()}`;
  }

  #blockage(name: string): string | undefined {
    const refused = (what: string) =>
      `hostname not allowed: ${what}${JSON.stringify(name)} is blocked by this provider`;
    const generated = name.endsWith(this.#generatedSuffix) && name.slice(0, -this.#generatedSuffix.length);
    if (generated !== false && generatedLabel.test(generated)) return refused("");
    for (const blocked of this.#blocked) {
      if (name === blocked || (blocked.startsWith(".") && name === blocked.slice(1))) return refused("");
      if (blocked.startsWith(".") && name.endsWith(blocked)) return refused("domain ");
    }
    return undefined;
  }

  /** Why an owner may not hold one of these names, in the reference's words. */
  problem(owner: string, names: readonly string[]): string | undefined {
    for (const given of names) {
      const name = given.toLowerCase();
      const blockage = this.#blockage(name);
      if (blockage !== undefined) return blockage;
      const holder = this.#holders.get(name);
      if (holder !== undefined && holder.owner !== owner) {
        return `hostname not allowed: host ${JSON.stringify(name)} in use`;
      }
    }
    return undefined;
  }

  /**
   * Gives a lease these names and takes away its others. Names that another lease of the same owner holds stay
   * there; they are the answer. The caller asked `problem` before.
   */
  reserve(lease: LeaseId, names: readonly string[]): ReadonlySet<string> {
    const key = leaseKey(lease);
    const wanted = new Set(names.map((name) => name.toLowerCase()));
    for (const [name, holder] of this.#holders) {
      if (leaseKey(holder) === key && !wanted.has(name)) this.#holders.delete(name);
    }
    const withheld = new Set<string>();
    for (const name of wanted) {
      const holder = this.#holders.get(name);
      if (holder === undefined || leaseKey(holder) === key) this.#holders.set(name, lease);
      else withheld.add(name);
    }
    return withheld;
  }

  /** Moves names to a lease of the same owner. The caller asked `problem` before. */
  transfer(lease: LeaseId, names: readonly string[]): void {
    for (const name of names) this.#holders.set(name.toLowerCase(), lease);
  }

  /** The leases that hold any of these names, one entry a name. */
  holders(names: readonly string[]): readonly LeaseId[] {
    return names.flatMap((name) => this.#holders.get(name.toLowerCase()) ?? []);
  }

  /** What brings everything back to how it is now. */
  memento(): () => void {
    const before = new Map(this.#holders);
    return () => {
      this.#holders = before;
    };
  }

  /** The names of these that a lease does not hold. */
  withheld(lease: LeaseId, names: readonly string[]): ReadonlySet<string> {
    const key = leaseKey(lease);
    const lower = names.map((name) => name.toLowerCase());
    return new Set(
      lower.filter((name) => {
        const holder = this.#holders.get(name);
        return holder === undefined || leaseKey(holder) !== key;
      }),
    );
  }

  release(lease: LeaseId): void {
    const key = leaseKey(lease);
    for (const [name, holder] of this.#holders) if (leaseKey(holder) === key) this.#holders.delete(name);
  }
}

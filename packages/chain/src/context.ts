import type { Hash, Verifier } from "@stoa/std";
import type { KVStore } from "@stoa/store";
import type { ConsensusParams, Timestamp } from "./abci.ts";
import { EventManager } from "./events.ts";
import { GasMeter, MeteredStore } from "./gas.ts";
import type { State } from "./state.ts";

/** What is being run. */
export type Mode = "genesis" | "block" | "deliver" | "check" | "recheck" | "simulate" | "query";

/** The block in which work happens; for checks and queries the next or the asked one. */
export interface BlockInfo {
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly proposer: Uint8Array;
  readonly consensusParams: ConsensusParams;
}

/** Crypto of the host, as synchronous ports. */
export interface CryptoPorts {
  readonly hash: Hash;
  readonly verifier: Verifier;
}

interface ContextParts {
  readonly state: State;
  readonly block: BlockInfo;
  readonly mode: Mode;
  readonly crypto: CryptoPorts;
  readonly gas: GasMeter;
  readonly events: EventManager;
}

/**
 * What a handler works with: metered stores, the block, the gas meter and the events. Handlers keep no state of
 * their own; everything that outlives a call is in a store.
 */
export class Context {
  readonly state: State;
  readonly block: BlockInfo;
  readonly mode: Mode;
  readonly crypto: CryptoPorts;
  readonly gas: GasMeter;
  readonly events: EventManager;

  constructor(parts: ContextParts) {
    this.state = parts.state;
    this.block = parts.block;
    this.mode = parts.mode;
    this.crypto = parts.crypto;
    this.gas = parts.gas;
    this.events = parts.events;
  }

  /** A context without a gas limit and with no events yet. */
  static fresh(parts: Omit<ContextParts, "gas" | "events">): Context {
    return new Context({ ...parts, gas: GasMeter.unlimited(), events: new EventManager() });
  }

  get simulate(): boolean {
    return this.mode === "simulate";
  }

  /** The named store, charging this context's meter. */
  store(name: string): KVStore {
    return new MeteredStore(this.state.store(name), this.gas);
  }

  /** The named store without charging gas. */
  unmetered(name: string): KVStore {
    return this.state.store(name);
  }

  /** The same context with some parts replaced. */
  with(parts: Partial<ContextParts>): Context {
    return new Context({
      state: this.state,
      block: this.block,
      mode: this.mode,
      crypto: this.crypto,
      gas: this.gas,
      events: this.events,
      ...parts,
    });
  }

  /**
   * Runs work on a branch of the state with events of its own. Kept, both join this context; if the work throws,
   * neither does.
   */
  attempt<T>(work: (ctx: Context) => T): T {
    const state = this.state.branch();
    const events = new EventManager();
    const result = work(this.with({ state, events }));
    state.merge();
    this.events.append(events.events);
    return result;
  }
}

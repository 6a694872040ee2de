/** The status for those who follow it: looked at while somebody does, told when it changed (provider.md §6.7). */
import { messageOf } from "@stoa/host";
import { equalBytes, type Timer, type Timers } from "@stoa/std";
import { encode } from "@stoa/wire";
import { type Status, StatusSchema } from "@stoa/wire/akash.provider.v1";
import { stamped } from "./status-message.ts";

/** How often the status is looked at while somebody follows it. */
const lookEveryMs = 1_000;

export interface StatusFeedParams {
  /** The status now, without a time. */
  readonly read: () => Promise<Status>;
  readonly nowNs: () => bigint;
  readonly timers: Timers;
}

/** Somebody who follows the status. */
export interface Follower {
  /** Hears the status at once and after every change: an encoded Status. */
  tell(status: Uint8Array): void;
  /** The feed ends: nothing could be read yet, or the provider stops. */
  end(reason: string): void;
}

/** What was read last. */
interface Seen {
  readonly status: Status;
  /** The status without its time, to compare. */
  readonly content: Uint8Array;
  /** As it was told. */
  readonly told: Uint8Array;
  /** Why the look after it failed; "" when it did not. */
  readonly problem: string;
}

export class StatusFeed {
  readonly #params: StatusFeedParams;
  readonly #followers = new Set<Follower>();
  #seen: Seen | undefined;
  #timer: Timer | undefined;
  #looking = false;

  constructor(params: StatusFeedParams) {
    this.#params = params;
  }

  get size(): number {
    return this.#followers.size;
  }

  /** Begins to tell; answers how to end that. */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    if (this.#seen !== undefined) follower.tell(this.#seen.told);
    if (this.#timer === undefined) {
      this.#timer = this.#params.timers.every(lookEveryMs, () => void this.#look());
      void this.#look();
    }
    return () => {
      this.#followers.delete(follower);
      if (this.#followers.size === 0) this.#rest();
    };
  }

  /** Ends everybody's feed. */
  close(reason = "the provider is stopping"): void {
    const followers = [...this.#followers];
    this.#followers.clear();
    this.#rest();
    for (const follower of followers) follower.end(reason);
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#seen = undefined;
  }

  async #look(): Promise<void> {
    // An engine that answers slowly is not asked twice at once.
    if (this.#looking) return;
    this.#looking = true;
    try {
      this.#saw(await this.#params.read(), "");
    } catch (cause) {
      // Who follows keeps what was known, and hears what is wrong now.
      if (this.#seen === undefined) this.close(messageOf(cause));
      else this.#saw(this.#seen.status, messageOf(cause));
    } finally {
      this.#looking = false;
    }
  }

  #saw(status: Status, problem: string): void {
    if (this.#followers.size === 0) return;
    const content = encode(StatusSchema, status);
    const before = this.#seen;
    if (before !== undefined && before.problem === problem && equalBytes(before.content, content)) return;
    const now = stamped(status, this.#params.nowNs(), problem === "" ? [] : [problem]);
    const told = encode(StatusSchema, now);
    this.#seen = { status, content, told, problem };
    for (const follower of this.#followers) follower.tell(told);
  }
}

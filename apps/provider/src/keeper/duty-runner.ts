/** Carries out duties, one of a kind and subject at a time; what fails is held off, longer each time, and asked for again. */
import type { Log } from "@stoa/std";

/** What fails is tried again after this, then after twice as long, and so on. */
const holdOffFirstMs = 1_000;
const holdOffMaxMs = 30_000;

interface HoldOff {
  readonly untilMs: number;
  readonly lengthMs: number;
}

export interface Duty {
  /** Two duties of one kind and subject do not run at once. */
  readonly kind: string;
  readonly subject: string;
  /** For the log. */
  readonly name: string;
  carryOut(): Promise<void>;
}

export class DutyRunner {
  readonly #nowMs: () => number;
  readonly #log: Log;
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #holdOffs = new Map<string, HoldOff>();
  #stopped = false;

  constructor(params: { readonly nowMs: () => number; readonly log: Log }) {
    this.#nowMs = params.nowMs;
    this.#log = params.log;
  }

  /** Begins a duty, unless it is under way, held off, or nothing begins any more. */
  start({ kind, subject, name, carryOut }: Duty): void {
    const key = `${kind} ${subject}`;
    const holdOff = this.#holdOffs.get(key);
    if (this.#inFlight.has(key) || this.#stopped || this.#nowMs() < (holdOff?.untilMs ?? 0)) return;
    const work = carryOut()
      .then(() => this.#holdOffs.delete(key))
      .catch((cause) => {
        const lengthMs = Math.min(holdOffMaxMs, holdOff === undefined ? holdOffFirstMs : holdOff.lengthMs * 2);
        this.#holdOffs.set(key, { untilMs: this.#nowMs() + lengthMs, lengthMs });
        this.#log.warn("not done", { action: name, subject, lengthMs, reason: String(cause) });
      })
      .finally(() => this.#inFlight.delete(key))
      .then(() => {});
    this.#inFlight.set(key, work);
  }

  /** Forgets failures that nobody tried again. */
  forgetOld(): void {
    for (const [key, { untilMs }] of this.#holdOffs) {
      if (this.#nowMs() > untilMs + holdOffMaxMs) this.#holdOffs.delete(key);
    }
  }

  /** Nothing new begins; resolves when all that is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#inFlight.values());
  }
}

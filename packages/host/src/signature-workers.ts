import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Log, SignatureScheme } from "@stoa/std";
import { messageOf } from "./errors.ts";
import { fitsRecord, packRecords, recordAt, recordBytes, type SignatureRecord } from "./signature-record.ts";
import type { RememberingVerifier } from "./verified-signatures.ts";

/** Threads at most: one thread that answers feeds no more. */
const maxWorkers = 4;

/** Processors that are left alone: the one that answers, and one for collector, disk and other programs. */
const otherProcessors = 2;

/** Fewer signatures are verified sooner than sent to another thread and back. */
const minPerWorker = 4;

/** A signature that will probably be asked for. */
export interface SignatureToCheck {
  readonly scheme: SignatureScheme;
  readonly publicKey: Uint8Array;
  readonly digestOrMessage: Uint8Array;
  readonly signature: Uint8Array;
}

/** What {@link SignatureWorkers} needs. */
export interface SignatureWorkersParams {
  /** Is told which signatures are good, and goes on to verify all others itself. */
  readonly verifier: RememberingVerifier;
  readonly log: Log;
  /** Threads; without it one for each processor but two, 4 at most. */
  readonly count?: number;
  /** What the threads run; tests give another. */
  readonly script?: URL;
}

interface Batch {
  readonly packed: Uint8Array;
  settle(): void;
}

/**
 * Verifies secp256k1 signatures in other threads before they are asked for (docs/decisions/signatures-ahead.md). The threads
 * start with the first batch. One that fails is given up, with a warning: what it had is verified where it is asked for.
 */
export class SignatureWorkers {
  private readonly params: SignatureWorkersParams;
  private readonly count: number;
  private workers: SignatureWorker[] | undefined;

  constructor(params: SignatureWorkersParams) {
    this.params = params;
    this.count = params.count ?? Math.min(maxWorkers, availableParallelism() - otherProcessors);
  }

  /** False where there is no processor for it. */
  get isUseful(): boolean {
    return this.count > 0;
  }

  /** Settles when the verifier knows which of the signatures are good, or that it will not be told. Never rejects. */
  async check(signatures: readonly SignatureToCheck[]): Promise<void> {
    const records: SignatureRecord[] = [];
    for (const { scheme, publicKey, digestOrMessage: digest, signature } of signatures) {
      const record = { publicKey, digest, signature };
      if (scheme === "secp256k1" && fitsRecord(record)) records.push(record);
    }
    if (records.length < minPerWorker) return;
    const workers = this.open();
    if (workers.length === 0) return;
    const each = Math.max(minPerWorker, Math.ceil(records.length / workers.length));
    const parts = workers.map((worker, i) => worker.check(records.slice(i * each, (i + 1) * each)));
    await Promise.all(parts);
  }

  /** Ends the threads. What they have not answered is verified where it is asked for. */
  async close(): Promise<void> {
    const workers = this.workers ?? [];
    this.workers = [];
    await Promise.all(workers.map((worker) => worker.close()));
  }

  private open(): readonly SignatureWorker[] {
    if (this.workers !== undefined) return this.workers;
    const { verifier, log, script = new URL("./run-signature-worker.ts", import.meta.url) } = this.params;
    const lost = (worker: SignatureWorker, reason: string): void => {
      log.warn("a thread that verifies signatures has failed; they are verified without it", { reason });
      this.workers = this.workers?.filter((one) => one !== worker);
    };
    this.workers = Array.from({ length: this.count }, () => new SignatureWorker(script, verifier, lost));
    return this.workers;
  }
}

/** One thread and what it has not answered yet, first one first. */
class SignatureWorker {
  private readonly thread: Worker;
  private readonly verifier: RememberingVerifier;
  private readonly waiting: Batch[] = [];
  private isClosed = false;

  constructor(script: URL, verifier: RememberingVerifier, lost: (worker: SignatureWorker, reason: string) => void) {
    this.verifier = verifier;
    this.thread = new Worker(script);
    // Only while it is asked does anybody wait for it.
    this.thread.unref();
    this.thread.on("message", (verdicts: Uint8Array) => this.take(verdicts));
    let reason = "it ended";
    this.thread.on("error", (error) => {
      reason = messageOf(error);
    });
    this.thread.on("exit", () => {
      if (!this.isClosed) lost(this, reason);
      this.isClosed = true;
      for (const { settle } of this.waiting.splice(0)) settle();
    });
  }

  check(records: readonly SignatureRecord[]): Promise<void> {
    if (records.length === 0 || this.isClosed) return Promise.resolve();
    const packed = packRecords(records);
    return new Promise((settle) => {
      this.waiting.push({ packed, settle });
      this.thread.ref();
      // Copied, not handed over: the verdicts are about what was sent.
      this.thread.postMessage(packed);
    });
  }

  private take(verdicts: Uint8Array): void {
    const batch = this.waiting.shift();
    if (batch === undefined) return;
    for (let i = 0; i < batch.packed.length / recordBytes; i++) {
      if (verdicts[i] !== 1) continue;
      const { publicKey, digest, signature } = recordAt(batch.packed, i);
      this.verifier.remember("secp256k1", publicKey, digest, signature);
    }
    if (this.waiting.length === 0) this.thread.unref();
    batch.settle();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.thread.terminate();
  }
}

/**
 * Sends the transactions of one account, one after another: sequence, gas, signature, broadcast, and the wait for a
 * block. Several messages of different callers never meet with one sequence.
 */

import { create } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { ceilDiv, type Timers } from "@stoa/std";
import { decode, encode } from "@stoa/wire";
import { Service, SimulateRequestSchema, SimulateResponseSchema } from "@stoa/wire/cosmos.tx.v1beta1";
import type { ChainClient, IncludedTx } from "./chain-client.ts";
import { ChainError } from "./errors.ts";
import { buildTx, buildUnsignedTx, type Fee, type Signer } from "./tx-builder.ts";

/** What a transaction pays: the limit is the simulated gas times a factor; the price is per gas. */
export interface GasPolicy {
  /** In hundredths: 150 is one and a half times what the simulation used. */
  readonly factorPercent: bigint;
  readonly denom: string;
  /** Price of one gas in millionths of the denomination's unit, so that 25,000 is the usual 0.025. */
  readonly priceMillionths: bigint;
}

export const defaultGas: GasPolicy = { factorPercent: 150n, denom: "uakt", priceMillionths: 25_000n };

export interface BroadcasterParams {
  readonly client: ChainClient;
  readonly signer: Signer;
  readonly timers: Timers;
  readonly gas?: GasPolicy;
  /** Longest wait for a block. */
  readonly includeTimeoutMs?: number;
}

export interface SendOptions {
  readonly memo?: string;
  /** Account that pays the fee. */
  readonly feeGranter?: string;
  /** Leaves the simulation out. */
  readonly gasLimit?: bigint;
  /** What is paid, in the place of the limit's price. */
  readonly fees?: readonly { readonly denom: string; readonly amount: string }[];
}

const includeTimeoutMsDefault = 60_000;
/**
 * Between two looks for a transaction in a block: an eighth of what was waited already, so that it is found soon whatever
 * the block interval, and a long wait asks little.
 */
const pollMinMs = 40;
const pollMaxMs = 1_000;
const pollPart = 8;
/** A sequence can be wrong because somebody else uses the key, or after a restart; more often it is something else. */
const sequenceAttemptsMax = 4;
/** Each costs a fee; a limit that is too small three times over has another reason. */
const gasAttemptsMax = 3;
const outOfGas = { codespace: "sdk", code: 11 };
const wrongSequence = { codespace: "sdk", code: 32 };

/** A simulation loses the code; its text is the one that clients match (base-chain.md §4.3). */
function isWrongSequence(error: ChainError): boolean {
  return (
    error.is(wrongSequence.codespace, wrongSequence.code) ||
    (error.code === "refused" && /account sequence mismatch, expected \d+/.test(error.message))
  );
}

export class Broadcaster {
  readonly #client: ChainClient;
  readonly #signer: Signer;
  readonly #timers: Timers;
  readonly #gas: GasPolicy;
  readonly #includeTimeoutMs: number;
  #tail: Promise<unknown> = Promise.resolve();
  #chainId = "";
  #accountNumber = 0n;
  /** `null` when the chain has to be asked. */
  #sequence: bigint | null = null;

  constructor(params: BroadcasterParams) {
    this.#client = params.client;
    this.#signer = params.signer;
    this.#timers = params.timers;
    this.#gas = params.gas ?? defaultGas;
    this.#includeTimeoutMs = params.includeTimeoutMs ?? includeTimeoutMsDefault;
  }

  get address(): string {
    return this.#signer.address;
  }

  /**
   * Sends messages in one transaction and waits until a block holds it. Throws ChainError: `refused` with the
   * application's code when the check or the block refused it, `not-included` when no block came in time.
   *
   * Between the simulation and its block others may have made the work larger, such as bids on a deployment that is
   * closed: what ran out of simulated gas, and so did nothing, is simulated and sent again.
   */
  async send(messages: readonly Any[], options: SendOptions = {}): Promise<IncludedTx> {
    const simulated = options.gasLimit === undefined && options.fees === undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.wait(await this.submit(messages, options));
      } catch (error) {
        const again = simulated && error instanceof ChainError && error.is(outOfGas.codespace, outOfGas.code);
        if (!again || attempt >= gasAttemptsMax) throw error;
      }
    }
  }

  /** Hands the transaction to the node and gives its hash; calls queue up behind one another. */
  submit(messages: readonly Any[], options: SendOptions = {}): Promise<string> {
    const sent = this.#tail.then(() => this.#submitNow(messages, options));
    this.#tail = sent.catch(() => {});
    return sent;
  }

  async #submitNow(messages: readonly Any[], options: SendOptions): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const sequence = await this.#currentSequence();
      try {
        const fee = await this.#fee(messages, sequence, options);
        const tx = await buildTx(this.#txParams(messages, sequence, fee, options), this.#signer);
        const answer = await this.#client.broadcast(tx);
        if (answer.code === 0) {
          this.#sequence = sequence + 1n;
          return answer.hash;
        }
        const details = { codespace: answer.codespace, abciCode: answer.code };
        throw new ChainError("refused", answer.log || `code ${answer.code}`, details);
      } catch (cause) {
        this.#sequence = null;
        const again = cause instanceof ChainError && isWrongSequence(cause);
        if (!again || attempt >= sequenceAttemptsMax) throw cause;
        // The node names the sequence that it expects, counting what waits for a block; the account query does not.
        const expected = /expected (\d{1,19})/.exec(cause.message)?.[1];
        if (expected !== undefined && BigInt(expected) !== sequence) this.#sequence = BigInt(expected);
      }
    }
  }

  async #currentSequence(): Promise<bigint> {
    if (this.#chainId === "") this.#chainId = (await this.#client.status()).chainId;
    if (this.#sequence !== null && this.#accountNumber > 0n) return this.#sequence;
    const account = await this.#client.account(this.#signer.address);
    if (account === null) {
      throw new ChainError(
        "no-account",
        `the account ${this.#signer.address} does not exist yet; send it something first`,
      );
    }
    this.#accountNumber = account.accountNumber;
    this.#sequence ??= account.sequence;
    return this.#sequence;
  }

  #txParams(messages: readonly Any[], sequence: bigint, fee: Fee, options: SendOptions) {
    const { memo = "" } = options;
    return { chainId: this.#chainId, accountNumber: this.#accountNumber, sequence, messages, fee, memo };
  }

  async #fee(messages: readonly Any[], sequence: bigint, options: SendOptions): Promise<Fee> {
    const granter = options.feeGranter ?? "";
    let { gasLimit } = options;
    gasLimit ??= ceilDiv((await this.#estimateAt(sequence, messages, options)) * this.#gas.factorPercent, 100n);
    if (options.fees !== undefined) return { amount: options.fees, gasLimit, granter };
    const amount = ceilDiv(gasLimit * this.#gas.priceMillionths, 1_000_000n);
    const coins = amount === 0n ? [] : [{ denom: this.#gas.denom, amount: String(amount) }];
    return { amount: coins, gasLimit, granter };
  }

  /** Gas that these messages would use now; nothing is sent. Throws ChainError as {@link simulate} does. */
  async estimate(messages: readonly Any[], options: SendOptions = {}): Promise<bigint> {
    return this.#estimateAt(await this.#currentSequence(), messages, options);
  }

  #estimateAt(sequence: bigint, messages: readonly Any[], options: SendOptions): Promise<bigint> {
    // To pay a fee costs gas too, on some chains half as much as a small message: a fee of one unit, since nobody knows
    // the real one before.
    const least = this.#gas.priceMillionths === 0n ? [] : [{ denom: this.#gas.denom, amount: "1" }];
    const fee = { amount: options.fees ?? least, gasLimit: 0n, granter: options.feeGranter ?? "" };
    return this.simulate(buildUnsignedTx(this.#txParams(messages, sequence, fee, options), this.#signer.publicKey));
  }

  /** Gas that the transaction would use now. Throws ChainError `query` or `refused` with the application's reason. */
  async simulate(txBytes: Uint8Array): Promise<bigint> {
    const path = `/${Service.typeName}/${Service.method.simulate.name}`;
    const request = encode(SimulateRequestSchema, create(SimulateRequestSchema, { txBytes }));
    try {
      const answer = decode(SimulateResponseSchema, await this.#client.abciQuery(path, request));
      return answer.gasInfo?.gasUsed ?? 0n;
    } catch (cause) {
      if (!(cause instanceof ChainError) || cause.code !== "query") throw cause;
      const { codespace, abciCode } = cause;
      throw new ChainError("refused", cause.message, { codespace, abciCode, cause });
    }
  }

  /** Waits for a transaction that a node took. */
  async wait(hash: string): Promise<IncludedTx> {
    let waitedMs = 0;
    for (;;) {
      const found = await this.#client.transaction(hash);
      if (found !== null) {
        const { code, codespace, log } = found.result;
        if (code === 0) return found;
        throw new ChainError("refused", log || `code ${code}`, { codespace, abciCode: code });
      }
      if (waitedMs >= this.#includeTimeoutMs) {
        // What waits in vain may still come: the next transaction asks the chain for its sequence.
        this.#sequence = null;
        throw new ChainError("not-included", `no block holds transaction ${hash} after ${waitedMs} ms`);
      }
      const pauseMs = Math.min(pollMaxMs, Math.max(pollMinMs, Math.ceil(waitedMs / pollPart)));
      await new Promise<void>((resolve) => this.#timers.after(pauseMs, resolve));
      waitedMs += pauseMs;
    }
  }
}

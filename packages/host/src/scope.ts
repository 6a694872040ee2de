import { assert, type Log } from "@stoa/std";
import { messageOf } from "./errors.ts";

type Close = () => void | Promise<void>;

/** Several resources could not be released; the first failure is the cause, all are listed. */
export class ScopeError extends Error {
  override readonly name = "ScopeError";
  readonly failures: readonly unknown[];

  constructor(failures: readonly unknown[]) {
    super(`cannot release: ${failures.map(messageOf).join("; ")}`, { cause: failures[0] });
    this.failures = failures;
  }
}

/**
 * What a program holds, released in reverse order of acquisition. A resource registers as soon as it exists, so a start
 * that fails half way releases what it had: see {@link Scope.start}.
 */
export class Scope {
  private readonly held: { readonly name: string; readonly close: Close }[] = [];
  private readonly log: Log | undefined;
  private closing: Promise<void> | undefined;

  constructor(params: { readonly log?: Log } = {}) {
    this.log = params.log;
  }

  /** Runs `build`; if it throws, releases what it had registered and throws on. */
  static async start<T>(
    build: (scope: Scope) => Promise<T>,
    params: { readonly log?: Log } = {},
  ): Promise<StartedScope<T>> {
    const scope = new Scope(params);
    try {
      return { value: await build(scope), scope };
    } catch (error) {
      try {
        await scope.close();
      } catch (failure) {
        params.log?.error("cannot release after a failed start", { reason: messageOf(failure) });
      }
      throw error;
    }
  }

  /** Registers how to release something; the name is for logs. */
  defer(name: string, close: Close): void {
    assert(this.closing === undefined, `${name} was acquired while its scope closes`);
    this.held.push({ name, close });
  }

  /** Registers something that can close itself, and returns it. */
  add<T extends { close(): void | Promise<void> }>(name: string, resource: T): T {
    this.defer(name, () => resource.close());
    return resource;
  }

  /** Releases everything, last first, also when some fail (then: ScopeError). Closing twice is once. */
  close(): Promise<void> {
    this.closing ??= this.release();
    return this.closing;
  }

  private async release(): Promise<void> {
    const failures: unknown[] = [];
    for (let item = this.held.pop(); item !== undefined; item = this.held.pop()) {
      try {
        await item.close();
        this.log?.debug("released", { resource: item.name });
      } catch (error) {
        failures.push(error);
        this.log?.error("cannot release", { resource: item.name, reason: messageOf(error) });
      }
    }
    if (failures.length > 0) throw new ScopeError(failures);
  }
}

/** What {@link Scope.start} built, and the scope that holds it. */
export interface StartedScope<T> {
  readonly value: T;
  readonly scope: Scope;
}

/** Aborts at Ctrl-C, SIGTERM or SIGHUP, and says so; a second signal ends the process at once. */
export function stopSignal(onStop: () => void): { readonly signal: AbortSignal; release(): void } {
  const abort = new AbortController();
  const stop = (): void => {
    if (abort.signal.aborted) process.exit(130);
    abort.abort();
    onStop();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.on(name, stop);
  return {
    signal: abort.signal,
    release() {
      for (const name of signals) process.off(name, stop);
    },
  };
}

/** The work's outcome, or undefined as soon as the signal comes. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
  // A failure after the stop has nobody to tell.
  work.catch(() => undefined);
  return Promise.race([work, stopped]);
}

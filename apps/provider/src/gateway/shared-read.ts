/** One read for everybody who asks within a moment: open routes must not let strangers keep the engine busy. */
export function sharedRead<T>(read: () => Promise<T>, forMs: number, nowMs: () => number): () => Promise<T> {
  let last: { readonly atMs: number; readonly answer: Promise<T> } | undefined;
  return () => {
    if (last !== undefined && nowMs() - last.atMs < forMs) return last.answer;
    const mine = { atMs: nowMs(), answer: read() };
    last = mine;
    // A failure is told to those who wait for it, not to those who come later.
    mine.answer.catch(() => {
      if (last === mine) last = undefined;
    });
    return mine.answer;
  };
}

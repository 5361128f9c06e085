// How do several reasons to stop become one signal? Without AbortSignal.any, which Safari has since 17.4 only.

/** A signal that aborts with the first of these, and a function that lets go of them. */
export function merged(...signals: (AbortSignal | undefined)[]): { signal: AbortSignal; release: () => void } {
  const one = new AbortController();
  const undo: (() => void)[] = [];
  for (const signal of signals) {
    if (!signal) continue;
    const abort = () => one.abort(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
    undo.push(() => signal.removeEventListener("abort", abort));
  }
  return { signal: one.signal, release: () => undo.forEach((each) => void each()) };
}

/** What the promise gives, or the signal's reason as soon as it aborts. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

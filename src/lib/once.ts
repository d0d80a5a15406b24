/** Returns a function that calls `create` until it succeeds, and then always returns that result. */
export function once<Value>(create: () => Promise<Value>): () => Promise<Value> {
  let pending: Promise<Value> | null = null;
  return () => {
    pending ??= create().catch((cause: unknown) => {
      pending = null;
      throw cause;
    });
    return pending;
  };
}

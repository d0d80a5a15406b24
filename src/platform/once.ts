/** Caches the result of the first successful call. After a failure, the next call tries again. */
export function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let pending: Promise<Value> | null = null;
  return () => {
    pending ??= make().catch((cause: unknown) => {
      pending = null;
      throw cause;
    });
    return pending;
  };
}

import { countChanges, type Topic } from './changes.ts';

/**
 * Reads a value from the control API. All callers share it until one of its topics changes.
 *
 * @throws like the control API
 */
export interface Query<Value> {
  (): Promise<Value>;
  /** Changes whenever the value must be read again. */
  version(): number;
  /** The latest value, possibly outdated; undefined before the first read. */
  latest(): Value | undefined;
}

/** Creates a query. @param topics changes of these topics invalidate the value */
export function createQuery<Value>(topics: readonly Topic[], ask: () => Promise<Value>): Query<Value> {
  let pending: { readonly result: Promise<Value>; readonly version: number } | null = null;
  let latest: Value | undefined;
  const version = () => countChanges(...topics);
  const read = () => {
    if (pending?.version === version()) return pending.result;
    const request = { result: ask(), version: version() };
    pending = request;
    request.result.then(
      (value) => {
        if (pending === request) latest = value;
      },
      () => {
        if (pending === request) pending = null;
      },
    );
    return request.result;
  };
  return Object.assign(read, { version, latest: () => latest });
}

/** Creates one query per name, for values that never change while the server runs. */
export function createQueries<Value>(ask: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const all = new Map<string, Query<Value>>();
  return (name) => {
    const cached = all.get(name) ?? createQuery([], () => ask(name));
    all.set(name, cached);
    return cached();
  };
}

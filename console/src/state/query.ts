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
export function query<Value>(topics: readonly Topic[], ask: () => Promise<Value>): Query<Value> {
  let newest: { readonly answer: Promise<Value>; readonly version: number } | null = null;
  let latest: Value | undefined;
  const version = () => countChanges(...topics);
  const read = () => {
    if (newest?.version === version()) return newest.answer;
    const asked = { answer: ask(), version: version() };
    newest = asked;
    asked.answer.then(
      (value) => {
        if (newest === asked) latest = value;
      },
      () => {
        if (newest === asked) newest = null;
      },
    );
    return asked.answer;
  };
  return Object.assign(read, { version, latest: () => latest });
}

/** Creates one query per name, for values that never change while the server runs. */
export function queries<Value>(ask: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const all = new Map<string, Query<Value>>();
  return (name) => {
    const known = all.get(name) ?? query([], () => ask(name));
    all.set(name, known);
    return known();
  };
}

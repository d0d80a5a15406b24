import { countChanges, type Topic } from './changes.ts';

/**
 * Reads something from the control API. What was read is shared by all callers until something changes that it depends on.
 *
 * @throws as the control API does
 */
export interface Query<Value> {
  (): Promise<Value>;
  /** Another number once it has to be read again. */
  version(): number;
  /** The value that was read last, possibly out of date; undefined before. */
  latest(): Value | undefined;
}

/** @param topics the value is read again once one of these has changed */
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
        // Try again next time.
        if (newest === asked) newest = null;
      },
    );
    return asked.answer;
  };
  return Object.assign(read, { version, latest: () => latest });
}

/** A query for each name, of what stays the same for as long as the server runs. */
export function queries<Value>(ask: (name: string) => Promise<Value>): (name: string) => Promise<Value> {
  const all = new Map<string, Query<Value>>();
  return (name) => {
    const known = all.get(name) ?? query([], () => ask(name));
    all.set(name, known);
    return known();
  };
}

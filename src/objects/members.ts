/** Members of objects by name, with the types that the functions of `Object` lose. */

/**
 * A member of an object, if the object itself has it. A name from a request may be one that every object inherits
 * (`constructor`, `toString`). So tables use this function for such names, or are maps.
 */
export function own<Value>(members: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Is it an object? Its members may be anything. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** A member of a value of any kind; undefined if it is no object, or has no such member itself. */
export function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) ? own(value, name) : undefined;
}

/** Is a word one of a list of literal ones? Its own `includes` takes no other words. */
export function isOneOf<Word extends string>(words: readonly Word[], word: string): word is Word {
  const all: readonly string[] = words;
  return all.includes(word);
}

/** The object with these members: `fromEntries` loses their names. The caller gives each one that the type names. */
export function objectOf<Its extends object>(members: Iterable<readonly [string, unknown]>): Its {
  return Object.fromEntries(members) as Its;
}

/** The names of the members of a table, which has no others than its type says. */
export function keysOf<Table extends object>(table: Table): (keyof Table)[] {
  return Object.keys(table) as (keyof Table)[];
}

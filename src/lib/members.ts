/** Typed access to members of objects by name. */

/** Returns an own member. A name from a request may be one that every object inherits (`constructor`, `toString`). */
export function own<Value>(members: Readonly<Record<string, Value>> | undefined, name: string): Value | undefined {
  return members !== undefined && Object.hasOwn(members, name) ? members[name] : undefined;
}

/** Returns whether a value is an object. Its members may be anything. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Returns an own member of any value; undefined if there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return isRecord(value) ? own(value, name) : undefined;
}

/** Returns whether a word is in a list of literals. Unlike `includes`, accepts any string. */
export function isOneOf<Word extends string>(words: readonly Word[], word: string): word is Word {
  const strings: readonly string[] = words;
  return strings.includes(word);
}

/** Builds an object from entries, whose names `fromEntries` would lose. The caller provides every member. */
export function createObject<Value extends object>(members: Iterable<readonly [string, unknown]>): Value {
  return Object.fromEntries(members) as Value;
}

/** Returns the member names of a table that has no members besides those of its type. */
export function keysOf<Table extends object>(table: Table): (keyof Table)[] {
  return Object.keys(table) as (keyof Table)[];
}

/** Members that may be undefined become optional. */
export type Present<Value> = {
  readonly [Name in keyof Value as undefined extends Value[Name] ? never : Name]: Value[Name];
} & {
  readonly [Name in keyof Value as undefined extends Value[Name] ? Name : never]?: Exclude<Value[Name], undefined>;
};

/** Picks members by name, omitting undefined ones. All other members are dropped, like vendors do. */
export function pick<Value extends object, Name extends keyof Value & string>(
  value: Value,
  names: readonly Name[],
): Present<Pick<Value, Name>> {
  const present = names.filter((name) => Object.hasOwn(value, name) && value[name] !== undefined);
  return createObject<Present<Pick<Value, Name>>>(present.map((name) => [name, value[name]]));
}

/** Removes duplicates, which are equal as JSON. */
export function removeDuplicates<Entry>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [JSON.stringify(entry), entry])).values()];
}

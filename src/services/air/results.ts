import { compareTexts } from '../../lib/text-order.ts';

/** Types of the members of results, by name. */
export type Kinds = Readonly<Record<string, Kind>>;

type Kind = 'boolean' | 'enum' | 'id' | 'number' | 'text' | 'time';

/** Returns results sorted by a member. Missing values come first; `descending` reverses the whole order. */
export function sortByMember<Result>(
  all: readonly Result[],
  keyOf: (result: Result) => unknown,
  kind: Kind | undefined,
  descending: boolean,
): readonly Result[] {
  const keyed = all.map((result) => ({ result, key: toSortKey(keyOf(result), kind) }));
  keyed.sort((first, second) => compareKeys(first.key, second.key));
  if (descending) keyed.reverse();
  return keyed.map(({ result }) => result);
}

/** Returns a value that can be compared; null for a missing value. */
function toSortKey(value: unknown, kind: Kind | undefined): number | string | null {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') return kind === 'time' ? Date.parse(value) : value;
  return typeof value === 'number' ? value : null;
}

function compareKeys(first: number | string | null, second: number | string | null): number {
  if (first === null || second === null) return Number(first !== null) - Number(second !== null);
  if (typeof first === 'string' || typeof second === 'string') return compareTexts(String(first), String(second));
  return first - second;
}

/**
 * Returns whether one of these members contains a text, ignoring case.
 *
 * @param members paths; a dot accesses a nested object, or each object in a list
 */
export function containsText(result: unknown, members: readonly string[], text: string): boolean {
  const wanted = text.toLowerCase();
  return members.some((member) =>
    findValues([result], member.split('.')).some((value) => String(value).toLowerCase().includes(wanted)),
  );
}

/** Returns the values at a path, without null and undefined. */
function findValues(values: readonly unknown[], [name, ...rest]: readonly string[]): readonly unknown[] {
  if (name === undefined) return values.filter((value) => value !== null && value !== undefined);
  const within = values.flatMap((value) => {
    if (typeof value !== 'object' || value === null) return [];
    return [(value as Readonly<Record<string, unknown>>)[name]].flat();
  });
  return findValues(within, rest);
}

import { compareTexts } from '../../text/text-order.ts';

/** Types of the members of results, by name. */
export type Kinds = Readonly<Record<string, Kind>>;

type Kind = 'boolean' | 'enum' | 'id' | 'number' | 'text' | 'time';

/** Sorts results by a member, stably. Missing values come first. */
export function sortByMember<Result>(
  all: readonly Result[],
  keyOf: (one: Result) => unknown,
  kind: Kind | undefined,
  descending: boolean,
): readonly Result[] {
  const keyed = all.map((one) => ({ one, key: toSortKey(keyOf(one), kind) }));
  keyed.sort((one, other) => compare(one.key, other.key));
  if (descending) keyed.reverse();
  return keyed.map(({ one }) => one);
}

function toSortKey(value: unknown, kind: Kind | undefined): number | string | null {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'string') return kind === 'time' ? Date.parse(value) : value;
  return typeof value === 'number' ? value : null;
}

function compare(one: number | string | null, other: number | string | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  if (typeof one === 'string' || typeof other === 'string') return compareTexts(String(one), String(other));
  return one - other;
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

function findValues(values: readonly unknown[], [name, ...rest]: readonly string[]): readonly unknown[] {
  if (name === undefined) return values.filter((value) => value !== null && value !== undefined);
  const within = values.flatMap((value) => {
    if (typeof value !== 'object' || value === null) return [];
    return [(value as Readonly<Record<string, unknown>>)[name]].flat();
  });
  return findValues(within, rest);
}

import type { Checked } from './checked.ts';

/** A list of an owner that a commit changes, and how many rows it has more. */
export interface TouchedList {
  readonly collection: string;
  readonly owner: string;
  readonly more: number;
}

/** The lists that changes touch: also those in which a row is only replaced. */
export function touchedBy({ added, replaced, removed }: Checked): readonly TouchedList[] {
  const collections = new Map<string, Map<string, number>>();
  const add = ({ collection, owner }: Pick<TouchedList, 'collection' | 'owner'>, more: number) => {
    const owners = collections.get(collection) ?? new Map<string, number>();
    collections.set(collection, owners);
    owners.set(owner, (owners.get(owner) ?? 0) + more);
  };
  for (const before of removed) add(before, -1);
  for (const { row, before } of replaced) {
    add(before, -1);
    add(row, 1);
  }
  for (const row of added) add(row, 1);
  return [...collections].flatMap(([collection, owners]) =>
    [...owners].map(([owner, more]) => ({ collection, owner, more })),
  );
}

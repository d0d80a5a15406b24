import { type Change, NEW, type Row } from './collections.ts';
import { Changed, Collision } from './errors.ts';
import { changedBy, nameOf, type RowName } from './row-name.ts';

/** The members of a stored row that a check reads; an adapter may pass rows with more members. */
export type Before = Pick<Row, 'collection' | 'owner' | 'revision'>;

/** The changes of a commit. No row is in it twice. */
export interface Checked<Its extends Before = Before> {
  readonly added: readonly Row[];
  readonly replaced: readonly { readonly row: Row; readonly before: Its }[];
  readonly removed: readonly Its[];
}

/**
 * Checks changes by the rules of `Collections.commit`, except the rule about aliases, which the caller checks.
 *
 * @param beforeOf looks up a stored row
 * @throws Changed if a row is no longer as it was read
 * @throws Collision if the id of a new row is taken
 */
export function checkRow<Its extends Before>(
  changes: readonly Change[],
  beforeOf: (row: RowName) => Its | undefined,
): Checked<Its> {
  const kinds = new Map<string, Change['kind']>();
  const added: Row[] = [];
  const replaced: { readonly row: Row; readonly before: Its }[] = [];
  const removed: Its[] = [];
  for (const change of changes) {
    const name = nameOf(changedBy(change));
    const earlier = kinds.get(name);
    if (earlier === 'remove' && change.kind === 'remove') continue;
    if (earlier !== undefined) throw new TypeError(`${name} is changed twice in one commit`);
    kinds.set(name, change.kind);
    const before = beforeOf(changedBy(change));
    if (change.kind === 'remove') {
      if (change.revision !== undefined && before?.revision !== change.revision) throw new Changed();
      if (before !== undefined) removed.push(before);
    } else if (change.row.revision === NEW) {
      if (before !== undefined) throw new Collision();
      added.push(change.row);
    } else {
      if (before?.revision !== change.row.revision) throw new Changed();
      replaced.push({ row: change.row, before });
    }
  }
  return { added, replaced, removed };
}

/**
 * Checks the aliases of the rows of a commit.
 *
 * @param freed rows whose aliases the same commit frees
 * @param holderOf the stored row with an alias
 * @throws Collision if an alias is taken
 */
export function checkAliases(
  puts: readonly Row[],
  freed: ReadonlySet<unknown>,
  holderOf: (row: Row, alias: string) => Row | undefined,
): void {
  const taken = new Set<string>();
  for (const row of puts) {
    for (const alias of new Set(row.aliases)) {
      const holder = holderOf(row, alias);
      const key = `${row.collection}\n${alias}`;
      if ((holder !== undefined && !freed.has(holder)) || taken.has(key)) throw new Collision();
      taken.add(key);
    }
  }
}

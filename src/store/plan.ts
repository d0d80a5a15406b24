import { type Change, NEW, type Row } from './collections.ts';
import { Collision, EditConflict } from './errors.ts';
import { type RowName, rowKey } from './row-log.ts';
import { createStoredRow } from './stored-row.ts';

/** The changes of a commit. Each row is in it once. */
export interface Plan {
  /** The rows to add or replace, as they will be stored. */
  readonly puts: readonly Row[];
  readonly removed: readonly Row[];
  /** The rows to remove or replace. */
  readonly before: readonly Row[];
  readonly nextPlace: number;
}

/** The current rows that a plan is based on. */
interface CurrentRows {
  byId(row: RowName): Row | undefined;
  byAlias(collection: string, alias: string): Row | undefined;
  /** Returns the member names that the rows of a collection have had (`estimateRowBytes`). */
  names(collection: string): Set<string>;
  readonly nextPlace: number;
}

/**
 * Checks changes by the rules of `Commit`, and plans them without changing anything.
 *
 * @throws EditConflict if a row has changed since it was read
 * @throws Collision if an id or an alias is taken
 * @throws TypeError if a row changes twice, or if a body isn't valid JSON
 */
export function planChanges(changes: readonly Change[], current: CurrentRows): Plan {
  const kinds = new Map<string, Change['kind']>();
  const removed: Row[] = [];
  const replaced: Row[] = [];
  const puts: Row[] = [];
  let { nextPlace } = current;
  for (const change of changes) {
    const named = change.kind === 'put' ? change.row : change;
    const name = rowKey(named);
    const earlier = kinds.get(name);
    if (earlier === 'remove' && change.kind === 'remove') continue;
    if (earlier !== undefined) throw new TypeError(`${name} is changed twice in one commit`);
    kinds.set(name, change.kind);
    const before = current.byId(named);
    if (change.kind === 'remove') {
      if (change.revision !== undefined && before?.revision !== change.revision) throw new EditConflict();
      if (before !== undefined) removed.push(before);
    } else if (change.row.revision === NEW) {
      if (before !== undefined) throw new Collision();
      puts.push(createStoredRow(change.row, nextPlace, current.names(change.row.collection)));
      nextPlace += 1;
    } else {
      if (before === undefined || before.revision !== change.row.revision) throw new EditConflict();
      replaced.push(before);
      puts.push(createStoredRow(change.row, before.revision.place, current.names(change.row.collection)));
    }
  }
  const before = [...removed, ...replaced];
  assertAliasesAreFree(puts, new Set(before), current);
  return { puts, removed, before, nextPlace };
}

/**
 * Checks that all aliases are free.
 *
 * @param freed rows that give up their aliases in this commit
 * @throws Collision if an alias is taken
 */
function assertAliasesAreFree(puts: readonly Row[], freed: ReadonlySet<Row>, current: CurrentRows): void {
  const taken = new Set<string>();
  for (const { collection, aliases } of puts) {
    for (const alias of new Set(aliases)) {
      const holder = current.byAlias(collection, alias);
      const key = `${collection}\n${alias}`;
      if ((holder !== undefined && !freed.has(holder)) || taken.has(key)) throw new Collision();
      taken.add(key);
    }
  }
}

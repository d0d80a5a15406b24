import { Collision, EditConflict } from './errors.ts';
import { type Change, NEW, type Row } from './row.ts';
import type { Rows } from './rows.ts';
import { createStoredRow } from './weight.ts';
import { rowKey } from './world-log.ts';

/** The changes of a commit. Each row is in it once. */
export interface Plan {
  readonly puts: readonly Row[];
  readonly removed: readonly Row[];
  /** The rows to remove or replace. */
  readonly before: readonly Row[];
  readonly nextPlace: number;
}

type RowsOf = (collection: string) => Rows;

/** Plans changes by the rules of `Commit`. @throws its errors; TypeError if a row changes twice, or has no JSON */
export function planChanges(changes: readonly Change[], rowsOf: RowsOf, firstPlace: number): Plan {
  const kinds = new Map<string, Change['kind']>();
  const removed: Row[] = [];
  const replaced: Row[] = [];
  const puts: Row[] = [];
  let nextPlace = firstPlace;
  for (const change of changes) {
    const named = change.kind === 'put' ? change.row : change;
    const name = rowKey(named);
    const earlier = kinds.get(name);
    if (earlier === 'remove' && change.kind === 'remove') continue;
    if (earlier !== undefined) throw new TypeError(`${name} is changed twice in one commit`);
    kinds.set(name, change.kind);
    const rows = rowsOf(named.collection);
    const before = rows.byId(named.id);
    if (change.kind === 'remove') {
      if (change.revision !== undefined && before?.revision !== change.revision) throw new EditConflict();
      if (before !== undefined) removed.push(before);
    } else if (change.row.revision === NEW) {
      if (before !== undefined) throw new Collision();
      puts.push(createStoredRow(change.row, nextPlace, rows.names));
      nextPlace += 1;
    } else {
      if (before === undefined || before.revision !== change.row.revision) throw new EditConflict();
      replaced.push(before);
      puts.push(createStoredRow(change.row, before.revision.place, rows.names));
    }
  }
  const before = [...removed, ...replaced];
  assertAliasesAreFree(puts, new Set(before), rowsOf);
  return { puts, removed, before, nextPlace };
}

/** @param freed rows that give up their aliases in this commit @throws Collision */
function assertAliasesAreFree(puts: readonly Row[], freed: ReadonlySet<Row>, rowsOf: RowsOf): void {
  const taken = new Set<string>();
  for (const { collection, aliases } of puts) {
    for (const alias of new Set(aliases)) {
      const holder = rowsOf(collection).byAlias(alias);
      const key = `${collection}\n${alias}`;
      if ((holder !== undefined && !freed.has(holder)) || taken.has(key)) throw new Collision();
      taken.add(key);
    }
  }
}

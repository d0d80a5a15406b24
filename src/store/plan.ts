import type { Change, Row } from './collections.ts';
import { NEW } from './collections.ts';
import { Changed, Collision } from './errors.ts';
import { nameOf, type RowName } from './row-log.ts';
import { storedRow } from './stored-row.ts';

/** What a commit will change. No row is in it twice. */
export interface Plan {
  /** The rows that are added or replaced, as they will be stored. */
  readonly puts: readonly Row[];
  readonly removed: readonly Row[];
  /** The rows that are removed or replaced. */
  readonly before: readonly Row[];
  readonly nextPlace: number;
}

/** What a plan is made from. */
interface Found {
  byId(row: RowName): Row | undefined;
  byAlias(collection: string, alias: string): Row | undefined;
  /** As for `weightOf`. */
  names(collection: string): Set<string>;
  readonly nextPlace: number;
}

/**
 * Checks changes by the rules of `Commit`, and prepares them. Nothing changes meanwhile.
 *
 * @throws Changed, Collision
 * @throws TypeError if a row is changed twice, or if a body cannot be JSON
 */
export function planOf(changes: readonly Change[], found: Found): Plan {
  const kinds = new Map<string, Change['kind']>();
  const removed: Row[] = [];
  const replaced: Row[] = [];
  const puts: Row[] = [];
  let { nextPlace } = found;
  for (const change of changes) {
    const named = change.kind === 'put' ? change.row : change;
    const name = nameOf(named);
    const earlier = kinds.get(name);
    if (earlier === 'remove' && change.kind === 'remove') continue;
    if (earlier !== undefined) throw new TypeError(`${name} is changed twice in one commit`);
    kinds.set(name, change.kind);
    const before = found.byId(named);
    if (change.kind === 'remove') {
      if (change.revision !== undefined && before?.revision !== change.revision) throw new Changed();
      if (before !== undefined) removed.push(before);
    } else if (change.row.revision === NEW) {
      if (before !== undefined) throw new Collision();
      puts.push(storedRow(change.row, nextPlace, found.names(change.row.collection)));
      nextPlace += 1;
    } else {
      if (before === undefined || before.revision !== change.row.revision) throw new Changed();
      replaced.push(before);
      puts.push(storedRow(change.row, before.revision.place, found.names(change.row.collection)));
    }
  }
  const before = [...removed, ...replaced];
  checkAliases(puts, new Set(before), found);
  return { puts, removed, before, nextPlace };
}

/** @param freed rows whose aliases the same commit frees @throws Collision if an alias is taken */
function checkAliases(puts: readonly Row[], freed: ReadonlySet<Row>, found: Found): void {
  const taken = new Set<string>();
  for (const { collection, aliases } of puts) {
    for (const alias of new Set(aliases)) {
      const holder = found.byAlias(collection, alias);
      const key = `${collection}\n${alias}`;
      if ((holder !== undefined && !freed.has(holder)) || taken.has(key)) throw new Collision();
      taken.add(key);
    }
  }
}

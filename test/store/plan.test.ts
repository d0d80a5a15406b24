import { describe, expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import { type Change, NEW, type Revision, type Row } from '../../src/store/collections.ts';
import { Collision, EditConflict } from '../../src/store/errors.ts';
import { type Plan, planChanges } from '../../src/store/plan.ts';
import { rowKey } from '../../src/store/row-log.ts';

const THINGS = new Collection<null>('things');
const OTHERS = new Collection<null>('others');

const stored = (row: Row, place: number): Row => ({ ...row, revision: { place, size: 4, weight: 1000 } });
const A = stored(THINGS.row({ id: 'a', owner: 'acme', parent: null, body: null, aliases: ['alias'] }), 5);
const B = stored(THINGS.row({ id: 'b', owner: 'acme', parent: null, body: null }), 6);
/** Of the same id, in another collection. */
const ELSEWHERE = stored(OTHERS.row({ id: 'a', owner: 'acme', parent: null, body: null }), 7);
const STORED = [A, B, ELSEWHERE];
/** Of what is there no longer. */
const STALE: Revision = { place: 4, size: 4, weight: 1000 };

const thing = (id: string, revision: Revision = NEW, aliases: readonly string[] = []) =>
  THINGS.row({ id, owner: 'acme', parent: null, body: null, revision, aliases });
const put = (...given: Parameters<typeof thing>) => THINGS.put(thing(...given));
const removed = (id: string, revision: Revision) => THINGS.remove(thing(id, revision));

const check = (changes: readonly Change[]) =>
  planChanges(changes, {
    byId: (row) => STORED.find((one) => rowKey(one) === rowKey(row)),
    byAlias: (collection, alias) => STORED.find((one) => one.collection === collection && one.aliases.includes(alias)),
    names: () => new Set(),
    nextPlace: 8,
  });
/** The ids and places of the rows that are put, and the ids of others. */
const shown = ({ puts, removed: gone, before, nextPlace }: Plan) => ({
  puts: puts.map(({ id, revision }) => `${id} at ${revision.place}`),
  removed: gone.map(({ collection, id }) => `${collection} ${id}`),
  before: before.map(({ id }) => id),
  nextPlace,
});

const NOTHING = { puts: [], removed: [], before: [], nextPlace: 8 };

describe('changes that may be made', () => {
  it.each<[what: string, changes: readonly Change[], expected: object]>([
    ['none', [], {}],
    ['a new row', [put('c')], { puts: ['c at 8'], nextPlace: 9 }],
    ['a row as it was read', [put('a', A.revision)], { puts: ['a at 5'], before: ['a'] }],
    ['a removal as it was read', [removed('a', A.revision)], { removed: ['things a'], before: ['a'] }],
    ['a removal of whatever is there', [THINGS.removal('a')], { removed: ['things a'], before: ['a'] }],
    ['a removal of what is not there', [THINGS.removal('c')], {}],
    ['a removal twice', [THINGS.removal('a'), THINGS.removal('a')], { removed: ['things a'], before: ['a'] }],
    ['a removal twice of what is not there', [THINGS.removal('c'), THINGS.removal('c')], {}],
    [
      'rows of the same id',
      [OTHERS.removal('a'), THINGS.removal('a')],
      { removed: ['others a', 'things a'], before: ['a', 'a'] },
    ],
    [
      'an alias that the same commit frees',
      [put('c', NEW, ['alias']), put('a', A.revision)],
      { puts: ['c at 8', 'a at 5'], before: ['a'], nextPlace: 9 },
    ],
    ['an alias of its own, twice', [put('a', A.revision, ['alias', 'alias'])], { puts: ['a at 5'], before: ['a'] }],
    [
      'several, in their order',
      [put('d'), put('b', B.revision), put('c'), removed('a', A.revision)],
      { puts: ['d at 8', 'b at 6', 'c at 9'], removed: ['things a'], before: ['a', 'b'], nextPlace: 10 },
    ],
  ])('%s', (_what, changes, expected) => {
    expect(shown(check(changes))).toEqual({ ...NOTHING, ...expected });
  });

  it('a row is stored with the length and the weight of its body', () => {
    const [row] = check([THINGS.put({ ...thing('c'), body: 'text' as never })]).puts;
    expect(row?.revision.size).toBe('"text"'.length);
    expect(row?.revision.weight).toBeGreaterThan(500);
  });
});

describe('changes that may not be made', () => {
  it.each<[what: string, changes: readonly Change[], error: new () => Error]>([
    ['a new row whose id is taken', [put('a')], Collision],
    ['a row that has changed since', [put('a', STALE)], EditConflict],
    ['a row that is gone', [put('c', STALE)], EditConflict],
    ['a removal of what has changed since', [removed('a', STALE)], EditConflict],
    ['a removal of what is gone, as it was read', [removed('c', STALE)], EditConflict],
    ['one of several', [put('c'), put('a', STALE), THINGS.removal('b')], EditConflict],
    ['an alias that is taken', [put('c', NEW, ['alias'])], Collision],
    ['an alias that two new rows have', [put('c', NEW, ['new']), put('d', NEW, ['new'])], Collision],
    ['a row that is put twice', [put('a', A.revision), put('a', A.revision)], TypeError],
    ['a row that is put and removed', [put('a', A.revision), THINGS.removal('a')], TypeError],
    ['a row that is removed and put', [THINGS.removal('a'), put('a')], TypeError],
  ])('%s', (_what, changes, error) => {
    expect(() => check(changes)).toThrow(error);
  });
});

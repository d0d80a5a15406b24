import { describe, expect, it } from 'vitest';
import { Collection } from '../../src/store/collection.ts';
import { Collision, EditConflict } from '../../src/store/errors.ts';
import { type Plan, planChanges } from '../../src/store/plan.ts';
import { type Change, NEW, type Revision, type Row } from '../../src/store/row.ts';
import { Rows } from '../../src/store/rows.ts';

const THINGS = new Collection<null>('things');
const OTHERS = new Collection<null>('others');

const createStored = (row: Row, place: number): Row => ({ ...row, revision: { place, size: 4, weight: 1000 } });
const A = createStored(THINGS.row({ id: 'a', owner: 'acme', parent: null, body: null, aliases: ['alias'] }), 5);
const B = createStored(THINGS.row({ id: 'b', owner: 'acme', parent: null, body: null }), 6);
/** A row with the same id in another collection. */
const ELSEWHERE = createStored(OTHERS.row({ id: 'a', owner: 'acme', parent: null, body: null }), 7);
const STORED = [A, B, ELSEWHERE];
/** The revision of a row that was changed or removed. */
const STALE: Revision = { place: 4, size: 4, weight: 1000 };

const createThing = (id: string, revision: Revision = NEW, aliases: readonly string[] = []) =>
  THINGS.row({ id, owner: 'acme', parent: null, body: null, revision, aliases });
const createPut = (...parameters: Parameters<typeof createThing>) => THINGS.put(createThing(...parameters));
const createRemoval = (id: string, revision: Revision) => THINGS.remove(createThing(id, revision));

const plan = (changes: readonly Change[]) =>
  planChanges(changes, (name) => new Rows(STORED.filter(({ collection }) => collection === name)), 8);
/** Returns a plan with ids and places instead of rows. */
const describePlan = ({ puts, removed, before, nextPlace }: Plan) => ({
  puts: puts.map(({ id, revision }) => `${id} at ${revision.place}`),
  removed: removed.map(({ collection, id }) => `${collection} ${id}`),
  before: before.map(({ id }) => id),
  nextPlace,
});

const NOTHING = { puts: [], removed: [], before: [], nextPlace: 8 };

describe('accepted changes', () => {
  it.each<[title: string, changes: readonly Change[], expected: object]>([
    ['no changes', [], {}],
    ['a new row', [createPut('c')], { puts: ['c at 8'], nextPlace: 9 }],
    ['a row with its current revision', [createPut('a', A.revision)], { puts: ['a at 5'], before: ['a'] }],
    ['a removal with the current revision', [createRemoval('a', A.revision)], { removed: ['things a'], before: ['a'] }],
    ['a removal by id', [THINGS.removal('a')], { removed: ['things a'], before: ['a'] }],
    ['a removal of an unknown row', [THINGS.removal('c')], {}],
    ['two removals of a row', [THINGS.removal('a'), THINGS.removal('a')], { removed: ['things a'], before: ['a'] }],
    ['two removals of an unknown row', [THINGS.removal('c'), THINGS.removal('c')], {}],
    [
      'rows with the same id in two collections',
      [OTHERS.removal('a'), THINGS.removal('a')],
      { removed: ['others a', 'things a'], before: ['a', 'a'] },
    ],
    [
      'an alias that the same commit frees',
      [createPut('c', NEW, ['alias']), createPut('a', A.revision)],
      { puts: ['c at 8', 'a at 5'], before: ['a'], nextPlace: 9 },
    ],
    [
      'the same alias twice in a row',
      [createPut('a', A.revision, ['alias', 'alias'])],
      { puts: ['a at 5'], before: ['a'] },
    ],
    [
      'several changes in order',
      [createPut('d'), createPut('b', B.revision), createPut('c'), createRemoval('a', A.revision)],
      { puts: ['d at 8', 'b at 6', 'c at 9'], removed: ['things a'], before: ['a', 'b'], nextPlace: 10 },
    ],
  ])('%s', (_what, changes, expected) => {
    expect(describePlan(plan(changes))).toEqual({ ...NOTHING, ...expected });
  });

  it('include the length and the weight of a body', () => {
    const [row] = plan([THINGS.put({ ...createThing('c'), body: 'text' as never })]).puts;
    expect(row?.revision.size).toBe('"text"'.length);
    expect(row?.revision.weight).toBeGreaterThan(500);
  });
});

describe('rejected changes', () => {
  it.each<[title: string, changes: readonly Change[], error: new () => Error]>([
    ['a new row with an id in use', [createPut('a')], Collision],
    ['a row that was changed since', [createPut('a', STALE)], EditConflict],
    ['a row that was removed', [createPut('c', STALE)], EditConflict],
    ['a removal of a row that was changed since', [createRemoval('a', STALE)], EditConflict],
    ['a removal of a removed row by revision', [createRemoval('c', STALE)], EditConflict],
    ['a stale row among other changes', [createPut('c'), createPut('a', STALE), THINGS.removal('b')], EditConflict],
    ['an alias in use', [createPut('c', NEW, ['alias'])], Collision],
    ['an alias of two new rows', [createPut('c', NEW, ['new']), createPut('d', NEW, ['new'])], Collision],
    ['a row that is put twice', [createPut('a', A.revision), createPut('a', A.revision)], TypeError],
    ['a row that is put and removed', [createPut('a', A.revision), THINGS.removal('a')], TypeError],
    ['a row that is removed and put', [THINGS.removal('a'), createPut('a')], TypeError],
  ])('%s', (_what, changes, error) => {
    expect(() => plan(changes)).toThrow(error);
  });
});

import { describe, expect, it } from 'vitest';
import { checkRow } from '../../src/store/checked.ts';
import { Collection } from '../../src/store/collection.ts';
import type { Change } from '../../src/store/collections.ts';
import { Changed, Collision } from '../../src/store/errors.ts';
import { nameOf } from '../../src/store/row-name.ts';

const THINGS = new Collection<null>('things');
const OTHERS = new Collection<null>('others');

const A = { collection: 'things', id: 'a', owner: 'acme', revision: 5 };
const B = { collection: 'things', id: 'b', owner: 'acme', revision: 6 };
/** Of the same id, in another collection. */
const ELSEWHERE = { collection: 'others', id: 'a', owner: 'acme', revision: 7 };
const STORED = [A, B, ELSEWHERE];

const thing = (id: string, revision?: number, owner = 'acme') =>
  THINGS.row({ id, owner, parent: null, body: null, ...(revision !== undefined && { revision }) });
const put = (...given: Parameters<typeof thing>) => THINGS.put(thing(...given));
const removed = (id: string, revision: number) => THINGS.remove(thing(id, revision));

const check = (changes: readonly Change[]) =>
  checkRow(changes, (row) => STORED.find((stored) => nameOf(stored) === nameOf(row)));

const NOTHING = { added: [], replaced: [], removed: [] };

describe('changes that may be made', () => {
  it.each<[what: string, changes: readonly Change[], expected: object]>([
    ['none', [], {}],
    ['a new row', [put('c')], { added: [thing('c')] }],
    ['a row as it was read', [put('a', 5)], { replaced: [{ row: thing('a', 5), before: A }] }],
    ['a removal as it was read', [removed('a', 5)], { removed: [A] }],
    ['a removal of whatever is there', [THINGS.removal('a')], { removed: [A] }],
    ['a removal of what is not there', [THINGS.removal('c')], {}],
    ['a removal twice', [THINGS.removal('a'), THINGS.removal('a')], { removed: [A] }],
    ['a removal twice of what is not there', [THINGS.removal('c'), THINGS.removal('c')], {}],
    ['rows of the same id', [OTHERS.removal('a'), THINGS.removal('a')], { removed: [ELSEWHERE, A] }],
    [
      'several, in their order',
      [put('d'), put('b', 6), put('c'), removed('a', 5)],
      { added: [thing('d'), thing('c')], replaced: [{ row: thing('b', 6), before: B }], removed: [A] },
    ],
  ])('%s', (_what, changes, expected) => {
    expect(check(changes)).toEqual({ ...NOTHING, ...expected });
  });
});

describe('changes that may not be made', () => {
  it.each<[what: string, changes: readonly Change[], error: new () => Error]>([
    ['a new row whose id is taken', [put('a')], Collision],
    ['a row that has changed since', [put('a', 4)], Changed],
    ['a row that is gone', [put('c', 4)], Changed],
    ['a removal of what has changed since', [removed('a', 4)], Changed],
    ['a removal of what is gone, as it was read', [removed('c', 4)], Changed],
    ['one of several', [put('c'), put('a', 4), THINGS.removal('b')], Changed],
    ['a row that is put twice', [put('a', 5), put('a', 5)], TypeError],
    ['a row that is put and removed', [put('a', 5), THINGS.removal('a')], TypeError],
    ['a row that is removed and put', [THINGS.removal('a'), put('a')], TypeError],
  ])('%s', (_what, changes, error) => {
    expect(() => check(changes)).toThrow(error);
  });
});

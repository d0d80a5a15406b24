import { expect, it } from 'vitest';
import { listKindOf } from '../../src/store/list-kind.ts';

it.each([
  [{ owner: 'acme' }, 'owner'],
  [{ parent: 'whole' }, 'parent'],
  [{ label: 'red' }, 'label'],
  [{ visibleTo: 'acme' }, 'visibleTo'],
  [{}, 'all'],
  [{ limit: 1 }, 'all'],
  [{ visibleTo: 'acme', label: 'red' }, 'label'],
  [{ parent: 'whole', owner: '' }, 'owner'],
])('a list with %o is of the kind %s', (given, expected) => {
  expect(listKindOf({ collection: 'things', ...given })).toBe(expected);
});

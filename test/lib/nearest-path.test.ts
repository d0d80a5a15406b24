import { expect, it } from 'vitest';
import { findNearestPaths, findNearPath } from '../../src/lib/nearest-path.ts';
import { segmentsOf } from '../../src/lib/path-template.ts';

it.each([
  ['/api/v1/user', '/api/v1/users'],
  ['/api/v1/users/', '/api/v1/users'],
  ['/api/v1/user/me', '/api/v1/users/me'],
  ['/api/v1/user/17', '/api/v1/users/{userId}'],
  ['/api/v1/users/17/', '/api/v1/users/{userId}'],
  ['/api/v1/user/mee', '/api/v1/users/{userId}'],
  ['/apis/v2/user', undefined],
  ['/v1/users', undefined],
  ['/api/v1/token', undefined],
  ['/a/b/c', undefined],
  ['/', undefined],
  ['/api/v1/user'.repeat(100), undefined],
])('the nearest path of `%s` is %s', (path, expected) => {
  expect(findNearPath(path, ['/api/v1/users/{userId}', '/api/v1/users/me', '/api/v1/users'])).toBe(expected);
});

it('the path with the fewest different letters is the nearest', () => {
  expect(findNearPath('/api/usr', ['/api/users', '/api/user'])).toBe('/api/user');
  expect(findNearPath('/api/usr', ['/api/user', '/api/users'])).toBe('/api/user');
});

it('paths are compared up to five hundred letters', () => {
  const path = `/${'a'.repeat(99)}`.repeat(5);

  expect(findNearPath(path, [path])).toBe(path);
  expect(findNearPath(`${path}/`, [path])).toBeUndefined();
});

it('a path with more or fewer segments is not similar', () => {
  expect(findNearPath('/x/api/v1/users', ['/api/v1/users'])).toBeUndefined();
  expect(findNearPath('/v1/users', ['/api/v1/users'])).toBeUndefined();
});

it.each([
  ['/A/v1/b', '/a/v2/b', '/a/v1/b'],
  ['/a/v1/b', '/a/x/b', '/a/v2/b'],
  ['/a/v1/bool', '/a/v1/book', '/a/v2/bool'],
  ['/a/v1/b', '/v1/b', '/a/v2/b'],
  ['/v1/b', '/a/v1/b', '/v2/b'],
  ['/prefix/v1/b', '/a/v1/b/{id}', '/v1/b'],
])('for `%s`, the path `%s` is farther than `%s`', (path, farther, nearest) => {
  const valid = [farther, nearest, farther].map((item) => ({ template: item, segments: segmentsOf(item) }));

  expect(findNearestPaths(path, valid).map((item) => item.path.template)).toEqual([nearest]);
});

it.each([
  ['/api/v1/users', { missing: 0, lacksLastId: false, extra: 0, distance: 0 }],
  ['/api/V1/users', { missing: 0, lacksLastId: false, extra: 0, distance: 1 }],
  ['/api/v2/users', { missing: 0, lacksLastId: false, extra: 0, distance: 2 }],
  ['/api/v1/usrs', { missing: 0, lacksLastId: false, extra: 0, distance: 4 }],
  ['/v1/users', { missing: 1, lacksLastId: false, extra: 0, distance: 1e6 }],
  ['/users', { missing: 2, lacksLastId: false, extra: 0, distance: 2e6 }],
  ['/x/api/v1/users', { missing: 0, lacksLastId: false, extra: 1, distance: 1e3 }],
  ['/x/v1/users', { missing: 1, lacksLastId: false, extra: 1, distance: 1e6 + 1e3 }],
  ['/x/users', null],
  ['/api/v1', null],
])('the difference of `%s` from `/api/v1/users` is %j', (path, difference) => {
  const found = findNearestPaths(path, [{ segments: segmentsOf('/api/v1/users') }]);

  expect(found).toEqual(
    difference === null ? [] : [{ ...difference, path: { segments: segmentsOf('/api/v1/users') } }],
  );
});

it.each([
  ['/users/17', { missing: 0, lacksLastId: false, extra: 0, distance: 0.1 }],
  ['/users', { missing: 1, lacksLastId: true, extra: 0, distance: 1e6 }],
  ['/x/users', null],
  ['/17', null],
])('the difference of `%s` from `/users/{id}` is %j', (path, difference) => {
  const [found] = findNearestPaths(path, [{ segments: segmentsOf('/users/{id}') }]);

  expect(found ?? null).toEqual(difference && { ...difference, path: { segments: segmentsOf('/users/{id}') } });
});

it('a path may lack up to four segments', () => {
  const valid = [{ segments: segmentsOf('/a/b/c/d/e/f') }];

  expect(findNearestPaths('/e/f', valid)).toMatchObject([{ missing: 4 }]);
  expect(findNearestPaths('/f', valid)).toEqual([]);
  expect(findNearestPaths('/e/f', valid, 3)).toEqual([]);
});

it('equally near paths are all returned, in order', () => {
  const valid = ['/a/v1/b', '/a/v3/b', '/a/v9/c'].map((path) => ({ segments: segmentsOf(path) }));

  expect(findNearestPaths('/a/v2/b', valid).map(({ path }) => path)).toEqual(valid.slice(0, 2));
});

it('a template of one segment is compared only with paths of one segment', () => {
  const valid = [{ segments: segmentsOf('/token') }];

  expect(findNearestPaths('/Token', valid)).toHaveLength(1);
  expect(findNearestPaths('/api/token', valid)).toEqual([]);
});

it('the longest path is compared within a limit of time', () => {
  // Each segment matches many places of a template, but none of them up to its end.
  const template = ['a', ...Array.from({ length: 8 }, () => 'v1')];
  const valid = Array.from({ length: 1000 }, () => ({ segments: template }));
  const before = process.cpuUsage();
  for (const path of [`/b${'/v1'.repeat(8)}`, '/v1'.repeat(160), '/v2'.repeat(160)]) findNearestPaths(path, valid);

  // Without a limit for missing segments, this takes minutes.
  expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
});

import { expect, it } from 'vitest';
import { findNearestPaths, findNearPath } from '../../src/addresses/nearest-path.ts';
import { segmentsOf } from '../../src/addresses/path-template.ts';

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

it('the longest path is compared within a limit of time', () => {
  // Each segment matches many places of a template, but none of them up to its end.
  const template = ['a', ...Array.from({ length: 8 }, () => 'v1')];
  const valid = Array.from({ length: 1000 }, () => ({ segments: template }));
  const before = process.cpuUsage();
  for (const path of [`/b${'/v1'.repeat(8)}`, '/v1'.repeat(160), '/v2'.repeat(160)]) findNearestPaths(path, valid);

  // Without a limit for missing segments, this takes minutes.
  expect(process.cpuUsage(before).user).toBeLessThan(5_000_000);
});

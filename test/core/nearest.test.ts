import { expect, it } from 'vitest';
import { findNear, findNearest, findNearPath, findWithWord } from '../../src/core/nearest.ts';

const VALID = ['port', 'public-url', 'seed'];

it.each([
  ['prot', 'port'],
  ['PORT', 'port'],
  ['pub', 'public-url'],
  ['port-number', 'port'],
  ['', 'port'],
])('of port, public-url and seed the nearest to `%s` is %s', (name, nearest) => {
  expect(findNearest(name, VALID)).toBe(nearest);
});

it.each([
  ['prt', 'port'],
  ['PORT', 'port'],
  ['pub', 'public-url'],
  ['publik_url', 'public-url'],
  ['port-number', 'port'],
  ['sead', 'seed'],
  ['seed', 'seed'],
  ['edes', 'seed'],
  ['p', undefined],
  ['tort-law', undefined],
  ['banana', undefined],
  ['', undefined],
  ['port'.repeat(100), undefined],
])('who wrote `%s` meant, of port, public-url and seed: %s', (name, meant) => {
  expect(findNear(name, VALID)).toBe(meant);
});

it('a name that is nearly the whole comes before its beginning', () => {
  expect(findNear('air-admn', ['air', 'air-admin'])).toBe('air-admin');
});

it('where there is nothing to mean, nothing was meant', () => {
  expect(findNear('port', [])).toBeUndefined();
});

it.each([
  ['/api/v1/user', '/api/v1/users'],
  ['/api/v1/users/', '/api/v1/users'],
  ['/api/v1/user/me', '/api/v1/users/me'],
  ['/api/v1/user/17', '/api/v1/users/{userId}'],
  ['/api/v1/users/17/', '/api/v1/users/{userId}'],
  ['/v1/users', undefined],
  ['/api/v1/token', undefined],
  ['/a/b/c', undefined],
  ['/', undefined],
  ['/api/v1/user'.repeat(100), undefined],
])('who wrote the path `%s` meant %s', (path, meant) => {
  expect(findNearPath(path, ['/api/v1/users/{userId}', '/api/v1/users/me', '/api/v1/users'])).toBe(meant);
});

it.each([
  ['Adminn', ['air-admin', 'Functions Admin']],
  ['functionss', ['Functions Admin']],
  ['airr', []],
  ['banana', []],
  ['', []],
])('who wrote `%s` may have meant a word of %j', (word, meant) => {
  expect(findWithWord(word, ['air', 'air-admin', 'Functions Admin'])).toEqual(meant);
  expect(findWithWord('adminn', ['a admin', 'b admin', 'c admin', 'd admin'])).toEqual([]);
});

import { expect, it } from 'vitest';
import { findNear, findNearest, findNearPath, findWithWord } from '../../src/core/nearest.ts';

const VALID = ['port', 'public-url', 'seed'];

it.each([
  ['prot', 'port'],
  ['PORT', 'port'],
  ['pub', 'public-url'],
  ['port-number', 'port'],
  ['sead', 'seed'],
  ['url-public', 'public-url'],
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
  ['seeedd', 'seed'],
  ['url_publik', 'public-url'],
  ['url_pubxxx', undefined],
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

it('a name that begins with a valid one is nearest to that', () => {
  expect(findNearest('seed-file-path', ['feed-file-path', 'seed'])).toBe('seed');
  expect(findNearest('SEED-file-path', ['feed-file-path', 'Seed'])).toBe('Seed');
});

it('the same name is nearer than one with its words in another order, which is as near as one with a letter more', () => {
  expect(findNearest('expired_token', ['token_expired', 'expired_token'])).toBe('expired_token');
  expect(findNear('expired_token', ['token_expired', 'Expired_Token'])).toBe('Expired_Token');
  expect(findNear('expired_token', ['expired-tokem', 'token_expired'])).toBe('token_expired');
  expect(findNear('expired_tokens', ['expired_tokem', 'token_expired'])).toBe('expired_tokem');
});

it('names are compared up to a hundred letters, and paths up to five hundred', () => {
  const [name, path] = ['a'.repeat(100), `/${'a'.repeat(99)}`.repeat(5)];

  expect(findNear(name, [name])).toBe(name);
  expect(findNear(`${name}a`, [`${name}a`])).toBeUndefined();
  expect(findNearPath(path, [path])).toBe(path);
  expect(findNearPath(`${path}/`, [path])).toBeUndefined();
});

it('where there is nothing to mean, nothing was meant', () => {
  expect(findNear('port', [])).toBeUndefined();
  expect(findNear('', ['a'])).toBeUndefined();
});

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
])('who wrote the path `%s` meant %s', (path, meant) => {
  expect(findNearPath(path, ['/api/v1/users/{userId}', '/api/v1/users/me', '/api/v1/users'])).toBe(meant);
});

it('of several similar paths the one with the fewest other letters was meant', () => {
  expect(findNearPath('/api/usr', ['/api/users', '/api/user'])).toBe('/api/user');
  expect(findNearPath('/api/usr', ['/api/user', '/api/users'])).toBe('/api/user');
});

it.each([
  ['Adminn', ['air-admin', 'Functions Admin']],
  ['functionss', ['Functions Admin']],
  ['airr', []],
  ['rols', ['my role']],
  ['banana', []],
  ['', []],
])('who wrote `%s` may have meant a word of %j', (word, meant) => {
  expect(findWithWord(word, ['air', 'air-admin', 'Functions Admin', 'my role'])).toEqual(meant);
  expect(findWithWord('adminn', ['a admin', 'b admin', 'c admin', 'd admin'])).toEqual([]);
  expect(findWithWord('adminn', ['a admin', 'b admin', 'c admin'])).toHaveLength(3);
});

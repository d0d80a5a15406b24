import { describe, expect, it } from 'vitest';
import { adviseName, findNear, findNearest, findWithWord, listNames, suggestName } from '../../src/text/nearest.ts';

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

it('names are compared up to a hundred letters', () => {
  const name = 'a'.repeat(100);

  expect(findNear(name, [name])).toBe(name);
  expect(findNear(`${name}a`, [`${name}a`])).toBeUndefined();
});

it('of many long names only some are compared, so that an unknown name costs milliseconds', () => {
  const long = Array.from({ length: 2000 }, (_, index) => `${index}${'abcdefghij_klmn-'.repeat(10)}`.slice(0, 100));
  const before = process.cpuUsage();
  for (const given of ['x'.repeat(1_000_000), 'a_'.repeat(500_000), 'zyx_wvuts'.repeat(11)]) adviseName(given, long);

  // Comparing all of them takes seconds.
  expect(process.cpuUsage(before).user).toBeLessThan(700_000);
  expect(findNear('bananna', [...long.slice(0, 99), 'banana'])).toBe('banana');
});

it('where there is nothing to mean, nothing was meant', () => {
  expect(findNear('port', [])).toBeUndefined();
  expect(findNear('', ['a'])).toBeUndefined();
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

describe('the known names, in a message about an unknown one,', () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => `name-${index}`);

  it('are all there, in their order, if they are few', () => {
    expect(listNames('banana', VALID)).toBe('`port`, `public-url`, `seed`');
    expect(listNames('banana', [...VALID, 'port'])).toBe('`port`, `public-url`, `seed`');
    expect(listNames('x', numbered(8))).toBe(
      numbered(8)
        .map((name) => `\`${name}\``)
        .join(', '),
    );
    expect(listNames('x', [])).toBe('');
  });

  it('begin with the one that was probably meant', () => {
    expect(listNames('sead', VALID)).toBe('`seed`, `port`, `public-url`');
  });

  it('are the eight nearest, if there are more', () => {
    expect(listNames('name-88', [...numbered(99), 'else'])).toMatch(
      /^`name-88`, (?:`name-\d*8\d*`, ){6}`name-\d*8\d*` and 92 more$/,
    );
    expect(listNames('unlike', numbered(9))).toMatch(/^(?:`name-\d`, ){7}`name-\d` and 1 more$/);
    expect(listNames('', numbered(9))).toMatch(/^`name-0`, .*`name-7` and 1 more$/);
  });

  it('say where the others are', () => {
    expect(listNames('x', numbered(9), '`GET /names`')).toMatch(/ and 1 more, which `GET \/names` lists$/);
    expect(listNames('x', numbered(8), '`GET /names`')).not.toContain('GET');
  });

  it('are searched up to ten thousand letters, by up to a hundred letters', () => {
    const given = `${'x'.repeat(100)}${'y'.repeat(20)}`;
    const unlike = (letters: number) => Array.from({ length: letters / 10 }, (_, index) => `name-${10_000 + index}`);

    expect(listNames('banana', [...unlike(9990), 'bandxx'])).toMatch(/^`bandxx`, .* and 992 more$/);
    expect(listNames('banana', [...unlike(10_000), 'bandxx'])).toMatch(/^(?:`name-\d+`(?:, )?){8} and 993 more$/);
    expect(listNames('banana', ['x'.repeat(101), ...unlike(9990), 'bandxx'])).toMatch(/^`bandxx`, .* and 993 more$/);
    expect(listNames(given.slice(20), [...numbered(9), 'y'.repeat(20)])).toMatch(/^`y+`, .* and 2 more$/);
    expect(listNames(given, [...numbered(9), 'y'.repeat(20)])).toMatch(/^(?:`name-\d+`(?:, )?){8} and 2 more$/);
  });

  it('come after the question for the one that was probably meant', () => {
    expect(adviseName('sead', VALID)).toBe(' Did you mean `seed`? Expected one of `seed`, `port`, `public-url`.');
    expect(adviseName('banana', VALID)).toBe(' Expected one of `port`, `public-url`, `seed`.');
    expect(adviseName('banana', ['port'])).toBe(' Expected `port`.');
    expect(adviseName('prot', ['port'])).toBe(' Did you mean `port`?');
    expect(suggestName('Adminn', ['air-admin', 'org-admin'])).toBe(' Did you mean `air-admin` or `org-admin`?');
    expect(suggestName('banana', VALID)).toBe('');
  });
});

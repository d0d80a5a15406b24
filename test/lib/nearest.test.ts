import { describe, expect, it } from 'vitest';
import {
  adviseName,
  findNear,
  findNearest,
  findOtherSpelling,
  findWithWord,
  listNames,
  suggestName,
} from '../../src/lib/nearest.ts';

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
])('of port, public-url and seed the suggestion for `%s` is %s', (name, suggestion) => {
  expect(findNear(name, VALID)).toBe(suggestion);
});

it('a similar name is suggested before a prefix', () => {
  expect(findNear('air-admn', ['air', 'air-admin'])).toBe('air-admin');
});

it('the nearest of a name with a valid prefix is that prefix', () => {
  expect(findNearest('seed-file-path', ['feed-file-path', 'seed'])).toBe('seed');
  expect(findNearest('SEED-file-path', ['feed-file-path', 'Seed'])).toBe('Seed');
});

it('the same name is nearer than its words in another order, which are as near as another letter', () => {
  expect(findNearest('expired_token', ['token_expired', 'expired_token'])).toBe('expired_token');
  expect(findNear('expired_token', ['token_expired', 'Expired_Token'])).toBe('Expired_Token');
  expect(findNear('expired_token', ['expired-tokem', 'token_expired'])).toBe('token_expired');
  expect(findNear('expired_tokens', ['expired_tokem', 'token_expired'])).toBe('expired_tokem');
});

it('names are compared up to 100 characters', () => {
  const name = 'a'.repeat(100);

  expect(findNear(name, [name])).toBe(name);
  expect(findNear(`${name}a`, [`${name}a`])).toBeUndefined();
});

it('only some of many long names are compared, within 0.7 seconds of CPU time', () => {
  const long = Array.from({ length: 2000 }, (_, index) => `${index}${'abcdefghij_klmn-'.repeat(10)}`.slice(0, 100));
  const before = process.cpuUsage();
  for (const name of ['x'.repeat(1_000_000), 'a_'.repeat(500_000), 'zyx_wvuts'.repeat(11)]) adviseName(name, long);

  // A comparison with all of them takes seconds.
  expect(process.cpuUsage(before).user).toBeLessThan(700_000);
  expect(findNear('bananna', [...long.slice(0, 99), 'banana'])).toBe('banana');
});

it('there is no suggestion without names or for an empty name', () => {
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
])('the suggestions for `%s` as a word of a name are %j', (word, suggestion) => {
  expect(findWithWord(word, ['air', 'air-admin', 'Functions Admin', 'my role'])).toEqual(suggestion);
  expect(findWithWord('adminn', ['a admin', 'b admin', 'c admin', 'd admin'])).toEqual([]);
  expect(findWithWord('adminn', ['a admin', 'b admin', 'c admin'])).toHaveLength(3);
});

describe('the known names in a message about an unknown name', () => {
  const makeNames = (count: number) => Array.from({ length: count }, (_, index) => `name-${index}`);

  it('are all listed in order if there are at most eight', () => {
    expect(listNames('banana', VALID)).toBe('`port`, `public-url`, `seed`');
    expect(listNames('banana', [...VALID, 'port'])).toBe('`port`, `public-url`, `seed`');
    expect(listNames('x', makeNames(8))).toBe(
      makeNames(8)
        .map((name) => `\`${name}\``)
        .join(', '),
    );
    expect(listNames('x', [])).toBe('');
  });

  it('start with the suggestion', () => {
    expect(listNames('sead', VALID)).toBe('`seed`, `port`, `public-url`');
  });

  it('are the eight nearest if there are more', () => {
    expect(listNames('name-88', [...makeNames(99), 'else'])).toMatch(
      /^`name-88`, (?:`name-\d*8\d*`, ){6}`name-\d*8\d*` and 92 more$/,
    );
    expect(listNames('unlike', makeNames(9))).toMatch(/^(?:`name-\d`, ){7}`name-\d` and 1 more$/);
    expect(listNames('', makeNames(9))).toMatch(/^`name-0`, .*`name-7` and 1 more$/);
  });

  it('end with the place of the others', () => {
    expect(listNames('x', makeNames(9), '`GET /names`')).toMatch(/ and 1 more, which `GET \/names` lists$/);
    expect(listNames('x', makeNames(8), '`GET /names`')).not.toContain('GET');
  });

  it('are searched up to 10,000 characters, by up to 100 characters', () => {
    const name = `${'x'.repeat(100)}${'y'.repeat(20)}`;
    const makeUnlike = (letters: number) =>
      Array.from({ length: letters / 10 }, (_, index) => `name-${10_000 + index}`);

    expect(listNames('banana', [...makeUnlike(9990), 'bandxx'])).toMatch(/^`bandxx`, .* and 992 more$/);
    expect(listNames('banana', [...makeUnlike(10_000), 'bandxx'])).toMatch(/^(?:`name-\d+`(?:, )?){8} and 993 more$/);
    expect(listNames('banana', ['x'.repeat(101), ...makeUnlike(9990), 'bandxx'])).toMatch(
      /^`bandxx`, .* and 993 more$/,
    );
    expect(listNames(name.slice(20), [...makeNames(9), 'y'.repeat(20)])).toMatch(/^`y+`, .* and 2 more$/);
    expect(listNames(name, [...makeNames(9), 'y'.repeat(20)])).toMatch(/^(?:`name-\d+`(?:, )?){8} and 2 more$/);
  });

  it('follow the suggestion', () => {
    expect(adviseName('sead', VALID)).toBe(' Did you mean `seed`? Expected one of `seed`, `port`, `public-url`.');
    expect(adviseName('banana', VALID)).toBe(' Expected one of `port`, `public-url`, `seed`.');
    expect(adviseName('banana', ['port'])).toBe(' Expected `port`.');
    expect(adviseName('prot', ['port'])).toBe(' Did you mean `port`?');
    expect(suggestName('Adminn', ['air-admin', 'org-admin'])).toBe(' Did you mean `air-admin` or `org-admin`?');
    expect(suggestName('banana', VALID)).toBe('');
  });
});

it.each([
  ['grantType', ['clientId', 'grant_type'], 'grant_type'],
  ['grant_type', ['GRANT-TYPE'], 'GRANT-TYPE'],
  ['grantType', ['grantType'], undefined],
  ['grantType', ['grantTypes'], undefined],
  ['grantType', [], undefined],
])('another spelling of %s in %j is %s', (name, names, expected) => {
  expect(findOtherSpelling(names, name)).toBe(expected);
});

import { describe, expect, it } from 'vitest';
import {
  base64LengthOf,
  decodeAscii,
  decodeOften,
  formatCount,
  isFingerprint,
  listEncodedForms,
  redact,
  replaceCredentials,
  shorten,
  showPath,
  showValue,
} from '../../src/lib/redact.ts';

const BASE64 = Buffer.from(`$oauthtoken:nvapi-${'k'.repeat(64)}`).toString('base64');
const MARK = '0123456789ab';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln';

describe('a redacted string', () => {
  it.each([
    ['a key', 'sent nvapi-abc_D-9 here', 'sent nvapi-... here'],
    ['a key in another case', 'NVAPI-abc', 'nvapi-...'],
    ['a key with an encoded hyphen', 'a%20nvapi%2Dabc', 'a nvapi-...'],
    ['a token', `sent ${JWT} here`, 'sent eyJ... here'],
    ['a token beside a name with dots', `${JWT} of mock.acme.example.test`, 'eyJ... of mock.acme.example.test'],
    ['a key in base64', `Basic ${BASE64}, no more`, 'Basic nvapi-..., no more'],
    ['a key that is encoded twice', 'a%2520nvapi%252Dabc', 'a nvapi-...'],
    ['a key that is escaped in JSON', '{"a":"\\u006evapi-abc"}', '{"a":"nvapi-..."}'],
    ['an authorization code', `${MARK}${'Zz9'.repeat(10)}Q`, '(code)'],
    ['several credentials', `nvapi-a ${JWT} nvapi-b`, 'nvapi-... eyJ... nvapi-...'],
  ])('replaces %s', (_title, text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it.each([
    'plain',
    'an%20encoded%20one',
    'eyJ is short',
    'eyJhbGciOiJSUzI1NiJ9',
    'an.eyJhbGciOiJSUzI1NiJ9',
    '0'.repeat(64),
    `${MARK}${'Z'.repeat(53)}`,
  ])('is unchanged without a credential: %s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

it('a token is replaced from its start, with its kind', () => {
  const expected = replaceCredentials(`id.${JWT}`, (credential, kind) => `<${kind} of ${credential.length}>`);

  expect(expected).toBe(`id.<JWT of ${JWT.length}>`);
});

it('encoded characters are decoded if they are printable ASCII', () => {
  expect(decodeAscii('a%2Fb%2d%c3%a4%0a%')).toBe('a/b-%c3%a4%0a%');
  expect(decodeAscii('a\\u002Db\\u00e4\\u0000')).toBe('a-b\\u00e4\\u0000');
});

it('a string is decoded up to three times', () => {
  expect(decodeOften('a%20b')).toBe('a b');
  expect(decodeOften('a%252520b')).toBe('a b');
  expect(decodeOften('a%25252520b')).toBe('a%20b');
});

it('a path is shown without credentials and shortened', () => {
  expect(showPath('/keys/nvapi-abc')).toBe('/keys/nvapi-...');
  expect(showPath(`/${'a'.repeat(1000)}`)).toHaveLength(300);
  expect(showPath(`/${'a'.repeat(200)}/${'b'.repeat(98)}`)).toBe(`/${'a'.repeat(200)}/${'b'.repeat(98)}`);
  expect(showPath(`/${'a'.repeat(290)}/MOCKciAppSecret00000000000000001`)).toBe(`/${'a'.repeat(290)}/`);
  expect(showPath(`/${'a'.repeat(290)}/id_MOCKciAppSecret00000000000000001`)).toBe(`/${'a'.repeat(290)}/`);
  expect(showPath(`/${'a'.repeat(280)}-MOCKciAppSecret00000000000000001`)).toBe(`/${'a'.repeat(280)}-`);
  expect(showPath(`/${'a'.repeat(280)}/%4dOCKciAppSecret00000000000000001`)).toBe(`/${'a'.repeat(280)}/`);
});

describe('an option value is shown', () => {
  it.each([
    ['https://ada:secret@host:1/path?token=secret#x', 'https://...@host:1/path?...'],
    ['https://host/path#token=secret', 'https://host/path#...'],
    ['runai=https://ada:secret@host/a.json', 'runai=https://...@host/a.json'],
    ['https://ada:1/secret@host', 'https://...'],
    ['https://ada:se/cret@host', 'https://...'],
    ['https://host/?mail=ada@host', 'https://...'],
    ['https;//ada:secret@host', '...'],
    ['jdbc:postgresql://host/mock', '...'],
    ['https.//secret@host', '...'],
    ['ada:secret@host', '...'],
    ['a:secret@host', '...'],
    ['Server=host;Password = secret', '...'],
    ['host/path?token=secret', 'host/path?...'],
    ['keys/nvapi-secret', 'keys/nvapi-...'],
  ])('without possible secrets: %s', (value, expected) => {
    expect(showValue(value)).toBe(expected);
  });

  it.each([
    'https://mock:6625/path',
    'mock:6625',
    './a/b@home.yaml',
    'C:\\ada@home.pem',
    'ada@acme.test',
    'is it.yaml?',
    '',
  ])('unchanged without a secret: %s', (value) => {
    expect(showValue(value)).toBe(value);
  });

  it('in linear time', () => {
    for (const part of [':', '?', '@', 'a:', '=', '//', 'password']) {
      expect(showValue(part.repeat(200_000)).length).toBeGreaterThan(0);
    }
  });
});

it('a fingerprint is `sha256:` with ten hexadecimal digits', () => {
  const values = [
    'sha256:0123456789',
    'sha256:0123456789a',
    'xsha256:0123456789',
    'sha256:012345678g',
    ['sha256:0123456789'],
  ];

  expect(values.map(isFingerprint)).toEqual([true, false, false, false, false]);
});

describe('a long string', () => {
  it.each([
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abc…'],
    ['😀😀😀', 3, '😀😀😀'],
    ['😀😀😀😀', 3, '😀😀😀…'],
    ['x'.repeat(60_000), 5, 'xxxxx…'],
    ['', 3, ''],
  ])('%s is shortened to %d characters', (text, max, expected) => {
    expect(shorten(text, max)).toBe(expected);
  });
});

it.each([
  [0, '0 requests'],
  [1, '1 request'],
  [2, '2 requests'],
])('%i is formatted as `%s`', (number, expected) => {
  expect(formatCount(number, 'request')).toBe(expected);
});

it.each(['', 'a', 'ab', 'abc', 'abcd'])(
  'a string after %j is found in Base64 by exactly one of its encoded forms',
  (before) => {
    const encoded = Buffer.from(`${before}nvapi-xyz`).toString('base64');
    const matching = listEncodedForms('nvapi-').filter(({ text }) => encoded.includes(text));

    expect(matching).toHaveLength(1);
    const [{ text, precedingLength } = { text: '', precedingLength: 0 }] = matching;
    expect((encoded.indexOf(text) - precedingLength) % 4).toBe(0);
  },
);

it.each([0, 1, 2, 3, 70])('the Base64 length of %d bytes equals that of Node', (bytes) => {
  expect(base64LengthOf(bytes)).toBe(Buffer.alloc(bytes).toString('base64').length);
});

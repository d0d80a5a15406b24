import { describe, expect, it } from 'vitest';
import { createFingerprint } from '../../src/journal/known-secrets.ts';
import * as journal from '../../src/journal/secrets.ts';
import { cpuOf, worseThanLinear } from '../long/linear/measure.ts';
import { toySecrets } from './toy-secrets.ts';

const secrets = toySecrets();
const { fingerprint } = secrets;
const hideFields = (fields: URLSearchParams) => Object.fromEntries(journal.hideFields(fields, secrets));
const hideInHeader = (name: string, value: string) => journal.hideInHeader(name, value, secrets);
const hideInLine = (line: string) => journal.hideInLine(line, secrets);
const outline = (text: string) => journal.outlineBody(text, true, text.length, secrets);
const hideSecrets = (value: unknown) => journal.hideSecrets(value, secrets);

/** Starts, ends and repeated parts of the searches. */
const LINEAR = [
  ...['eyJ', '"a":"', 'token ', '{"token":', 'nvapi-', 'bnZhcGkt', '0123456789ab', '-', '=', '//a:b@', '//', ':'],
  ...['\r\n---', 'name="', 'a=', 'password="', '[[["', '\\u006e', '%25', 'aa-', 'token=a;', 'token=', 'bearer '],
  ...['basic a', '[', "'", '\\"'],
];

const OF_WORLD = 'MOCKciAppSecret00000000000000001';
const HUNTER = fingerprint('hunter2');
const KEY = `nvapi-${'k'.repeat(64)}`;
const TOKEN = `eyJhbGciOiJSUzI1NiJ9.${'p'.repeat(40)}.${'s'.repeat(40)}`;

describe('a secret', () => {
  it('is shown as a fingerprint of ten digits, the same for the same secret', () => {
    expect(fingerprint('hunter2')).toMatch(/^sha256:[0-9a-f]{10}$/);
    expect(fingerprint('hunter2')).toBe(HUNTER);
    expect(fingerprint('hunter3')).not.toBe(fingerprint('hunter2'));
  });

  it('cannot be found by its hash, as fingerprints depend on a key', () => {
    // sha256("hunter2"), as any other program computes it.
    expect(fingerprint('hunter2')).not.toBe('sha256:f52fbd32b2');
    expect(createFingerprint('hunter2', 'one key')).not.toBe(createFingerprint('hunter2', 'another'));
  });

  it('that is a fingerprint is unchanged, so that it can be searched for', () => {
    expect(fingerprint('sha256:f52fbd32b2')).toBe('sha256:f52fbd32b2');
  });

  it('is every value in a list of secrets', () => {
    expect(
      hideSecrets({ secrets: [{ name: 'DB', value: 'hunter2' }], environment: [{ key: 'A', value: 'open' }] }),
    ).toEqual({
      secrets: [{ name: 'DB', value: HUNTER }],
      environment: [{ key: 'A', value: 'open' }],
    });
  });

  it.each<[form: string, sent: object, shown: object]>([
    ['a string', { secrets: 'hunter2' }, { secrets: HUNTER }],
    ['an object', { secrets: { DB: 'hunter2' } }, { secrets: { DB: HUNTER } }],
    ['other members', { secrets: [{ name: 'DB', text: 'hunter2' }] }, { secrets: [{ name: 'DB', text: HUNTER }] }],
    ['a list in a list', { secrets: { items: ['hunter2'] } }, { secrets: { items: [HUNTER] } }],
    ['capitals', { Secrets: [{ Name: 'DB', Value: 'hunter2' }] }, { Secrets: [{ Name: 'DB', Value: HUNTER }] }],
  ])('is everything except names in a list of secrets in another form: %s', (_, sent, shown) => {
    expect(hideSecrets(sent)).toEqual(shown);
    expect(hideFields(new URLSearchParams({ secrets: 'hunter2' }))).toEqual({ secrets: HUNTER });
  });

  it('is a key or a token at any place, including names', () => {
    expect(hideInLine(`a ${KEY} and a ${TOKEN}.`)).toBe(`a ${fingerprint(KEY)} and a ${fingerprint(`${TOKEN}.`)}`);
    expect(JSON.stringify(hideSecrets({ [KEY]: TOKEN }))).not.toMatch(/nvapi-k|eyJ/);
  });

  it('is neither an error code nor a number', () => {
    expect(hideSecrets({ code: 'not_found', error: { code: 404 } })).toEqual({
      code: 'not_found',
      error: { code: 404 },
    });
    expect(hideSecrets({ code: 'x'.repeat(40) })).toEqual({ code: fingerprint('x'.repeat(40)) });
  });

  it('has a name of any length', () => {
    const longest = `${'x'.repeat(1000)}secret`;
    expect(hideSecrets({ [longest]: 'hunter2', [`${longest}x`]: 'hunter2' })).toEqual({
      [longest]: HUNTER,
      [`${longest}x`]: 'hunter2',
    });
  });

  it.each([
    ['cut in a string', '{"name":"a","clientSecret" : "hun\\"ter', '{…:…,… : …'],
    ['cut in an escape', '["a\\', '[…'],
    ['with a trailing comma', '{"password":"hunter2",}', '{…:…,}'],
    ['with other quotes', `{'password': 'hunter2'}`, '{…: …}'],
    ['with numbers and literals', '{"a": [12, true, nul]', '{…: […, …, …]'],
    ['that is a form', 'client_id=ci-app&client_secret=hunter2', '…'],
    ['with a name that is a secret', '{"hunter2": "a": 1}', '{…: …: …}'],
    ['that is long', `[${'"a",'.repeat(1000)}`, `[${'…,'.repeat(49)}…`],
  ])('is not in the outline of JSON %s', (_, text, shown) => {
    expect(outline(text)).toBe(`${shown} (${text.length} bytes, ${fingerprint(text)})`);
  });

  it('is found in forms, queries and redirects', () => {
    expect(hideFields(new URLSearchParams('grant_type=x&client_secret=hunter2'))).toEqual({
      grant_type: 'x',
      client_secret: HUNTER,
    });
    expect(hideInLine(`/callback?state=1&code=${OF_WORLD}#access_token=hunter2`)).toBe(
      `/callback?state=1&code=${fingerprint(OF_WORLD)}#access_token=${HUNTER}`,
    );
  });

  it('in a header keeps its scheme', () => {
    expect(hideInHeader('authorization', 'Bearer hunter2')).toBe(`Bearer ${HUNTER}`);
    expect(hideInHeader('authorization', 'hunter2')).toBe(HUNTER);
    expect(hideInHeader('authorization', 'bearer  hunter2')).toBe(`bearer  ${HUNTER}`);
    expect(hideInHeader('authorization', '')).toBe('');
    expect(hideInHeader('cookie', 'session=hunter2')).toBe(fingerprint('session=hunter2'));
    expect(hideInHeader('x-trace', `a ${KEY}`)).toBe(`a ${fingerprint(KEY)}`);
    expect(hideInHeader('accept', 'text/html')).toBe('text/html');
  });

  it.each([
    ...['currentPassword', 'default_password', 'netq_password', 'registration_token', 'private_key', 'x-client-secret'],
    ...['password[]', 'API-Key', 'secretValue', 'tokenValue', 'passphrase'],
  ])('is the value of a member, a field or a header `%s`, even as a number', (name) => {
    expect(hideSecrets({ [name]: 123_456 })).toEqual({ [name]: fingerprint('123456') });
    expect(hideFields(new URLSearchParams([[name, 'hunter2']]))).toEqual({ [name]: HUNTER });
    expect(hideInHeader(name.toLowerCase(), 'hunter2')).toBe(HUNTER);
  });

  it.each(['client_id=a;client_secret=hunter2', 'client_id=a,client_secret=hunter2', 'client%5fsecret=hunter2'])(
    'is not shown in a query with the wrong separators: %s',
    (query) => {
      expect(hideInLine(`/a?${query}`)).not.toContain('hunter2');
    },
  );

  it('is not shown in a path that encodes it', () => {
    expect(hideInLine(`/v1/%6evapi-${'k'.repeat(64)}/%20`)).not.toContain('kkkk');
    expect(hideInLine('/v1/a%20b')).toBe('/v1/a%20b');
  });

  it.each([
    ['a path', '/nope/SECRET/y', '/nope/HIDDEN/y'],
    ['a query', '/nope?name=SECRET&a=1', '/nope?name=HIDDEN&a=1'],
    ['a sentence', 'No operation has the path `/a/SECRET`.', 'No operation has the path `/a/HIDDEN`.'],
    ['a secret inside a word, which is not a value', '/nope/x-SECRET/y', '/nope/x-SECRET/y'],
    ['parameters', 'GET /a/password=SECRET;token=SECRET/x?a=1', 'GET /a/password=HIDDEN;token=HIDDEN/x?a=1'],
    ['counts and codes', '/a?max_tokens=512&code=not_found', '/a?max_tokens=512&code=not_found'],
  ])('is not shown in a log line with %s', (_, line, reported) => {
    const known = toySecrets([OF_WORLD]);
    const fill = (text: string) => text.replaceAll('SECRET', OF_WORLD).replaceAll('HIDDEN', fingerprint(OF_WORLD));
    expect(journal.hideInLine(fill(line), known)).toBe(fill(reported));
  });

  it('is not shown in a log line that encodes it up to three times', () => {
    const known = toySecrets([OF_WORLD]);
    let encoded = OF_WORLD.replaceAll(/./g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
    for (let times = 1; times <= 3; times += 1) {
      expect(journal.hideInLine(`GET /a/${encoded}`, known)).toBe(`GET /a/${fingerprint(OF_WORLD)}`);
      encoded = encoded.replaceAll('%', '%25');
    }
  });

  it.each(LINEAR)('is searched for in linear time in a text of %j', async (part) => {
    const hideIn = async (size: number) => {
      const text = part.repeat(Math.ceil(size / part.length));
      return async () => {
        outline(text);
        hideFields(new URLSearchParams(text));
        journal.hideMultipart(text, 'multipart/form-data; boundary=-', secrets);
        hideSecrets({ text });
        hideInLine(text);
        hideInHeader('x-note', text);
      };
    };
    expect(await worseThanLinear(cpuOf(hideIn), 24_000)).toBeNull();
  });

  it.each<[form: string, value: unknown]>([
    ['a text of a text of JSON', { a: JSON.stringify(JSON.stringify({ otp: 'hunter2' })) }],
    ['a name with other signs', { 'user[password][]': 'hunter2', 'pass\u200bword ': 'hunter2' }],
    ['an environment with quotes', 'A=1 DB_PASSWORD="hunter2 hunter2" PIN=hunter2/hunter2'],
  ])('is hidden in %s', (_, value) => {
    expect(JSON.stringify(hideSecrets(value))).not.toContain('hunter2');
  });

  it('is searched for in members that have the names of functions', () => {
    const value = { name: { toString: 1 }, code: { toString: 1, valueOf: 1 }, value: 'open' };
    expect(hideSecrets(value)).toEqual(value);
  });

  it('cannot be hidden by depth: values below the depth of any accepted body are omitted', () => {
    let value: unknown = { clientSecret: 'hunter2' };
    for (let depth = 0; depth < 20_000; depth += 1) value = [value];
    expect(JSON.stringify(hideSecrets(value))).not.toContain('hunter2');
    const text = `${'['.repeat(20_000)}{"clientSecret":"hunter2"}${']'.repeat(20_000)}`;
    expect(JSON.stringify(hideSecrets({ text }))).not.toContain('hunter2');
  });
});

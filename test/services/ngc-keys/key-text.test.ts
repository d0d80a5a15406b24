/** The format of a key, and headers that contain a key. */

import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createLineLog } from '../../../src/lib/log.ts';
import { createSeededRandom } from '../../../src/lib/random.ts';
import {
  classifyKey,
  createKeyText,
  deriveKeyText,
  findApiKey,
  KEY_TRIPWIRE,
  presentApiKey,
  presentBearerKey,
  presentKey,
  readEnding,
} from '../../../src/services/ngc-keys/key-text.ts';
import { createDerivation } from '../../../src/tokens/derivation.ts';
import { hashSecret } from '../../../src/tokens/secret.ts';
import { listHints } from '../../support/hints.ts';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { type Answer, testServer } from '../../support/server.ts';

const random = createSeededRandom('keys');
const createKey = () => createKeyText(random.base64url(32));
const changeCharacter = (key: string, index: number) =>
  `${key.slice(0, index)}${key[index] === 'A' ? 'B' : 'A'}${key.slice(index + 1)}`;

describe('a key of the mock', () => {
  it('is `nvapi-MOCK` with 60 more characters of base64url', () => {
    for (let time = 0; time < 50; time++) expect(createKey()).toMatch(/^nvapi-MOCK[A-Za-z0-9_-]{60}$/);
  });

  it('is marked and depends only on its entropy', () => {
    const entropy = random.base64url(32);

    expect(classifyKey(createKeyText(entropy))).toBe('marked');
    expect(createKeyText(entropy)).toBe(createKeyText(entropy));
    expect(createKeyText(entropy).slice(6, 49)).toBe(`MOCK${entropy.slice(0, 39)}`);
  });

  it('is derived from its world, its use and its id', () => {
    const key = deriveKeyText(createDerivation('team-a'), 'key-1');

    expect(classifyKey(key)).toBe('marked');
    expect(deriveKeyText(createDerivation('team-a'), 'key-1')).toBe(key);
    expect(deriveKeyText(createDerivation('team-a'), 'key-2')).not.toBe(key);
    expect(deriveKeyText(createDerivation('team-b'), 'key-1')).not.toBe(key);
    expect(createDerivation('team-a').draw('key', 'key-1', createKeyText)).toBe(key);
  });

  it('shows only its last three characters when it is masked', () => {
    expect(readEnding('nvapi-abcdef')).toBe('def');
  });

  it('is marked if it is built in', () => {
    for (const { key, name } of ngcCast.keys) expect(classifyKey(key), name).toBe('marked');
  });

  it('is on the allow lists for secret scanners, and no other key is', async () => {
    const page = await readFile(new URL('../../../docs/how-to/your-own-users.md', import.meta.url), 'utf8');
    const lists = [...page.matchAll(/'+(nvapi-MOCK\S+?)'+\]/g)].map(([, pattern = '']) => new RegExp(`^${pattern}$`));

    expect(lists).toHaveLength(2);
    for (const list of lists) {
      for (const { key } of ngcCast.keys) expect(key).toMatch(list);
      expect(`nvapi-${'a'.repeat(64)}`).not.toMatch(list);
    }
  });

  it('is foreign if it has the checksum but not the mark', () => {
    const drawn = random.base64url(32);
    const checksum = createHmac('sha3-256', 'nv-auth-mock').update(drawn).digest('base64url').slice(0, 21);
    expect(classifyKey(`nvapi-${drawn}${checksum}`)).toBe('foreign');
  });

  it('is foreign if any character differs', () => {
    const key = createKey();

    for (let index = 6; index < key.length; index++)
      expect(classifyKey(changeCharacter(key, index)), `${index}`).toBe('foreign');
  });

  it.each([
    { title: '64 letters', text: `nvapi-${'a'.repeat(64)}` },
    { title: '64 characters `_` and `-`', text: `nvapi-${'_-'.repeat(32)}` },
  ])('is foreign with $title and no mark', ({ text }) => {
    expect(classifyKey(text)).toBe('foreign');
  });

  it.each([
    { title: 'one character too few', text: `nvapi-${'a'.repeat(63)}` },
    { title: 'one character too many', text: `nvapi-${'a'.repeat(65)}` },
    { title: 'a character outside base64url', text: `nvapi-${'a'.repeat(63)}+` },
    { title: 'another prefix', text: `nvapx-${'a'.repeat(64)}` },
    { title: 'the prefix in upper case', text: `NVAPI-${'a'.repeat(64)}` },
    { title: 'a trailing line break', text: `${createKeyText('a'.repeat(43))}\n` },
    { title: 'a leading space', text: ` ${createKeyText('a'.repeat(43))}` },
    { title: 'only the prefix', text: 'nvapi-' },
    { title: 'no characters', text: '' },
  ])('is malformed with $title', ({ text }) => {
    expect(classifyKey(text)).toBe('malformed');
  });
});

describe('a presented key', () => {
  const key = createKey();

  it('identifies its world by its mark or its hash', () => {
    const presented = presentKey(key);

    expect(presented).toMatchObject({ kind: 'key', mark: key.slice(10, 22) });
    expect(presented.kind === 'key' && presented.hash()).toBe(hashSecret(key));
  });

  it('is recognized only after `Bearer`', () => {
    expect(presentBearerKey(`bearer ${key}`)).toMatchObject({ kind: 'key', mark: key.slice(10, 22) });
    expect([`Basic ${key}`, 'Bearer abc', key].map(presentBearerKey)).toEqual([null, null, null]);
  });

  it.each([
    ['ApiKey nvapi-a', 'nvapi-a'],
    ['apikey   nvapi-a  ', 'nvapi-a'],
    ['ApiKey other', 'other'],
    ['ApiKey two words', null],
    ['ApiKeynvapi-a', null],
    ['ApiKey', null],
    ['An ApiKey nvapi-a', null],
    [' ApiKey nvapi-a', null],
    ['Bearer nvapi-a', null],
  ])('is found after the scheme `ApiKey`: %j', (authorization, expected) => {
    expect(findApiKey(authorization)).toBe(expected);
  });

  it('is presented after the scheme `ApiKey` if it starts like a key', () => {
    const key = createKey();

    expect(presentApiKey(`ApiKey ${key}`)).toMatchObject({ kind: 'key', mark: key.slice(10, 22) });
    expect(['ApiKey other', 'ApiKey a-nvapi-', `Bearer ${key}`, ''].map(presentApiKey)).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it('is found anywhere in a text, and is foreign if no mock issued it', () => {
    const text = `a ${key}, and nvapi-${'a'.repeat(64)}`;

    expect(text.match(KEY_TRIPWIRE.pattern)?.map(KEY_TRIPWIRE.isForeign)).toEqual([false, true]);
    expect(text).toContain(KEY_TRIPWIRE.prefix);
  });
});

describe('a key that no mock issued', () => {
  const foreign = `nvapi-${'R3al-'.repeat(12)}Keys`;

  it('is rejected by every API, and only a short hash of it is recorded', async () => {
    const log: string[] = [];
    const server = await testServer(
      {},
      { log: (clock) => createLineLog('debug', true, clock, (line) => void log.push(line)) },
    );
    const readCounts = async () => (await server.call('GET /_mock/info')).body.counts;
    const before = await readCounts();
    const answers: Answer[] = [
      await server.call('GET /v2/nvcf/functions', { token: foreign }),
      await server.call('GET /v2/orgs/acme/nvcf/functions', { token: foreign }),
      await server.call('GET /v3/orgs/acme/keys', { token: foreign }),
      await server.call('POST /v3/keys/get-caller-info', {
        body: `credentials=${foreign}`,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      }),
      await server.call('GET /api/v1/access-keys', { token: foreign }),
    ];
    const hints = await listHints(server);
    const { decisions } = (await server.call('GET /_mock/decisions?limit=2000')).body;
    const foreignHints = hints.filter(({ code }: { code: string }) => code === 'foreign_credential');

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 401, 401, 401]);
    expect(answers.slice(0, 4).map(({ decision }) => decision.reason)).toEqual(Array(4).fill('foreign_key'));
    expect(foreignHints).toEqual([expect.objectContaining({ text: expect.stringMatching(/\b[0-9a-f]{6,12}\b/) })]);
    expect(foreignHints[0].text).not.toMatch(/[0-9a-f]{17}/);
    expect(decisions.map(({ principal }: { principal: unknown }) => principal)).toEqual(Array(5).fill(null));
    expect(decisions[1].fixes).not.toEqual([]);
    expect(await readCounts()).toEqual(before);
    const everything = JSON.stringify([answers, hints, decisions, log]);
    expect(everything).not.toContain(foreign);
    expect(everything).not.toContain(foreign.slice(6, 22));
    expect(everything).not.toContain(foreign.slice(-16));
  });

  it('differs from a key of another mock, which is rejected without a hint', async () => {
    const server = await testServer();
    const answer = await server.call('GET /v2/nvcf/functions', { token: createKey() });

    expect(answer.status).toBe(403);
    expect(answer.body.detail).toBe('Authorization failed');
    expect(answer.decision.reason).toBe('unknown_key');
    expect(await listHints(server)).toEqual([]);
  });
});

it.each(['bearer', 'BEARER'])(
  'the scheme %s is accepted by the key administration in every profile',
  async (scheme) => {
    const headers = { authorization: `${scheme} ${castKey('owner').key}` };

    for (const nvcf of ['documented', 'open-source'] as const) {
      const server = await testServer({ nvcf });
      expect((await server.call('GET /v3/orgs/acme/keys', { headers })).status).toBe(200);
    }
  },
);

/** The format of a key, and headers that contain a key. */
import { describe, expect, it } from 'vitest';
import { createDerivation } from '../../src/credentials/derivation.ts';
import { hashSecret } from '../../src/credentials/secret.ts';
import { createLineLog } from '../../src/diagnostics/log.ts';
import {
  classifyKey,
  createKeyText,
  deriveKeyText,
  KEY_TRIPWIRE,
  presentBearerKey,
  presentKey,
  readEnding,
} from '../../src/ngc-keys/key-text.ts';
import { createSeededRandom } from '../../src/platform/random.ts';
import { castKey, ngcCast } from '../support/ngc-cast.ts';
import { type Answer, testServer } from '../support/server.ts';

const random = createSeededRandom('keys');
const createKey = () => createKeyText(random.base64url(32));
const changeCharacter = (key: string, index: number) =>
  `${key.slice(0, index)}${key[index] === 'A' ? 'B' : 'A'}${key.slice(index + 1)}`;

describe('a key of the mock', () => {
  it('is `nvapi-` with 64 characters of base64url', () => {
    for (let time = 0; time < 50; time++) expect(createKey()).toMatch(/^nvapi-[A-Za-z0-9_-]{64}$/);
  });

  it('is marked and depends only on its entropy', () => {
    const entropy = random.base64url(32);

    expect(classifyKey(createKeyText(entropy))).toBe('marked');
    expect(createKeyText(entropy)).toBe(createKeyText(entropy));
    expect(createKeyText(entropy).slice(6, 49)).toBe(entropy);
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

  it('is foreign if any character differs', () => {
    const key = createKey();

    for (let index = 6; index < key.length; index++)
      expect(classifyKey(changeCharacter(key, index)), `${index}`).toBe('foreign');
  });

  it.each([
    ['all letters', `nvapi-${'a'.repeat(64)}`, 'foreign'],
    ['with `_` and `-`', `nvapi-${'_-'.repeat(32)}`, 'foreign'],
    ['one character too few', `nvapi-${'a'.repeat(63)}`, 'malformed'],
    ['one character too many', `nvapi-${'a'.repeat(65)}`, 'malformed'],
    ['another alphabet', `nvapi-${'a'.repeat(63)}+`, 'malformed'],
    ['another prefix', `nvapx-${'a'.repeat(64)}`, 'malformed'],
    ['the prefix in upper case', `NVAPI-${'a'.repeat(64)}`, 'malformed'],
    ['a trailing line break', `${createKeyText('a'.repeat(43))}\n`, 'malformed'],
    ['a leading space', ` ${createKeyText('a'.repeat(43))}`, 'malformed'],
    ['only the prefix', 'nvapi-', 'malformed'],
    ['no characters', '', 'malformed'],
  ])('is not a text with %s', (_what, text, form) => {
    expect(classifyKey(text)).toBe(form);
  });
});

describe('a presented key', () => {
  const key = createKey();

  it('identifies its world by its mark or its hash', () => {
    const presented = presentKey(key);

    expect(presented).toMatchObject({ kind: 'key', mark: key.slice(6, 18) });
    expect(presented.kind === 'key' && presented.hash()).toBe(hashSecret(key));
  });

  it('is recognized only after `Bearer`', () => {
    expect(presentBearerKey(`bearer ${key}`)).toMatchObject({ kind: 'key', mark: key.slice(6, 18) });
    expect([`Basic ${key}`, 'Bearer abc', key].map(presentBearerKey)).toEqual([null, null, null]);
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
    const { findings } = (await server.call('GET /_mock/findings')).body;
    const { decisions } = (await server.call('GET /_mock/decisions?limit=2000')).body;
    const foreignFindings = findings.filter(({ kind }: { kind: string }) => kind === 'foreign_credential');

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 401, 401, 401]);
    expect(answers.slice(0, 4).map(({ decision }) => decision.reason)).toEqual(Array(4).fill('foreign_key'));
    expect(foreignFindings).toEqual([
      expect.objectContaining({ count: 5, message: expect.stringMatching(/\b[0-9a-f]{6,12}\b/) }),
    ]);
    expect(foreignFindings[0].message).not.toMatch(/[0-9a-f]{17}/);
    expect(decisions.map(({ principal }: { principal: unknown }) => principal)).toEqual(Array(5).fill(null));
    expect(decisions[1].fixes).not.toEqual([]);
    expect(await readCounts()).toEqual(before);
    const everything = JSON.stringify([answers, findings, decisions, log]);
    expect(everything).not.toContain(foreign);
    expect(everything).not.toContain(foreign.slice(6, 22));
    expect(everything).not.toContain(foreign.slice(-16));
  });

  it('has one finding for each key, with the number of requests', async () => {
    const server = await testServer();
    const otherKey = changeCharacter(foreign, 20);
    for (const token of [foreign, otherKey, foreign]) await server.call('GET /v2/nvcf/functions', { token });
    const { findings } = (await server.call('GET /_mock/findings')).body;

    expect(findings.map(({ count }: { count: number }) => count).sort()).toEqual([1, 2]);
  });

  it('differs from a key of another mock, which is rejected without a finding', async () => {
    const server = await testServer();
    const answer = await server.call('GET /v2/nvcf/functions', { token: createKey() });

    expect(answer.status).toBe(403);
    expect(answer.body.detail).toBe('Authorization failed');
    expect(answer.decision.reason).toBe('unknown_key');
    expect((await server.call('GET /_mock/findings')).body.findings).toEqual([]);
  });
});

describe('the `Authorization` header', async () => {
  const { key } = castKey('nvcf-deployer');
  const documented = await testServer();
  const openSource = await testServer({ nvcf: 'open-source' });

  const sent: [
    title: string,
    authorization: string | undefined,
    documented: string | null,
    openSource: string | null,
  ][] = [
    ['Bearer', `Bearer ${key}`, null, null],
    ['Bearer with spaces around the key', `Bearer   ${key}  `, null, null],
    ['bearer in lower case', `bearer ${key}`, null, 'wrong_scheme'],
    ['BEARER in upper case', `BEARER ${key}`, null, 'wrong_scheme'],
    ['no header', undefined, 'no_token', 'no_token'],
    ['only Bearer', 'Bearer', 'wrong_scheme', 'wrong_scheme'],
    ['Basic', `Basic ${key}`, 'wrong_scheme', 'wrong_scheme'],
    ['ApiKey', `ApiKey ${key}`, 'wrong_scheme', 'wrong_scheme'],
    ['the key without a scheme', key, 'wrong_scheme', 'wrong_scheme'],
    ['a colon', `Bearer: ${key}`, 'wrong_scheme', 'wrong_scheme'],
    ['no space', `Bearer${key}`, 'wrong_scheme', 'wrong_scheme'],
    ['two keys', `Bearer ${key}, Bearer ${key}`, 'malformed_key', 'malformed_key'],
    ['a quoted key', `Bearer "${key}"`, 'unsupported_token', 'unsupported_token'],
    ['a token of another kind', 'Bearer eyJhbGciOiJub25lIn0.e30.', 'unsupported_token', 'unsupported_token'],
  ];
  const profiles = [
    ['documented', documented, 0],
    ['open-source', openSource, 1],
  ] as const;

  it.each(
    profiles.flatMap(([profile, server, column]) =>
      sent.map(([title, header, ...reasons]) => ({ profile, server, title, header, reason: reasons[column] ?? null })),
    ),
  )('$profile: $title', async ({ server, header, reason }) => {
    const answer = await server.call('GET /v2/nvcf/functions', {
      headers: { ...(header !== undefined && { authorization: header }) },
    });

    expect(answer.decision).toMatchObject(reason === null ? { effect: 'allow' } : { effect: 'deny', reason });
    if (reason === null) expect(answer.status).toBe(200);
    else if (reason === 'malformed_key') expect(answer.status).toBe(403);
    else {
      expect(answer.status).toBe(401);
      expect(answer.body).toBeUndefined();
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  it.each(['bearer', 'BEARER'])(
    'with the scheme %s is accepted by the key administration in every profile',
    async (scheme) => {
      const headers = { authorization: `${scheme} ${castKey('owner').key}` };

      for (const server of [documented, openSource]) {
        expect((await server.call('GET /v3/orgs/acme/keys', { headers })).status).toBe(200);
      }
    },
  );

  it.each(['/v2/nvcf/functions', '/v3/orgs/acme/keys'])(
    'is rejected if it is repeated, also with the same valid key: %s',
    async (url) => {
      const owner = `Bearer ${castKey('owner').key}`;
      const response = await documented.app.inject({
        method: 'GET',
        url,
        headers: { host: 'localhost:6625', authorization: [owner, owner] as unknown as string },
      });

      expect(response.statusCode).toBe(401);
      expect(JSON.parse(String(response.headers['x-mock-decision'])).reason).toBe('multiple_authorization');
    },
  );
});

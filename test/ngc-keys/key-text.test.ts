/** What a key looks like, and what is made of a header that holds one. */
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
const fresh = () => createKeyText(random.base64url(32));
const changed = (key: string, place: number) =>
  `${key.slice(0, place)}${key[place] === 'A' ? 'B' : 'A'}${key.slice(place + 1)}`;

describe('a key of a mock', () => {
  it('is `nvapi-` with 64 characters of base64url', () => {
    for (let time = 0; time < 50; time++) expect(fresh()).toMatch(/^nvapi-[A-Za-z0-9_-]{64}$/);
  });

  it('is marked, and always the same for what was drawn', () => {
    const drawn = random.base64url(32);

    expect(classifyKey(createKeyText(drawn))).toBe('marked');
    expect(createKeyText(drawn)).toBe(createKeyText(drawn));
    expect(createKeyText(drawn).slice(6, 49)).toBe(drawn);
  });

  it('is the same for its id each time, and another for another id, world or use', () => {
    const key = deriveKeyText(createDerivation('team-a'), 'key-1');

    expect(classifyKey(key)).toBe('marked');
    expect(deriveKeyText(createDerivation('team-a'), 'key-1')).toBe(key);
    expect(deriveKeyText(createDerivation('team-a'), 'key-2')).not.toBe(key);
    expect(deriveKeyText(createDerivation('team-b'), 'key-1')).not.toBe(key);
    expect(createDerivation('team-a').draw('key', 'key-1', createKeyText)).toBe(key);
  });

  it('shows no more than its last three characters where it is masked', () => {
    expect(readEnding('nvapi-abcdef')).toBe('def');
  });

  it('is marked, each of the cast', () => {
    for (const { key, name } of ngcCast.keys) expect(classifyKey(key), name).toBe('marked');
  });

  it('is foreign as soon as one character differs, whichever', () => {
    const key = fresh();

    for (let place = 6; place < key.length; place++)
      expect(classifyKey(changed(key, place)), `${place}`).toBe('foreign');
  });

  it.each([
    ['all letters', `nvapi-${'a'.repeat(64)}`, 'foreign'],
    ['with `_` and `-`', `nvapi-${'_-'.repeat(32)}`, 'foreign'],
    ['one character less', `nvapi-${'a'.repeat(63)}`, 'malformed'],
    ['one character more', `nvapi-${'a'.repeat(65)}`, 'malformed'],
    ['another alphabet', `nvapi-${'a'.repeat(63)}+`, 'malformed'],
    ['another prefix', `nvapx-${'a'.repeat(64)}`, 'malformed'],
    ['the prefix in another case', `NVAPI-${'a'.repeat(64)}`, 'malformed'],
    ['a line after it', `${createKeyText('a'.repeat(43))}\n`, 'malformed'],
    ['a space before it', ` ${createKeyText('a'.repeat(43))}`, 'malformed'],
    ['the prefix alone', 'nvapi-', 'malformed'],
    ['nothing', '', 'malformed'],
  ])('is not what has %s', (_what, text, form) => {
    expect(classifyKey(text)).toBe(form);
  });
});

describe('a key that is presented', () => {
  const key = fresh();

  it('leads to its world by its mark, or by its hash', () => {
    const presented = presentKey(key);

    expect(presented).toMatchObject({ kind: 'key', mark: key.slice(6, 18) });
    expect(presented.kind === 'key' && presented.hash()).toBe(hashSecret(key));
  });

  it('is seen behind `Bearer`, and no other token', () => {
    expect(presentBearerKey(`bearer ${key}`)).toMatchObject({ kind: 'key', mark: key.slice(6, 18) });
    expect([`Basic ${key}`, 'Bearer abc', key].map(presentBearerKey)).toEqual([null, null, null]);
  });

  it('is found wherever it stands in a text, and is foreign where no mock minted it', () => {
    const text = `a ${key}, and nvapi-${'a'.repeat(64)}`;

    expect(text.match(KEY_TRIPWIRE.pattern)?.map(KEY_TRIPWIRE.isForeign)).toEqual([false, true]);
    expect(text).toContain(KEY_TRIPWIRE.prefix);
  });
});

describe('a key that no mock minted', () => {
  const foreign = `nvapi-${'R3al-'.repeat(12)}Keys`;

  it('is refused everywhere, and a short hash of it is all that is left', async () => {
    const log: string[] = [];
    const server = await testServer(
      {},
      { log: (clock) => createLineLog('debug', true, clock, (line) => void log.push(line)) },
    );
    const rows = async () => (await server.call('GET /_mock/info')).body.counts;
    const before = await rows();
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
    const found = findings.filter(({ kind }: { kind: string }) => kind === 'foreign_credential');

    expect(answers.map(({ status }) => status)).toEqual([403, 403, 401, 401, 401]);
    expect(answers.slice(0, 4).map(({ decision }) => decision.reason)).toEqual(Array(4).fill('foreign_key'));
    expect(found).toEqual([
      expect.objectContaining({ count: 5, message: expect.stringMatching(/\b[0-9a-f]{6,12}\b/) }),
    ]);
    expect(found[0].message).not.toMatch(/[0-9a-f]{17}/);
    expect(decisions.map(({ principal }: { principal: unknown }) => principal)).toEqual(Array(5).fill(null));
    expect(decisions[1].fixes).not.toEqual([]);
    expect(await rows()).toEqual(before);
    const everything = JSON.stringify([answers, findings, decisions, log]);
    expect(everything).not.toContain(foreign);
    expect(everything).not.toContain(foreign.slice(6, 22));
    expect(everything).not.toContain(foreign.slice(-16));
  });

  it('is found once for each key, however often it comes', async () => {
    const server = await testServer();
    const other = changed(foreign, 20);
    for (const token of [foreign, other, foreign]) await server.call('GET /v2/nvcf/functions', { token });
    const { findings } = (await server.call('GET /_mock/findings')).body;

    expect(findings.map(({ count }: { count: number }) => count).sort()).toEqual([1, 2]);
  });

  it('is not made known by a key that a mock minted and this world does not have', async () => {
    const server = await testServer();
    const answer = await server.call('GET /v2/nvcf/functions', { token: fresh() });

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
    what: string,
    authorization: string | undefined,
    documented: string | null,
    openSource: string | null,
  ][] = [
    ['Bearer', `Bearer ${key}`, null, null],
    ['Bearer with spaces around the key', `Bearer   ${key}  `, null, null],
    ['bearer in lower case', `bearer ${key}`, null, 'wrong_scheme'],
    ['BEARER in upper case', `BEARER ${key}`, null, 'wrong_scheme'],
    ['no header', undefined, 'no_token', 'no_token'],
    ['Bearer alone', 'Bearer', 'wrong_scheme', 'wrong_scheme'],
    ['Basic', `Basic ${key}`, 'wrong_scheme', 'wrong_scheme'],
    ['ApiKey', `ApiKey ${key}`, 'wrong_scheme', 'wrong_scheme'],
    ['the key alone', key, 'wrong_scheme', 'wrong_scheme'],
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
    profiles.flatMap(([profile, on, column]) =>
      sent.map(([what, header, ...reasons]) => ({ profile, on, what, header, reason: reasons[column] ?? null })),
    ),
  )('$profile: $what', async ({ on, header, reason }) => {
    const answer = await on.call('GET /v2/nvcf/functions', {
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

  it.each(['bearer', 'BEARER'])('%s is accepted by the key administration in every profile', async (scheme) => {
    const headers = { authorization: `${scheme} ${castKey('owner').key}` };

    for (const on of [documented, openSource]) {
      expect((await on.call('GET /v3/orgs/acme/keys', { headers })).status).toBe(200);
    }
  });

  it.each(['/v2/nvcf/functions', '/v3/orgs/acme/keys'])('twice is refused, also of one good key: %s', async (url) => {
    const owner = `Bearer ${castKey('owner').key}`;
    const response = await documented.app.inject({
      method: 'GET',
      url,
      headers: { host: 'localhost:6625', authorization: [owner, owner] as unknown as string },
    });

    expect(response.statusCode).toBe(401);
    expect(JSON.parse(String(response.headers['x-mock-decision'])).reason).toBe('multiple_authorization');
  });
});

/** The zoo against verifiers: two libraries, and one that somebody wrote by hand. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeVerifier, type Mock, startMock, type VerifierOptions, type Verify } from '../../src/index.ts';
import { describeVerifier as describeInVitest } from '../../src/vitest.ts';
import { joseVerifier, jsonwebtokenVerifier, naiveVerifier, type Tried, tried } from '../support/verifiers.ts';

type Given = Omit<VerifierOptions, 'hooks'>;

const results = (verify: Verify, options: Given = {}) =>
  tried((hooks) => describeVerifier(verify, { ...options, hooks }));
const caught = (all: readonly Tried[]) =>
  all.flatMap(({ fault }) => (fault === null || fault === 'skipped' ? [] : (/`([\w-]+)`/.exec(fault)?.[1] ?? fault)));
const skipped = (all: readonly Tried[]) => all.flatMap(({ title, fault }) => (fault === 'skipped' ? [title] : []));

describe('jose, set up as the page says, passes', () => {
  describeInVitest(joseVerifier);
  describeInVitest(joseVerifier, { audience: 'https://api.example.test', options: { signingKey: 'ES256' } });
});

const SETUPS: readonly [what: string, options: Given, skips: string][] = [
  ['with RS256', {}, 'refuses all-zero-signature (RFC 8725, 3.3)'],
  [
    'with ES256 and an audience',
    { audience: 'api', options: { signingKey: 'ES256' } },
    'refuses another-algorithm-of-the-key (RFC 8725, 3.1)',
  ],
];

describe.each(SETUPS)('%s', (_what, { options, ...given }, skips) => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock(options);
  });
  afterAll(() => mock.stop());
  const resultsHere = (verify: Verify) => results(verify, { ...given, mock });

  it('jsonwebtoken 9 is caught on `crit`, and on nothing else', async () => {
    expect(caught(await resultsHere(jsonwebtokenVerifier))).toEqual(['unknown-extension']);
  });

  it('one that was written by hand is caught on what it forgets', async () => {
    expect(caught(await resultsHere(naiveVerifier))).toEqual(
      expect.arrayContaining([
        ...(given.audience === undefined ? [] : ['audience-that-begins-alike', 'no-audience']),
        ...['expired-as-text', 'not-yet-valid', 'issuer-that-begins-alike', 'no-issuer'],
        ...['key-in-the-header', 'key-behind-a-url', 'certificate-in-the-header', 'hs256-with-the-public-key'],
        ...['alg-none', 'alg-none-in-odd-case', 'algorithm-said-twice', 'unknown-extension', 'four-parts'],
      ]),
    );
  });

  it('one that accepts everything fails each MUST reject, and one that refuses everything each MUST accept', async () => {
    const [accepting, refusing] = [await resultsHere(() => true), await resultsHere(() => Promise.reject())];
    const names = [...caught(accepting), ...caught(refusing)];

    expect(caught(refusing)).toEqual(
      expect.arrayContaining(['valid', 'unknown-claim', 'unknown-header', 'escaped-names']),
    );
    expect(caught(accepting).length).toBeGreaterThan(25);
    expect(new Set(names).size).toBe(names.length);
    expect(skipped(accepting), 'a token of another algorithm, told to the runner').toEqual([skips]);
  });
});

describe('a failure', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock();
  });
  afterAll(() => mock.stop());

  it('names the token, why, and the source, and repeats no token', async () => {
    const all = await results(() => undefined, { mock });
    const [expired] = all.filter(({ title }) => title.includes(' expired ('));

    expect(expired).toEqual({
      title: 'refuses expired (RFC 7519, 4.1.4)',
      fault: 'The verifier accepts `expired`, which must be refused: `exp` was an hour ago (RFC 7519, 4.1.4).',
    });
    expect(JSON.stringify(all)).not.toMatch(/eyJ/);
  });

  it('repeats what the verifier said, if it refuses what is right', async () => {
    const [first] = await results(
      () => {
        throw new Error('no such issuer');
      },
      { mock },
    );

    expect(first?.fault).toBe(
      'The verifier refuses `valid`, which must be accepted: as the token endpoint issued it (RFC 7519, 7.2). Its error: no such issuer',
    );
  });

  it('says that `false` refuses nothing', async () => {
    const [first] = await results(async () => false, { mock });

    expect(first?.fault).toContain('returned `false`');
  });

  it('says what is wrong with the call', () => {
    const hooks = { describe, it, beforeAll: () => {}, afterAll: () => {} };

    expect(() => describeVerifier('x' as never, { hooks })).toThrow('takes a function');
    expect(() => describeVerifier(joseVerifier, { hooks, options: {}, mock: () => ({}) as never })).toThrow('not both');
  });

  it('names the functions of the runner that are missing', () => {
    const hooks = { describe, it } as unknown as VerifierOptions['hooks'];

    expect(() => describeVerifier(joseVerifier, { hooks })).toThrow('lacks `hooks.beforeAll`, `hooks.afterAll`');
    expect(() => describeVerifier(joseVerifier, undefined as never)).toThrow('lacks `hooks.describe`');
  });
});

it('the tokens are those of a given world, or of the world of the running test', async () => {
  await using mock = await startMock();
  await using world = await mock.world();
  const seen: string[] = [];
  const verify: Verify = (_token, { issuer, audience }) => {
    seen.push(`${issuer} ${audience}`);
  };
  await results(verify, { mock: world, audience: 'a' });
  await results(verify, { mock: () => mock });

  expect([...new Set(seen)]).toEqual([`${world.url}/auth/realms/acme a`, `${mock.url}/auth/realms/acme null`]);
});

it('tokens can be made through the library, too', async () => {
  await using mock = await startMock({ listen: false });
  const { token, claims, header } = await mock.tokens.mint({
    for: 'researcher@acme.test',
    claims: { email: null },
    expiresIn: '-1s',
  });
  const answer = await mock.fetch('/api/v1/access-keys', { headers: { authorization: `Bearer ${token}` } });

  expect(answer.status).toBe(401);
  expect((await mock.decisions.last())?.reason).toBe('expired_token');
  expect(claims).not.toHaveProperty('email');
  expect(header).toMatchObject({ alg: 'RS256', typ: 'JWT' });
  await expect(mock.tokens.mint({ for: 'reseacher@acme.test' })).rejects.toThrow('`researcher@acme.test`');
  expect((await mock.tokens.zoo({ audience: 'a&b' })).audience).toBe('a&b');
});

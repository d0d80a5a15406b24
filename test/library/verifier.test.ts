/** The zoo of tokens against two JWT libraries and a handwritten verifier. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeVerifier, type Mock, startMock, type VerifierOptions, type Verify } from '../../src/index.ts';
import { describeVerifier as describeInVitest } from '../../src/vitest.ts';
import {
  joseVerifier,
  jsonwebtokenVerifier,
  naiveVerifier,
  runVerifierTests,
  type Tried,
} from '../support/verifiers.ts';

type Options = Omit<VerifierOptions, 'hooks'>;

const runVerifier = (verify: Verify, options: Options = {}) =>
  runVerifierTests((hooks) => describeVerifier(verify, { ...options, hooks }));
const listCaught = (all: readonly Tried[]) =>
  all.flatMap(({ fault }) => (fault === null || fault === 'skipped' ? [] : (/`([\w-]+)`/.exec(fault)?.[1] ?? fault)));
const listSkipped = (all: readonly Tried[]) => all.flatMap(({ title, fault }) => (fault === 'skipped' ? [title] : []));

describe('jose, set up as in the documentation, passes', () => {
  describeInVitest(joseVerifier);
  describeInVitest(joseVerifier, { audience: 'https://api.example.test', options: { signingKey: 'ES256' } });
});

const SETUPS: readonly [what: string, options: Options, skips: string][] = [
  ['with RS256', {}, 'refuses all-zero-signature (RFC 8725, 3.3)'],
  [
    'with ES256 and an audience',
    { audience: 'api', options: { signingKey: 'ES256' } },
    'refuses another-algorithm-of-the-key (RFC 8725, 3.1)',
  ],
];

describe.each(SETUPS)('the zoo %s', (_what, { options, ...given }, skips) => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock(options);
  });
  afterAll(() => mock.stop());
  const runInSetup = (verify: Verify) => runVerifier(verify, { ...given, mock });

  it('catches jsonwebtoken 9 only on `crit`', async () => {
    expect(listCaught(await runInSetup(jsonwebtokenVerifier))).toEqual(['unknown-extension']);
  });

  it('catches a handwritten verifier on each omitted check', async () => {
    expect(listCaught(await runInSetup(naiveVerifier))).toEqual(
      expect.arrayContaining([
        ...(given.audience === undefined ? [] : ['audience-that-begins-alike', 'no-audience']),
        ...['expired-as-text', 'not-yet-valid', 'issuer-that-begins-alike', 'no-issuer'],
        ...['key-in-the-header', 'key-behind-a-url', 'certificate-in-the-header', 'hs256-with-the-public-key'],
        ...['alg-none', 'alg-none-in-odd-case', 'algorithm-said-twice', 'unknown-extension', 'four-parts'],
      ]),
    );
  });

  it('has a MUST reject or a MUST accept that fails for each verifier without checks', async () => {
    const [accepting, refusing] = [await runInSetup(() => true), await runInSetup(() => Promise.reject())];
    const names = [...listCaught(accepting), ...listCaught(refusing)];

    expect(listCaught(refusing)).toEqual(
      expect.arrayContaining(['valid', 'unknown-claim', 'unknown-header', 'escaped-names']),
    );
    expect(listCaught(accepting).length).toBeGreaterThan(25);
    expect(new Set(names).size).toBe(names.length);
    expect(listSkipped(accepting), 'a token of another algorithm, told to the runner').toEqual([skips]);
  });
});

describe('a failure', () => {
  let mock: Mock;
  beforeAll(async () => {
    mock = await startMock();
  });
  afterAll(() => mock.stop());

  it('contains the name of the token, the reason and its source, but not the token', async () => {
    const all = await runVerifier(() => undefined, { mock });
    const [expired] = all.filter(({ title }) => title.includes(' expired ('));

    expect(expired).toEqual({
      title: 'refuses expired (RFC 7519, 4.1.4)',
      fault: 'The verifier accepts `expired`, which must be refused: `exp` was an hour ago (RFC 7519, 4.1.4).',
    });
    expect(JSON.stringify(all)).not.toMatch(/eyJ/);
  });

  it('contains the error of a verifier that rejects a valid token', async () => {
    const [first] = await runVerifier(
      () => {
        throw new Error('no such issuer');
      },
      { mock },
    );

    expect(first?.fault).toBe(
      'The verifier refuses `valid`, which must be accepted: as the token endpoint issued it (RFC 7519, 7.2). Its error: no such issuer',
    );
  });

  it('says that a returned `false` does not reject a token', async () => {
    const [first] = await runVerifier(async () => false, { mock });

    expect(first?.fault).toContain('returned `false`');
  });

  it('says which argument is invalid', () => {
    const hooks = { describe, it, beforeAll: () => {}, afterAll: () => {} };

    expect(() => describeVerifier('x' as never, { hooks })).toThrow('takes a function');
    expect(() => describeVerifier(joseVerifier, { hooks, options: {}, mock: () => ({}) as never })).toThrow('not both');
  });

  it('lists the missing functions of the runner', () => {
    const hooks = { describe, it } as unknown as VerifierOptions['hooks'];

    expect(() => describeVerifier(joseVerifier, { hooks })).toThrow('lacks `hooks.beforeAll`, `hooks.afterAll`');
    expect(() => describeVerifier(joseVerifier, undefined as never)).toThrow('lacks `hooks.describe`');
  });
});

it('the tokens belong to the given world, or to the world of the running test', async () => {
  await using mock = await startMock();
  await using world = await mock.world();
  const issuers: string[] = [];
  const verify: Verify = (_token, { issuer, audience }) => {
    issuers.push(`${issuer} ${audience}`);
  };
  await runVerifier(verify, { mock: world, audience: 'a' });
  await runVerifier(verify, { mock: () => mock });

  expect([...new Set(issuers)]).toEqual([`${world.url}/auth/realms/acme a`, `${mock.url}/auth/realms/acme null`]);
});

it('the library mints tokens', async () => {
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

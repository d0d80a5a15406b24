/** A mock in the process of a test. */
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  assertRefused,
  type DenyReason,
  decisionOf,
  describeRefusals,
  type ExpectedRefusal,
  type Mock,
  MockError,
  startMock,
} from '../../src/index.ts';
import { expect as expectWithMatchers } from '../../src/vitest.ts';

const mocks: Mock[] = [];
afterAll(() => Promise.all(mocks.map((mock) => mock.stop())));

async function startTestMock(...[options]: Parameters<typeof startMock>): Promise<Mock> {
  const mock = await startMock({ listen: false, ...options });
  mocks.push(mock);
  return mock;
}

describe('startMock', () => {
  it('listens on a free port by default, and is unreachable after `stop`', async () => {
    const mock = await startMock();
    expect((await fetch(`${mock.url}/_mock/health`)).status).toBe(200);
    await Promise.all([mock.stop(), mock.stop()]);

    await expect(fetch(`${mock.url}/_mock/health`)).rejects.toThrow();
  });

  it('stops the mock at the end of an `await using` block', async () => {
    let url: string;
    {
      await using mock = await startMock();
      url = mock.url;
    }

    await expect(fetch(url)).rejects.toThrow();
  });

  it('accepts the options of the command, with durations as strings', async () => {
    const mock = await startTestMock({
      runai: '3.0',
      tokenLifetime: 'access=90s,code=30s',
      propagationDelay: '30s',
      propagation: 'fixed',
      alias: ['mock'],
    });
    const { configuration } = (await mock.info()) as { configuration: Record<string, unknown> };

    expect(configuration).toMatchObject({
      runai: { value: '3.0', origin: 'option' },
      'token-lifetime': { value: 'access=PT1M30S,refresh=PT24H,code=PT30S', origin: 'option' },
      'propagation-delay': { value: 'PT30S', origin: 'option' },
      alias: { value: ['mock'], origin: 'option' },
      air: { value: '2.0', origin: 'default' },
    });
    expect(mock.posture).toContain('runai=3.0');
  });

  it('ignores environment variables', async () => {
    process.env['NV_AUTH_MOCK_RUNAI'] = '2.19';
    const mock = await startTestMock();
    delete process.env['NV_AUTH_MOCK_RUNAI'];

    expect(mock.posture).toContain('runai=2.24');
  });

  it('accepts a seed as a value, and rejects an invalid one', async () => {
    const seed = { runai: { tenant: { id: 7, name: 'umbrella', realm: 'umbrella' } } };
    const mock = await startTestMock({ seed });

    expect(mock.cast.runai.tenant.name).toBe('umbrella');
    await expect(startTestMock({ seed: { runay: {} } })).rejects.toThrow('did you mean `runai`');
  });

  it.each([
    ['an unknown option', { prot: 1 }, 'Unknown option `prot`. Did you mean `port`?'],
    [
      'a duration without a unit, with its likely meanings',
      { tokenLifetime: 3600, propagationDelay: 0.5 },
      "option `tokenLifetime` is `3600`. Expected a duration with its unit: `'3600s'` or `'3600ms'`.\noption `propagationDelay` is `0.5`. Expected a duration with its unit: `'0.5s'` or `'0.5ms'`.",
    ],
    [
      'a lifetime that is too short',
      { tokenLifetime: '60ms' },
      /^option `tokenLifetime` is `60ms`\. Expected a positive duration with its unit, .* one second or longer, for access tokens; or /,
    ],
  ])('rejects %s', async (_what, options, message) => {
    await expect(startTestMock(options as Parameters<typeof startMock>[0])).rejects.toThrow(message);
  });
});

describe('fetch in process', async () => {
  const mock = await startTestMock();

  it('accepts a path, a URL and a `Request`, with any host name', async () => {
    const inputs = ['/_mock/health', new URL('/_mock/health', mock.url), new Request(`${mock.url}/_mock/health`)];
    const responses = await Promise.all(inputs.map((input) => mock.fetch(input)));
    const otherHost = await mock.fetch('https://acme.run.ai/auth/realms/acme/.well-known/openid-configuration');

    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(((await otherHost.json()) as { issuer: string }).issuer).toContain('acme.run.ai/auth/realms/acme');
  });

  it('returns redirects without following them', async () => {
    const { status, headers } = await mock.fetch(
      '/auth/realms/acme/protocol/openid-connect/auth?client_id=runai-cli&redirect_uri=http://127.0.0.1:1/cb&prompt=none&response_type=code',
    );

    expect(status).toBe(302);
    expect(headers.get('location')).toContain('error=login_required');
  });
});

describe('the typed control API', async () => {
  const mock = await startTestMock();

  it('creates, edits, rotates and deletes keys', async () => {
    const created = await mock.keys.create({ type: 'service', name: 'k', services: ['air'], scopes: ['air:access'] });
    const edited = await mock.keys.edit(created.id, { scopes: ['air:access', 'air:simulation_read'] });
    const { key } = await mock.keys.rotate(created.id);
    const list = await mock.keys.list();
    await mock.keys.delete(created.id);

    expect(created.key).toMatch(/^nvapi-/);
    expect(key).not.toBe(created.key);
    expect(edited.history.map(({ version }) => version)).toEqual([1, 2]);
    expect(list.map(({ id }) => id)).toContain(created.id);
    const error = await mock.keys.get(created.id).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(MockError);
    expect(error).toMatchObject({
      name: 'MockError',
      status: 404,
      message: expect.stringContaining('No key has this id'),
    });
  });

  it('sets, freezes and resumes the clock, and advances it to the next event', async () => {
    const ownMock = await startTestMock();
    const frozen = await ownMock.clock.freeze();
    const set = await ownMock.clock.set('2100-01-15T13:00:00+01:00');
    const expiresAt = '2100-01-16T00:00:00.000Z';
    const key = await ownMock.keys.create({
      type: 'personal',
      name: 'k',
      services: ['air'],
      roles: ['air'],
      expiresAt,
    });
    const event = { at: expiresAt, kind: 'key.expired', keyId: key.id };

    expect(frozen).toMatchObject({ frozen: true, events: [], more: false });
    expect(set.now).toBe('2100-01-15T12:00:00.000Z');
    expect(await ownMock.clock.now()).toMatchObject({ now: set.now, frozen: true, upcoming: [event], more: false });
    expect(await ownMock.clock.advance({ to: 'next-event' })).toMatchObject({
      now: expiresAt,
      frozen: true,
      events: [event],
    });
    await expect(ownMock.clock.advance({ to: 'next-event' })).rejects.toMatchObject({ status: 409 });
    expect((await ownMock.clock.set(new Date('2101-01-01T00:00:00Z'))).now).toBe('2101-01-01T00:00:00.000Z');
    expect((await ownMock.clock.resume()).frozen).toBe(false);
    await expect(ownMock.clock.set(set.now)).rejects.toThrow('must not be in the past');
  });

  it.each([new Date(Number.NaN), undefined, null, 5, {}])('does not set the clock to %s', async (to) => {
    await expect(mock.clock.set(to as never)).rejects.toThrow('clock.set takes a Date, or a time such as');
  });

  it('lists and simulates decisions, and returns tables and hints', async () => {
    await mock.reset();
    const response = await mock.fetch('/api/v1/users');
    const [last] = await mock.decisions.list({ effect: 'deny' });
    const simulated = await mock.decisions.simulate({
      principal: 'researcher@acme.test',
      method: 'GET',
      path: '/api/v1/users',
    });

    expect(await mock.decisions.get(decisionOf(response)?.id ?? '')).toEqual(last);
    expect(await mock.decisions.last()).toEqual(last);
    expect(simulated).toMatchObject({ effect: 'deny', missing: ['users:read'] });
    expect(await mock.requests.list({ hints: true })).toEqual([]);
  });
});

describe('a refusal', async () => {
  const mock = await startTestMock();
  const refused = await mock.fetch('/api/v1/users', { headers: { authorization: 'Bearer nonsense' } });

  it('is asserted by its reason in any kind of response', () => {
    assertRefused(refused, 'malformed_token');
    assertRefused(
      { headers: { 'x-mock-decision': '{"id":"1","effect":"deny","reason":"missing_scope","missing":["b","a"]}' } },
      { reason: 'missing_scope', missing: ['a', 'b'] },
    );
  });

  it.each([
    [
      'another reason',
      refused,
      'no_token',
      'expected a refusal for `no_token`, but it was refused for `malformed_token`',
    ],
    ['no decision', { headers: new Headers() }, 'no_token', 'the response has no decision'],
    [
      'an allowed response',
      { headers: { 'x-mock-decision': '{"id":"7","effect":"allow"}' } },
      'no_token',
      'it was allowed (decision 7)',
    ],
    [
      'another missing right',
      { headers: { 'x-mock-decision': '{"id":"7","effect":"deny","reason":"missing_scope","missing":["a"]}' } },
      { reason: 'missing_scope', missing: ['b'] },
      'it lacked a, not b',
    ],
  ] as const)('is not confused with %s', (_what, response, expected, message) => {
    expect(() => assertRefused(response, expected)).toThrow(message);
  });

  it.each([
    ['another reason', '"effect":"deny","reason":"missing_scope"', 'no_token'],
    ['an allowed response', '"effect":"allow"', 'no_token'],
    ['another missing right', '"effect":"deny","reason":"missing_scope"', { reason: 'missing_scope', missing: ['a'] }],
  ] as const)('is reported with the certainty of an undocumented rule, for %s', (_what, note, expected) => {
    const respondWith = (certainty: string) => ({ headers: { 'x-mock-decision': `{"id":"7",${note}${certainty}}` } });

    expect(() => assertRefused(respondWith(',"certainty":"inferred"'), expected)).toThrow(
      /\(decision 7\); this rule is `inferred`, not documented: `GET \/_mock\/decisions\/7` has its source$/,
    );
    expect(() => assertRefused(respondWith(''), expected)).toThrow(/\(decision 7\)$/);
  });

  const anyOf = {
    headers: { 'x-mock-decision': '{"id":"7","effect":"deny","reason":"missing_scope","missingAnyOf":["b","a"]}' },
  };

  it('is asserted by `missingAnyOf`', () => {
    assertRefused(anyOf, { reason: 'missing_scope', missingAnyOf: ['a', 'b'] });
    expect(() => assertRefused(anyOf, { reason: 'missing_scope', missing: ['a', 'b'] })).toThrow('it lacked nothing');
    expect(() => assertRefused(anyOf, { reason: 'missing_scope', missingAnyOf: ['a'] })).toThrow(
      'it lacked one of a, b',
    );
  });

  it.each([
    ['misspelt', 'unknown reason `misspelt`'],
    ['constructor', 'unknown reason `constructor`'],
    ['', 'unknown reason ``'],
    [{ reason: 'missing_scopes' }, 'unknown reason `missing_scopes`'],
    [undefined, 'the reason is missing'],
    [{}, 'the reason is missing'],
  ])('is not asserted, even with `not`, for the invalid reason %j', (reason, message) => {
    const expected = reason as DenyReason;
    for (const response of [refused, { headers: new Headers() }]) {
      expect(() => assertRefused(response, expected)).toThrow(message);
      expect(() => expectWithMatchers(response).not.toBeRefused(expected)).toThrow(message);
      expect(() => expectWithMatchers(response).toBeRefused(expected)).toThrow(message);
    }
  });

  it('is not asserted for an unknown reason, and the eight nearest are listed', () => {
    expect(() => assertRefused(refused, 'unlike-any' as DenyReason)).toThrow(
      /^unknown reason `unlike-any`\. Expected one of (`[a-z_]+`, ){7}`[a-z_]+` and \d+ more, which `docs\/reference\/why-was-i-refused\.md` lists\.$/,
    );
  });

  it('is not asserted for a misspelt reason, and the nearest one is named', () => {
    expect(() => assertRefused(refused, 'no_tokn' as DenyReason)).toThrow('Did you mean `no_token`?');
  });

  it('is asserted by the matcher, with and without `not`', () => {
    expectWithMatchers(refused).toBeRefused('malformed_token');
    expectWithMatchers(refused).not.toBeRefused('no_token');
    expect(() => expectWithMatchers(refused).not.toBeRefused('malformed_token')).toThrow('not to be this refusal');
  });

  it('has a type that includes every reason and nothing else', () => {
    expectTypeOf<Parameters<typeof assertRefused>[1]>().toEqualTypeOf<DenyReason | ExpectedRefusal>();
    expectTypeOf<'missing_scope'>().toExtend<DenyReason>();
    expectTypeOf<'misspelt'>().not.toExtend<DenyReason>();
  });

  it('is described with its request and its fix', async () => {
    const reported = await describeRefusals(mock);

    expect(reported).toContain('GET /api/v1/users');
    expect(reported).toContain('fix: get a new token from the token endpoint');
    expect(reported).not.toContain('not documented');
  });

  it('is described with the source of an undocumented rule', async () => {
    const authorization = `Bearer ${await mock.getToken('researcher@acme.test')}`;
    await mock.fetch('/api/v1/administration/access-keys', { headers: { authorization } });

    expect(await describeRefusals(mock, 1)).toMatch(
      /\n {4}this rule is `inferred`, not documented: reference page .*\n {4}fix: /,
    );
  });
});

/** A mock in the process of a test. */
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  assertRefused,
  connect,
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

async function started(...[options]: Parameters<typeof startMock>): Promise<Mock> {
  const mock = await startMock({ listen: false, ...options });
  mocks.push(mock);
  return mock;
}

describe('startMock', () => {
  it('listens on a free port by itself, and is gone once it was stopped', async () => {
    const mock = await startMock();
    expect((await fetch(`${mock.url}/_mock/health`)).status).toBe(200);
    await Promise.all([mock.stop(), mock.stop()]);

    await expect(fetch(`${mock.url}/_mock/health`)).rejects.toThrow();
  });

  it('is stopped at the end of a block', async () => {
    let url: string;
    {
      await using mock = await startMock();
      url = mock.url;
    }

    await expect(fetch(url)).rejects.toThrow();
  });

  it('takes the options of the command, durations as texts or milliseconds', async () => {
    const mock = await started({
      runai: '3.0',
      tokenTtl: 'access=90s,code=30s',
      propagationDelay: 30_000,
      propagation: 'fixed',
      alias: ['mock'],
    });
    const { configuration } = (await mock.info()) as { configuration: Record<string, unknown> };

    expect(configuration).toMatchObject({
      runai: { value: '3.0', origin: 'option' },
      'token-ttl': { value: 'access=PT1M30S,refresh=PT24H,code=PT30S', origin: 'option' },
      'propagation-delay': { value: 'PT30S', origin: 'option' },
      alias: { value: ['mock'], origin: 'option' },
      air: { value: '2.0', origin: 'default' },
    });
    expect(mock.posture).toContain('runai=3.0');
  });

  it('does not look at the environment', async () => {
    process.env['NV_AUTH_MOCK_RUNAI'] = '2.19';
    const mock = await started();
    delete process.env['NV_AUTH_MOCK_RUNAI'];

    expect(mock.posture).toContain('runai=2.24');
  });

  it('takes a world as a value, and tells what is wrong with one', async () => {
    const seed = { runai: { tenant: { id: 7, name: 'umbrella', realm: 'umbrella' } } };
    const mock = await started({ seed });

    expect(mock.cast.runai.tenant.name).toBe('umbrella');
    await expect(started({ seed: { runay: {} } })).rejects.toThrow('did you mean `runai`');
  });

  it.each([
    ['an unknown option', { prot: 1 }, 'Unknown option `prot`. Did you mean `port`?'],
    [
      'a bad value',
      { runai: '2.27' },
      'option `runai` is `2.27`. Expected one of `2.19`, `2.24`, `2.25`, `2.26`, `3.0`.',
    ],
    ['a duration without unit', { tokenTtl: '15' }, 'option `tokenTtl` is `15`. Expected a positive duration'],
    [
      'a number of milliseconds that is too small, as got',
      { tokenTtl: 60 },
      /^option `tokenTtl` is `60`, in milliseconds\. Expected a positive duration with its unit, .* one second or longer, for access tokens; or /,
    ],
    ['a file that cannot be read', { seed: '/nothing.yaml' }, /^the option `seed` \/nothing.yaml cannot be read/],
  ])('refuses %s', async (_what, options, said) => {
    await expect(started(options as Parameters<typeof startMock>[0])).rejects.toThrow(said);
  });

  it('says that a port is in use', async () => {
    const mock = await startMock();
    mocks.push(mock);

    await expect(startMock({ port: Number(new URL(mock.url).port) })).rejects.toThrow(/port/i);
  });
});

describe('fetch in process', async () => {
  const mock = await started();

  it('takes a path, a URL, and a request; under any host name', async () => {
    const inputs = ['/_mock/health', new URL('/_mock/health', mock.url), new Request(`${mock.url}/_mock/health`)];
    const answers = await Promise.all(inputs.map((input) => mock.fetch(input)));
    const elsewhere = await mock.fetch('https://acme.run.ai/auth/realms/acme/.well-known/openid-configuration');

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(((await elsewhere.json()) as { issuer: string }).issuer).toContain('acme.run.ai/auth/realms/acme');
  });

  it('sends methods, headers and bodies of every form, and gives answers without body', async () => {
    const { clientId, clientSecret } = mock.cast.runai.serviceAccounts[0] as { clientId: string; clientSecret: string };
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
    });
    const granted = await mock.fetch('/api/v2/token', { method: 'POST', body: form });
    const { access_token: token } = (await granted.json()) as { access_token: string };
    const authorized = (init: RequestInit = {}) => ({
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
    const made = await mock.fetch(
      '/api/v1/access-keys',
      authorized({ method: 'POST', body: JSON.stringify({ name: 'mine' }) }),
    );
    const { id } = (await made.json()) as { id: string };
    const gone = await mock.fetch(`/api/v1/access-keys/${id}`, authorized({ method: 'DELETE' }));

    expect([granted.status, made.status, gone.status, await gone.text()]).toEqual([200, 201, 204, '']);
  });

  it('answers redirects, and does not follow them', async () => {
    const { status, headers } = await mock.fetch(
      '/auth/realms/acme/protocol/openid-connect/auth?client_id=runai-cli&redirect_uri=http://127.0.0.1:1/cb&prompt=none&response_type=code',
    );

    expect(status).toBe(302);
    expect(headers.get('location')).toContain('error=login_required');
  });
});

describe('the typed switchboard', async () => {
  const mock = await started();

  it('makes, edits, rotates and deletes keys', async () => {
    const made = await mock.keys.create({ type: 'service', name: 'k', services: ['air'], scopes: ['air:access'] });
    const edited = await mock.keys.edit(made.id, { scopes: ['air:access', 'air:simulation_read'] });
    const { key } = await mock.keys.rotate(made.id);
    const list = await mock.keys.list();
    await mock.keys.delete(made.id);

    expect(made.key).toMatch(/^nvapi-/);
    expect(key).not.toBe(made.key);
    expect(edited.history.map(({ version }) => version)).toEqual([1, 2]);
    expect(list.map(({ id }) => id)).toContain(made.id);
    const gone = await mock.keys.get(made.id).catch((thrown: unknown) => thrown);
    expect(gone).toBeInstanceOf(MockError);
    expect(gone).toMatchObject({
      name: 'MockError',
      status: 404,
      message: expect.stringContaining('No key has this id'),
    });
  });

  it('moves the clock, and tells what happened', async () => {
    await mock.propagation.set({ mode: 'fixed' });
    const key = await mock.keys.create({ type: 'service', name: 'late', services: ['air'], scopes: ['air:access'] });
    await mock.keys.edit(key.id, { scopes: ['air:simulation_read'] });
    const { events } = await mock.clock.advance('15m');

    expect(events).toMatchObject([{ kind: 'policy.effective', keyId: key.id, version: 2 }]);
    expect((await mock.clock.now()).ahead).toBe('PT15M');
    expect((await mock.propagation.get()).mode).toBe('fixed');
    await expect(mock.clock.advance('soon')).rejects.toThrow('Field `by` must be a positive duration');
  });

  it('sets, freezes and resumes the clock, and moves it to the next event', async () => {
    const own = await started();
    const frozen = await own.clock.freeze();
    const set = await own.clock.set('2100-01-15T13:00:00+01:00');
    const expiresAt = '2100-01-16T00:00:00.000Z';
    const key = await own.keys.create({ type: 'personal', name: 'k', services: ['air'], roles: ['air'], expiresAt });
    const event = { at: expiresAt, kind: 'key.expired', keyId: key.id };

    expect(frozen).toMatchObject({ frozen: true, events: [], more: false });
    expect(set.now).toBe('2100-01-15T12:00:00.000Z');
    expect(await own.clock.now()).toMatchObject({ now: set.now, frozen: true, upcoming: [event], more: false });
    expect(await own.clock.advance({ to: 'next-event' })).toMatchObject({
      now: expiresAt,
      frozen: true,
      events: [event],
    });
    await expect(own.clock.advance({ to: 'next-event' })).rejects.toMatchObject({ status: 409 });
    expect((await own.clock.set(new Date('2101-01-01T00:00:00Z'))).now).toBe('2101-01-01T00:00:00.000Z');
    expect((await own.clock.resume()).frozen).toBe(false);
    await expect(own.clock.set(set.now)).rejects.toThrow('must not be in the past');
  });

  it.each([new Date(Number.NaN), undefined, null, 5, {}])(
    'does not set the clock to %s, and says what it takes',
    async (to) => {
      await expect(mock.clock.set(to as never)).rejects.toThrow('clock.set takes a Date, or a time such as');
    },
  );

  it('gives decisions, simulates, and knows tables and findings', async () => {
    await mock.reset();
    const answer = await mock.fetch('/api/v1/users');
    const [last] = await mock.decisions.list({ effect: 'deny' });
    const thought = await mock.decisions.simulate({
      principal: 'researcher@acme.test',
      method: 'GET',
      path: '/api/v1/users',
    });

    expect(await mock.decisions.get(decisionOf(answer)?.id ?? '')).toEqual(last);
    expect(await mock.decisions.last()).toEqual(last);
    expect(thought).toMatchObject({ effect: 'deny', missing: ['users:read'] });
    expect(await mock.tables('runai')).toMatchObject({ profile: '2.24' });
    expect(await mock.findings()).toEqual([]);
  });

  it.each(['2.19', '2.24', '2.25', '2.26', '3.0'] as const)(
    'gets tokens of Run:ai, in %s, and leaves no finding',
    async (runai) => {
      const own = await started({ runai });
      const authorization = `Bearer ${await own.getToken()}`;

      expect((await own.fetch('/api/v1/users', { headers: { authorization } })).status).toBe(200);
      expect(await own.findings()).toEqual([]);
      await expect(own.getToken({ clientId: 'nobody', clientSecret: 'x' })).rejects.toThrow('is not valid');
    },
  );

  it('is the same for a server that runs elsewhere', async () => {
    const listening = await startMock();
    mocks.push(listening);
    const board = connect(listening.url);
    await board.clock.advance('1h');

    expect((await listening.clock.now()).ahead).toBe('PT1H');
    expect((await board.readCast()).ngc.org).toBe('acme');
  });
});

describe('a refusal', async () => {
  const mock = await started();
  const refused = await mock.fetch('/api/v1/users', { headers: { authorization: 'Bearer nonsense' } });

  it('is asserted by its reason, on any kind of answer', () => {
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
      'an answer that was allowed',
      { headers: { 'x-mock-decision': '{"id":"7","effect":"allow"}' } },
      'no_token',
      'it was allowed (decision 7)',
    ],
    [
      'something else that was missing',
      { headers: { 'x-mock-decision': '{"id":"7","effect":"deny","reason":"missing_scope","missing":["a"]}' } },
      { reason: 'missing_scope', missing: ['b'] },
      'it lacked a, not b',
    ],
  ] as const)('is told apart from %s', (_what, answer, expected, said) => {
    expect(() => assertRefused(answer, expected)).toThrow(said);
  });

  it.each([
    ['another reason', '"effect":"deny","reason":"missing_scope"', 'no_token'],
    ['an answer that was allowed', '"effect":"allow"', 'no_token'],
    [
      'something else that was missing',
      '"effect":"deny","reason":"missing_scope"',
      { reason: 'missing_scope', missing: ['a'] },
    ],
  ] as const)('says how certain a rule is that is not documented, of %s', (_what, note, expected) => {
    const by = (certainty: string) => ({ headers: { 'x-mock-decision': `{"id":"7",${note}${certainty}}` } });

    expect(() => assertRefused(by(',"certainty":"inferred"'), expected)).toThrow(
      /\(decision 7\); this rule is `inferred`, not documented: `GET \/_mock\/decisions\/7` has its source$/,
    );
    expect(() => assertRefused(by(''), expected)).toThrow(/\(decision 7\)$/);
  });

  const anyOf = {
    headers: { 'x-mock-decision': '{"id":"7","effect":"deny","reason":"missing_scope","missingAnyOf":["b","a"]}' },
  };

  it('is asserted by what one is needed of', () => {
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
  ])('cannot be expected, with or without `not`, for the reason %j, which does not exist', (given, message) => {
    const expected = given as DenyReason;
    for (const answer of [refused, { headers: new Headers() }]) {
      expect(() => assertRefused(answer, expected)).toThrow(message);
      expect(() => expectWithMatchers(answer).not.toBeRefused(expected)).toThrow(message);
      expect(() => expectWithMatchers(answer).toBeRefused(expected)).toThrow(message);
    }
  });

  it('is not expected by a reason that is like none: the eight nearest are named, and where the others are', () => {
    expect(() => assertRefused(refused, 'unlike-any' as DenyReason)).toThrow(
      /^unknown reason `unlike-any`\. Expected one of (`[a-z_]+`, ){7}`[a-z_]+` and \d+ more, which `docs\/reference\/why-was-i-refused\.md` lists\.$/,
    );
  });

  it('is not expected by a misspelt reason, and the nearest one is named', () => {
    expect(() => assertRefused(refused, 'no_tokn' as DenyReason)).toThrow('Did you mean `no_token`?');
  });

  it('is expected or not by the matcher', () => {
    expectWithMatchers(refused).toBeRefused('malformed_token');
    expectWithMatchers(refused).not.toBeRefused('no_token');
    expect(() => expectWithMatchers(refused).not.toBeRefused('malformed_token')).toThrow('not to be this refusal');
  });

  it('names its reason by a type that knows every reason, and no other', () => {
    expectTypeOf<Parameters<typeof assertRefused>[1]>().toEqualTypeOf<DenyReason | ExpectedRefusal>();
    expectTypeOf<'missing_scope'>().toExtend<DenyReason>();
    expectTypeOf<'misspelt'>().not.toExtend<DenyReason>();
  });

  it('is described for people, with what would turn it', async () => {
    const reported = await describeRefusals(mock);

    expect(reported).toContain('GET /api/v1/users');
    expect(reported).toContain('fix: get a new token from the token endpoint');
    expect(reported).not.toContain('not documented');
  });

  it('is described with the source of a rule that is not documented', async () => {
    const authorization = `Bearer ${await mock.getToken('researcher@acme.test')}`;
    await mock.fetch('/api/v1/administration/access-keys', { headers: { authorization } });

    expect(await describeRefusals(mock, 1)).toMatch(
      /\n {4}this rule is `inferred`, not documented: reference page .*\n {4}fix: /,
    );
  });
});

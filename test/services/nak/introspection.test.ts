import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, CAST_OWNER, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { type TestServer, testServer } from '../../support/server.ts';

const server = await testServer({ nvcf: 'open-source' });
const introspect = (key: unknown, audience: unknown = FUNCTIONS, target: TestServer = server) =>
  target.call('POST /v1/introspect', { body: { audience_service_id: audience, key } });
const evaluate = (apiKey: unknown, path = 'nvcf/evaluations/apikey.allow', target: TestServer = server) =>
  target.call(`POST /v1/namespaces/${path}`, { body: { input: { apiKey } } });
const setStatus = (path: string, status: unknown, target: TestServer = server) =>
  target.call(`PUT ${path}`, { body: { status }, headers: asOwner() });

describe('introspection', () => {
  it('returns the owner and the authorizations of a valid key', async () => {
    const { body: key } = await createKey(server, {}, asOwner('one@example.test'));
    const { status, headers, body } = await introspect(key.value);

    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('max-age=360');
    expect(body).toEqual({
      owner_type: 'USER',
      owner_id: 'one@example.test',
      key_id: key.id,
      issuer_service_id: FUNCTIONS,
      authorizations: authorizationsFor(['list_functions']),
    });
  });

  it.each([
    ['', 400, 'api key empty'],
    [null, 400, 'api key empty'],
    ['nvapi-short', 400, 'api key format invalid'],
    [`nvapi-${'a'.repeat(64)}`, 400, 'Invalid key'],
  ])('of the key %j is rejected', async (key, status, detail) => {
    expect(await introspect(key)).toMatchObject({ status, body: { detail } });
  });

  it('rejects unknown, suspended and expired keys, other audiences and suspended owners, in this order', async () => {
    const own = await testServer({ nvcf: 'open-source' });
    const { body: key } = await createKey(own);
    const path = `/v1/service-admin/users/ci@example.test/keys/${key.id}/status`;
    for (const audience of [TASKS, null]) {
      expect(await introspect(key.value, audience, own)).toMatchObject({
        status: 400,
        body: { detail: 'audience_service_id invalid' },
      });
    }
    await setStatus('/v1/admin/users/ci@example.test/status', 'SUSPENDED', own);
    expect((await introspect(key.value, TASKS, own)).status).toBe(400);
    expect(await introspect(key.value, FUNCTIONS, own)).toMatchObject({
      status: 404,
      body: { detail: 'Key not found.' },
    });
    await setStatus(path, 'SUSPENDED', own);
    expect(await introspect(key.value, TASKS, own)).toMatchObject({ status: 404, body: { detail: 'Key not found' } });
    await setStatus(path, 'ACTIVE', own);
    await setStatus('/v1/admin/users/ci@example.test/status', 'ACTIVE', own);
    expect((await introspect(key.value, FUNCTIONS, own)).status).toBe(200);
    await own.call('POST /_mock/clock/advance', { body: { by: '24h' } });
    expect((await introspect(key.value, FUNCTIONS, own)).status).toBe(404);
    await own.call(`DELETE /v1/keys/${key.id}`, { headers: asOwner() });
    expect((await introspect(key.value, FUNCTIONS, own)).status).toBe(404);
  });

  it('rejects keys that were created through NGC', async () => {
    const { body } = await server.call('GET /_mock/cast');
    const { key } = body.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-deployer');

    expect((await introspect(key)).status).toBe(404);
  });
});

describe('an evaluation', () => {
  const NOT_ALLOWED = { allowed: false };

  it('returns the account, the owner and the policy of a key for the namespace', async () => {
    const { body: key } = await createKey(server, {}, asOwner('two@example.test'));
    const { headers, body } = await evaluate(key.value);

    expect(headers['cache-control']).toBe('max-age=60');
    expect(body).toEqual({
      namespace: 'nvcf',
      rule_name: 'apikey.allow',
      result: {
        allowed: true,
        ncaId: 'nca-acme-0001',
        ownerId: 'two@example.test',
        policy: authorizationsFor(['list_functions']).policies[0],
      },
    });
    expect((await evaluate(key.value, 'nvct/evaluations/apikey.allow')).body.result).toEqual(NOT_ALLOWED);
    expect((await evaluate(key.value, 'event-ledger/evaluations/any-rule.allow')).body.result).toEqual(NOT_ALLOWED);
  });

  it.each([
    { aud: FUNCTIONS },
    { aud: FUNCTIONS, auds: 'x', scopes: null, resources: { a: 1 }, ofALaterVersion: [null, { b: 2 }] },
  ])('returns the policy unchanged: %j', async (policy) => {
    const owner = asOwner(`as-it-is-${Object.keys(policy).length}`);
    const { body: key } = await createKey(
      server,
      { authorizations: { policies: [{}, policy, { aud: FUNCTIONS, a: 1 }] } },
      owner,
    );

    expect((await evaluate(key.value)).body.result).toEqual({
      allowed: true,
      ncaId: 'nca-acme-0001',
      ownerId: owner['key-owner-id'],
      policy,
    });
  });

  it('ignores `auds` and requires `aud`', async () => {
    const [policy] = authorizationsFor(['list_functions']).policies;
    const authorizations = { policies: [{ ...policy, aud: 'other', auds: [FUNCTIONS] }] };
    const { body: key } = await createKey(server, { authorizations }, asOwner('three@example.test'));

    expect((await evaluate(key.value)).body.result).toEqual(NOT_ALLOWED);
    expect((await server.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
  });

  it.each(['nvapi-short', `nvapi-${'a'.repeat(64)}`, 'x'])('of the key %s is not allowed', async (key) => {
    expect((await evaluate(key)).body.result).toEqual(NOT_ALLOWED);
  });

  it('allows a key exactly if Cloud Functions accepts it', async () => {
    const own = await testServer({ nvcf: 'open-source' });
    const { body: key } = await createKey(own);
    const readAgreedResult = async () => {
      const { result } = (await evaluate(key.value, undefined, own)).body;
      const { status, body } = await own.call('GET /v2/nvcf/functions', { token: key.value });
      expect([result.allowed, status]).toEqual(result.allowed ? [true, 200] : [false, 403]);
      if (!result.allowed) expect(body.detail).toBe('Authorization failed');
      return result.allowed;
    };
    expect(await readAgreedResult()).toBe(true);
    await setStatus('/v1/admin/users/ci@example.test/status', 'SUSPENDED', own);
    expect(await readAgreedResult()).toBe(false);
    await setStatus('/v1/admin/users/ci@example.test/status', 'ACTIVE', own);
    expect(await readAgreedResult()).toBe(true);
    await own.call('PUT /v1/service-admin/users/ci@example.test/suspend', { body: {}, headers: asOwner() });
    expect(await readAgreedResult()).toBe(false);
    await setStatus(`/v1/service-admin/users/ci@example.test/keys/${key.id}/status`, 'ACTIVE', own);
    expect(await readAgreedResult()).toBe(true);
    await own.call('POST /_mock/clock/advance', { body: { by: '24h' } });
    expect(await readAgreedResult()).toBe(false);
  });

  it.each([
    ['nvcf/evaluations/a.b.allow', 'a', 'Rule name is not supported: a.b.allow'],
    ['nvcf/evaluations/apikey.llm_allows', 'a', 'Rule name is not supported: apikey.llm_allows'],
    ['nvcf/evaluations/apikey.llm_allow', '', 'Api key is not provided'],
    ['nvcf/evaluations/ssa.llm_allow', '', 'Api key is not provided'],
    ['nvcf/evaluations/ssa.allow', 'a', 'Tiered rate key is not provided'],
    ['other/evaluations/ssa.allow', undefined, "Namespace 'other' is not configured"],
    ['nvcf/evaluations/apikey.allow', '', 'Api key is not provided'],
  ])('at %s with the key %j is rejected', async (path, key, detail) => {
    expect(await evaluate(key, path)).toMatchObject({ status: 400, body: { detail } });
  });
});

it('a key of another world leads introspection, evaluation and lookup to that world', async () => {
  const own = await testServer({ nvcf: 'open-source' });
  await own.call('POST /_mock/worlds', { body: { id: 'alice', credentials: 'own' } });
  const { body: cast } = await own.call('GET /w/alice/_mock/cast');
  const { key } = cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-cli');

  expect((await introspect(key, FUNCTIONS, own)).body.owner_id).toBe(CAST_OWNER);
  expect((await evaluate(key, undefined, own)).body.result.allowed).toBe(true);
  const { body } = await own.call('POST /v1/admin/lookup', { body: { key } });
  expect(body.owner_id).toBe(CAST_OWNER);
  const { body: list } = await own.call('GET /w/alice/v1/keys', { headers: asOwner(CAST_OWNER) });
  expect(list.keys[0].value).toBe(`nvapi-**********${key.slice(-3)}`);
  expect(
    (await introspect(key, FUNCTIONS, { ...own, call: (r, p) => own.call(r.replace(' ', ' /w/default'), p) })).status,
  ).toBe(404);
});

describe('an evaluation for an invocation of a language model', () => {
  const NO_LIMITS = { inputTokenRateLimit: null, outputTokenRateLimit: null };

  it('returns the unset limits of the account in addition to the result of the usual rule', async () => {
    const { body: key } = await createKey(server, {}, asOwner('llm@example.test'));
    const usual = (await evaluate(key.value)).body.result;

    expect((await evaluate(key.value, 'nvcf/evaluations/apikey.llm_allow')).body).toEqual({
      namespace: 'nvcf',
      rule_name: 'apikey.llm_allow',
      result: { ...usual, accountTokenRateLimit: NO_LIMITS },
    });
    expect((await evaluate('nvapi-bad', 'nvcf/evaluations/apikey.llm_allow')).body.result).toEqual({ allowed: false });
  });

  it('returns the limits of an account without a key by the rule `ssa.allow`', async () => {
    const { status, headers, body } = await server.call('POST /v1/namespaces/nvcf/evaluations/ssa.allow', {
      body: { input: { tiered_rate_key: 'nca-acme-0001' } },
    });

    expect([status, headers['cache-control']]).toEqual([200, 'max-age=60']);
    expect(body).toEqual({ namespace: 'nvcf', rule_name: 'ssa.allow', result: NO_LIMITS });
  });
});

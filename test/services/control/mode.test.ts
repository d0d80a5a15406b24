/** Mode `observe` allows and records requests that lack rights, and still rejects all others. */
import { describe, expect, it } from 'vitest';
import { assertRefused, startMock } from '../../../src/index.ts';
import { airServer, GLOBEX_LAB, LEAF_SPINE, NOTHING, UBUNTU } from '../../support/air-client.ts';
import { researcher } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { FULL, inPath, nvcfServer, placeOf } from '../../support/nvcf-client.ts';
import { runaiServer, VISION } from '../../support/runai.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const setObserve = (server: Pick<TestServer, 'call'>) => server.call('PUT /_mock/mode', { body: { mode: 'observe' } });
const setEnforce = (server: Pick<TestServer, 'call'>) => server.call('PUT /_mock/mode', { body: { mode: 'enforce' } });
const readMode = async (server: Pick<TestServer, 'call'>) => (await server.call('GET /_mock/mode')).body.mode;

/** Reads the newest request of the journal. */
async function readNewestRequest(server: TestServer) {
  const { body } = await server.call('GET /_mock/requests?limit=1');
  return body.requests[0];
}

function expectObserved(answer: Answer, reason: string): void {
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  expect(answer.decision).toMatchObject({ effect: 'deny', reason, enforced: false });
}

describe('mode `observe`', async () => {
  const nvcf = await nvcfServer();
  const air = await airServer();
  const runai = await runaiServer();
  const closed = await nvcfServer({ nvcf: 'open-source', mode: 'observe' });
  for (const server of [nvcf, air, runai]) await setObserve(server);
  const echo = placeOf('echo');
  const createKey = async (fields: object) => {
    const { body } = await nvcf.call('POST /_mock/keys', {
      body: { type: 'service', name: 'k', force: true, ...fields },
    });
    return nvcf.as(body.key);
  };

  it('allows requests without rights, with the effect `deny` in the decision', async () => {
    const noScope = await createKey({ services: ['nvcf'], scopes: [] });
    expectObserved(await noScope(`GET ${inPath(echo)}`), 'missing_scope');

    const clusters = { type: 'All Clusters' };
    const wrongType = await createKey({
      name: 'l',
      services: ['nvcf'],
      scopes: ['list_functions'],
      resource: clusters,
    });
    expectObserved(await wrongType(`GET ${inPath(echo)}`), 'incompatible_resource_type');

    const elsewhere = { type: 'Function', ids: [NOTHING] };
    const wrongObject = await createKey({
      name: 'm',
      services: ['nvcf'],
      scopes: ['list_functions'],
      resource: elsewhere,
    });
    expectObserved(await wrongObject(`GET ${inPath(echo)}`), 'resource_mismatch');

    const otherService = await createKey({ name: 'n', services: ['air'], scopes: ['list_functions'] });
    expectObserved(await otherService(`GET ${inPath(echo)}`), 'service_not_enabled');

    const unprivileged = await runai.account();
    expectObserved(await unprivileged.call(`GET org-unit/projects/${VISION}`), 'missing_permission');
  });

  it('allows requests without the required role', async () => {
    const dsx = await airServer({ air: 'dsx', mode: 'observe' });
    const key = await dsx.withScopes('air:simulation_read');
    const { body } = await dsx.call('GET /_mock/tables/air');
    const byRole = body.rules.find((rule: { needs: { roles?: string[] } }) => rule.needs.roles !== undefined);
    expect(byRole).toBeDefined();

    const answers = await Promise.all([key('GET fleets/'), key('GET trainings/'), key('GET workers/')]);
    const { decision, status } = answers.find((answer) => answer.decision?.reason === 'missing_role') as Answer;
    expect({ status, enforced: decision.enforced }).toEqual({ status: 200, enforced: false });
  });

  it('records the decision and the status that the request would have had', async () => {
    const key = await createKey({ name: 'o', services: ['nvcf'], scopes: [] });
    const { decision } = await key(`GET ${inPath(echo)}`);
    const { body } = await nvcf.call(`GET /_mock/decisions/${decision.id}`);

    expect(body).toMatchObject({ effect: 'deny', enforced: false, reason: 'missing_scope' });
    expect(body.explanation).toMatch(/was allowed in observe mode, and would be refused/);
    expect(body.fixes).not.toEqual([]);
    expect(await readNewestRequest(nvcf)).toMatchObject({
      status: 200,
      wouldBe: 403,
      reason: 'missing_scope',
      done: true,
    });
  });

  it('satisfies `assertRefused` of the library', async () => {
    const key = await createKey({ name: 'p', services: ['nvcf'], scopes: [] });
    const { headers } = await key(`GET ${inPath(echo)}`);

    expect(() => assertRefused({ headers }, 'missing_scope')).not.toThrow();
    expect(() => assertRefused({ headers }, 'missing_role')).toThrow('missing_scope');
  });

  it('adds nothing to requests that have the rights', async () => {
    const { decision } = await nvcf.acme('GET functions');

    expect(decision).toEqual({ id: expect.any(String), effect: 'allow', certainty: 'contradicted' });
    expect(await readNewestRequest(nvcf)).not.toHaveProperty('wouldBe');
  });

  it.each([
    ['that does not exist', NOTHING, 'no_such_object'],
    ['of another organisation', GLOBEX_LAB, 'foreign_object'],
  ])('rejects access to an object %s, whatever the rights of the key', async (_title, id, reason) => {
    const lacking = await air.withScopes();
    const holding = await air.withScopes('air:access', 'air:simulation_read');
    for (const key of [lacking, holding]) {
      const { status, decision } = await key(`GET simulations/${id}/`);
      expect({ status, decision }).toMatchObject({ status: 404, decision: { effect: 'deny', reason } });
      expect(decision).not.toHaveProperty('enforced');
      expect(await readNewestRequest(air)).not.toHaveProperty('wouldBe');
    }
  });

  it.each([
    ['that does not exist', NOTHING, 'no_such_object'],
    ['of another organisation', placeOf('private').functionId, 'foreign_object'],
  ])('rejects access to a function %s, in a path and in a body', async (_title, id, reason) => {
    const scopes = ['invoke_function', 'list_functions'];
    const resource = { type: 'Function', ids: [echo.functionId] };
    const { body } = await nvcf.call('POST /_mock/keys', {
      body: { type: 'service', name: reason, services: ['nvcf'], scopes, resource },
    });
    const chat = { model: `${id}/m`, messages: [{ role: 'user', content: 'Hello' }] };
    for (const [request, sent] of [
      [`POST /v2/nvcf/pexec/functions/${id}`, {}],
      ['POST /llm/v1/chat/completions', chat],
    ] as const) {
      const { status, decision } = await nvcf.call(request, { token: body.key, body: sent });
      expect({ status, decision }, request).toMatchObject({ status: 404, decision: { effect: 'deny', reason } });
      expect(decision, request).not.toHaveProperty('enforced');
      expect(await readNewestRequest(nvcf), request).not.toHaveProperty('wouldBe');
    }
  });

  it('rejects a change of the object of another owner', async () => {
    const fields = { type: 'service', name: 'other', org: 'globex', services: ['air'], scopes: [] };
    const { body } = await air.call('POST /_mock/keys', { body: fields });
    const key = air.as(body.key);
    const { status, decision } = await key(`PATCH images/${UBUNTU}/`, { name: 'mine' });

    expect(status).toBe(403);
    expect(decision).toMatchObject({ effect: 'deny', reason: 'not_owner' });
    expect(decision).not.toHaveProperty('enforced');
    expectObserved(await key(`GET images/${UBUNTU}/`), 'missing_scope');
  });

  it('rejects access to another organisation', async () => {
    const answer = await nvcf.acme('GET /v2/orgs/globex/nvcf/functions');

    expect(answer.status).toBe(403);
    expect(answer.decision).toMatchObject({ reason: 'other_organization' });
    expect(answer.decision).not.toHaveProperty('enforced');
  });

  it.each([
    ['with a key for the service', ['nvcf']],
    ['with a key for another service', ['air']],
  ])('rejects operations that are closed to keys, %s', async (_title, services) => {
    const fields = {
      type: 'service',
      name: 'c',
      services,
      scopes: ['list_clusters'],
      resource: { type: 'All Clusters' },
    };
    const { body } = await closed.call('POST /_mock/keys', { body: fields });
    const { status, decision } = await closed.as(body.key)('GET clusterGroups');

    expect(status).toBe(403);
    expect(decision).not.toHaveProperty('enforced');
  });

  it('rejects an unknown key', async () => {
    const { status, decision } = await nvcf.as(`nvapi-${'x'.repeat(64)}`)('GET functions');

    expect(status).toBe(403);
    expect(decision).toMatchObject({ effect: 'deny' });
    expect(decision).not.toHaveProperty('enforced');
  });

  it('lists everything of the account, and only the resources of the key again in mode `enforce`', async () => {
    const server = await nvcfServer();
    const invoker = await server.withScopes(['list_functions'], { type: 'Function', ids: [echo.functionId] });
    const countFunctions = async () => (await invoker('GET functions')).body.functions.length;
    const narrow = await countFunctions();
    await setObserve(server);
    const all = (await server.acme('GET functions')).body.functions.length;

    expect(narrow).toBe(castFunction('echo').length);
    expect(narrow).toBeLessThan(all);
    expect(await countFunctions()).toBe(all);
    await setEnforce(server);
    expect(await countFunctions()).toBe(narrow);
  });

  it('rejects an invalid request', async () => {
    const key = await createKey({ name: 'q', services: ['nvcf'], scopes: [] });
    const { status, decision } = await key('POST functions', { name: 7 });

    expect({ status, decision }).toEqual({ status: 400, decision: null });
  });

  it('is part of simulated decisions', async () => {
    const key = { principal: 'air-reader', method: 'DELETE', path: `/api/v3/simulations/${LEAF_SPINE}/` };
    const { body } = await air.call('POST /_mock/decisions/simulate', { body: key });

    expect(body).toMatchObject({ effect: 'deny', reason: 'missing_scope', enforced: false });
    expect((await air.admin(`GET simulations/${LEAF_SPINE}/`)).status).toBe(200);
  });
});

describe('the mode', async () => {
  const server = await testServer();

  it('is that of the option at the start, and again after a reset', async () => {
    const [strict, lenient] = [await testServer(), await testServer({ mode: 'observe' })];
    expect(await readMode(strict)).toBe('enforce');
    expect(await readMode(lenient)).toBe('observe');
    expect(lenient.posture).toMatch(/mode=observe/);
    expect(strict.posture).not.toMatch(/mode=/);

    expect((await setObserve(strict)).body).toEqual({ mode: 'observe', prefer: false });
    await setEnforce(lenient);
    for (const server of [strict, lenient]) await server.call('POST /_mock/reset');
    expect(await readMode(strict)).toBe('enforce');
    expect(await readMode(lenient)).toBe('observe');
  });

  it('belongs to a single world', async () => {
    const [first, second] = [await makeWorld(server), await makeWorld(server)];
    await setObserve(first);
    const listFunctions = (world: typeof first) => {
      const token = world.cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-invoker').key;
      return world.call('GET /v2/nvcf/functions', { token });
    };

    expectObserved(await listFunctions(first), 'missing_scope');
    expect((await listFunctions(second)).status).toBe(403);
    expect([await readMode(first), await readMode(second), await readMode(server)]).toEqual([
      'observe',
      'enforce',
      'enforce',
    ]);
  });

  it('`observe` rejects credentials of another world', async () => {
    const [first, second] = [await makeWorld(server), await makeWorld(server)];
    await setObserve(first);
    const [key] = second.cast.ngc.keys;
    const { status, decision } = await first.call('GET /v2/nvcf/functions', { token: key.key });

    expect(status).toBe(403);
    expect(decision.reason).toBe('other_world');
  });

  it.each([
    [{ mode: 'observ' }, /`mode`.*`enforce`.*`observe`/s],
    [{ mod: 'observe' }, /`mode`/],
    [{}, /`mode`/],
    [{ mode: ['observe'] }, /`mode`/],
    ['"observe"', /object/],
  ])('is rejected as %j', async (body, message) => {
    const answer = await server.call('PUT /_mock/mode', { body });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(message);
    expect(await readMode(server)).toBe('enforce');
  });

  it('is set by `world.mode` of the library', async () => {
    await using mock = await startMock({ listen: false });
    const world = await mock.world();
    await world.mode('observe');
    const authorization = `Bearer ${world.key('nvcf-invoker')}`;
    const answer = await world.fetch('/v2/nvcf/functions', { headers: { authorization } });

    expect(answer.status).toBe(200);
    assertRefused(answer, 'missing_scope');
    const headers = { authorization: `Bearer ${mock.key('nvcf-invoker')}` };
    expect((await mock.fetch('/v2/nvcf/functions', { headers })).status).toBe(403);
    await world.mode('enforce');
    expect((await world.fetch('/v2/nvcf/functions', { headers: { authorization } })).status).toBe(403);
  });
});

it('mode `observe` grants no token for a wrong secret', async () => {
  const server = await testServer({ mode: 'observe' });
  const { clientId } = researcher.accessKey;
  const { status } = await server.grant({ grantType: 'client_credentials', clientId, clientSecret: 'wrong' });

  expect(status).toBe(400);
  expect(castKey('nvcf-full-access').key).toBe(FULL);
});

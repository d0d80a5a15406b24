/** A world that only observes: what lacks rights passes and is recorded, everything else is refused as ever. */
import { describe, expect, it } from 'vitest';
import { assertRefused, startMock } from '../../../src/index.ts';
import { airServer, GLOBEX_LAB, LEAF_SPINE, NOTHING, UBUNTU } from '../../support/air-client.ts';
import { researcher } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { FULL, inPath, nvcfServer, placeOf } from '../../support/nvcf-client.ts';
import { runaiServer, VISION } from '../../support/runai.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const observe = (server: Pick<TestServer, 'call'>) => server.call('PUT /_mock/mode', { body: { mode: 'observe' } });
const enforce = (server: Pick<TestServer, 'call'>) => server.call('PUT /_mock/mode', { body: { mode: 'enforce' } });
const modeOf = async (server: Pick<TestServer, 'call'>) => (await server.call('GET /_mock/mode')).body.mode;

/** The entry of the journal about the latest request. */
async function latest(server: TestServer) {
  const { body } = await server.call('GET /_mock/requests?limit=1');
  return body.requests[0];
}

function expectLetPass(answer: Answer, reason: string): void {
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  expect(answer.decision).toMatchObject({ effect: 'deny', reason, enforced: false });
}

describe('under `observe`,', async () => {
  const nvcf = await nvcfServer();
  const air = await airServer();
  const runai = await runaiServer();
  const closed = await nvcfServer({ nvcf: 'open-source', mode: 'observe' });
  for (const server of [nvcf, air, runai]) await observe(server);
  const echo = placeOf('echo');
  const keyOf = async (order: object) => {
    const { body } = await nvcf.call('POST /_mock/keys', {
      body: { type: 'service', name: 'k', force: true, ...order },
    });
    return nvcf.as(body.key);
  };

  it('what lacks rights passes, and its decision says that it would have been refused', async () => {
    const noScope = await keyOf({ services: ['nvcf'], scopes: [] });
    expectLetPass(await noScope(`GET ${inPath(echo)}`), 'missing_scope');

    const clusters = { type: 'All Clusters' };
    const wrongType = await keyOf({ name: 'l', services: ['nvcf'], scopes: ['list_functions'], resource: clusters });
    expectLetPass(await wrongType(`GET ${inPath(echo)}`), 'incompatible_resource_type');

    const elsewhere = { type: 'Function', ids: [NOTHING] };
    const wrongObject = await keyOf({ name: 'm', services: ['nvcf'], scopes: ['list_functions'], resource: elsewhere });
    expectLetPass(await wrongObject(`GET ${inPath(echo)}`), 'resource_mismatch');

    const otherService = await keyOf({ name: 'n', services: ['air'], scopes: ['list_functions'] });
    expectLetPass(await otherService(`GET ${inPath(echo)}`), 'service_not_enabled');

    const nobody = await runai.account();
    expectLetPass(await nobody.call(`GET org-unit/projects/${VISION}`), 'missing_permission');
  });

  it('what lacks a role passes', async () => {
    const dsx = await airServer({ air: 'dsx', mode: 'observe' });
    const key = await dsx.withScopes('air:simulation_read');
    const { body } = await dsx.call('GET /_mock/tables/air');
    const byRole = body.rules.find((rule: { needs: { roles?: string[] } }) => rule.needs.roles !== undefined);
    expect(byRole).toBeDefined();

    const answers = await Promise.all([key('GET fleets/'), key('GET trainings/'), key('GET workers/')]);
    const { decision, status } = answers.find((one) => one.decision?.reason === 'missing_role') as Answer;
    expect({ status, enforced: decision.enforced }).toEqual({ status: 200, enforced: false });
  });

  it('the switchboard and the journal tell of it, with the status that it would have had', async () => {
    const key = await keyOf({ name: 'o', services: ['nvcf'], scopes: [] });
    const { decision } = await key(`GET ${inPath(echo)}`);
    const { body } = await nvcf.call(`GET /_mock/decisions/${decision.id}`);

    expect(body).toMatchObject({ effect: 'deny', enforced: false, reason: 'missing_scope' });
    expect(body.explanation).toMatch(/was allowed in observe mode, and would be refused/);
    expect(body.fixes).not.toEqual([]);
    expect(await latest(nvcf)).toMatchObject({ status: 200, wouldBe: 403, reason: 'missing_scope', done: true });
  });

  it('the refusal is seen by those who expect it', async () => {
    const key = await keyOf({ name: 'p', services: ['nvcf'], scopes: [] });
    const { headers } = await key(`GET ${inPath(echo)}`);

    expect(() => assertRefused({ headers }, 'missing_scope')).not.toThrow();
    expect(() => assertRefused({ headers }, 'missing_role')).toThrow('missing_scope');
  });

  it('what is allowed carries nothing of it', async () => {
    const { decision } = await nvcf.acme('GET functions');

    expect(decision).toEqual({ id: expect.any(String), effect: 'allow', certainty: 'contradicted' });
    expect(await latest(nvcf)).not.toHaveProperty('wouldBe');
  });

  it.each([
    ['that is not there', NOTHING, 'no_such_object'],
    ['of another organisation', GLOBEX_LAB, 'foreign_object'],
  ])('an object %s is refused, whatever the key lacks', async (_what, id, reason) => {
    const lacking = await air.withScopes();
    const holding = await air.withScopes('air:access', 'air:simulation_read');
    for (const key of [lacking, holding]) {
      const { status, decision } = await key(`GET simulations/${id}/`);
      expect({ status, decision }).toMatchObject({ status: 404, decision: { effect: 'deny', reason } });
      expect(decision).not.toHaveProperty('enforced');
      expect(await latest(air)).not.toHaveProperty('wouldBe');
    }
  });

  it.each([
    ['that is not there', NOTHING, 'no_such_object'],
    ['of another organisation', placeOf('private').functionId, 'foreign_object'],
  ])(
    'a function %s is refused as such, in a path and in a body, whatever the key is bound to',
    async (_what, id, reason) => {
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
        expect(await latest(nvcf), request).not.toHaveProperty('wouldBe');
      }
    },
  );

  it('only owners change what is theirs', async () => {
    const order = { type: 'service', name: 'other', org: 'globex', services: ['air'], scopes: [] };
    const { body } = await air.call('POST /_mock/keys', { body: order });
    const key = air.as(body.key);
    const { status, decision } = await key(`PATCH images/${UBUNTU}/`, { name: 'mine' });

    expect(status).toBe(403);
    expect(decision).toMatchObject({ effect: 'deny', reason: 'not_owner' });
    expect(decision).not.toHaveProperty('enforced');
    expectLetPass(await key(`GET images/${UBUNTU}/`), 'missing_scope');
  });

  it('a key stays within its organisation', async () => {
    const answer = await nvcf.acme('GET /v2/orgs/globex/nvcf/functions');

    expect(answer.status).toBe(403);
    expect(answer.decision).toMatchObject({ reason: 'other_organization' });
    expect(answer.decision).not.toHaveProperty('enforced');
  });

  it.each([
    ['of a key for the service', ['nvcf']],
    ['of a key for another one', ['air']],
  ])('what no key may do stays refused, %s', async (_what, services) => {
    const order = {
      type: 'service',
      name: 'c',
      services,
      scopes: ['list_clusters'],
      resource: { type: 'All Clusters' },
    };
    const { body } = await closed.call('POST /_mock/keys', { body: order });
    const { status, decision } = await closed.as(body.key)('GET clusterGroups');

    expect(status).toBe(403);
    expect(decision).not.toHaveProperty('enforced');
  });

  it('whoever cannot say who they are is refused', async () => {
    const { status, decision } = await nvcf.as(`nvapi-${'x'.repeat(64)}`)('GET functions');

    expect(status).toBe(403);
    expect(decision).toMatchObject({ effect: 'deny' });
    expect(decision).not.toHaveProperty('enforced');
  });

  it('lists show what the account has, and what the key covers again once rights count', async () => {
    const server = await nvcfServer();
    const invoker = await server.withScopes(['list_functions'], { type: 'Function', ids: [echo.functionId] });
    const count = async () => (await invoker('GET functions')).body.functions.length;
    const narrow = await count();
    await observe(server);
    const all = (await server.acme('GET functions')).body.functions.length;

    expect(narrow).toBe(castFunction('echo').length);
    expect(narrow).toBeLessThan(all);
    expect(await count()).toBe(all);
    await enforce(server);
    expect(await count()).toBe(narrow);
  });

  it('a request that cannot be read is refused as ever', async () => {
    const key = await keyOf({ name: 'q', services: ['nvcf'], scopes: [] });
    const { status, decision } = await key('POST functions', { name: 7 });

    expect({ status, decision }).toEqual({ status: 400, decision: null });
  });

  it('a simulated request says what would become of it', async () => {
    const key = { principal: 'air-reader', method: 'DELETE', path: `/api/v3/simulations/${LEAF_SPINE}/` };
    const { body } = await air.call('POST /_mock/decisions/simulate', { body: key });

    expect(body).toMatchObject({ effect: 'deny', reason: 'missing_scope', enforced: false });
    expect((await air.admin(`GET simulations/${LEAF_SPINE}/`)).status).toBe(200);
  });
});

describe('the mode', async () => {
  const server = await testServer();

  it('is what the server was started with, and returns to that with a reset', async () => {
    const [strict, lenient] = [await testServer(), await testServer({ mode: 'observe' })];
    expect(await modeOf(strict)).toBe('enforce');
    expect(await modeOf(lenient)).toBe('observe');
    expect(lenient.posture).toMatch(/mode=observe/);
    expect(strict.posture).not.toMatch(/mode=/);

    expect((await observe(strict)).body).toEqual({ mode: 'observe', prefer: false });
    await enforce(lenient);
    for (const server of [strict, lenient]) await server.call('POST /_mock/reset');
    expect(await modeOf(strict)).toBe('enforce');
    expect(await modeOf(lenient)).toBe('observe');
  });

  it('is that of one world alone', async () => {
    const [one, other] = [await makeWorld(server), await makeWorld(server)];
    await observe(one);
    const list = (world: typeof one) => {
      const token = world.cast.ngc.keys.find(({ name }: { name: string }) => name === 'nvcf-invoker').key;
      return world.call('GET /v2/nvcf/functions', { token });
    };

    expectLetPass(await list(one), 'missing_scope');
    expect((await list(other)).status).toBe(403);
    expect([await modeOf(one), await modeOf(other), await modeOf(server)]).toEqual(['observe', 'enforce', 'enforce']);
  });

  it('does not let a credential of another world in', async () => {
    const [one, other] = [await makeWorld(server), await makeWorld(server)];
    await observe(one);
    const [key] = other.cast.ngc.keys;
    const { status, decision } = await one.call('GET /v2/nvcf/functions', { token: key.key });

    expect(status).toBe(403);
    expect(decision.reason).toBe('other_world');
  });

  it.each([
    [{ mode: 'observ' }, /`mode`.*`enforce`.*`observe`/s],
    [{ mod: 'observe' }, /`mode`/],
    [{}, /`mode`/],
    [{ mode: ['observe'] }, /`mode`/],
    ['"observe"', /object/],
  ])('that is given as %j is refused, with what is expected', async (body, words) => {
    const answer = await server.call('PUT /_mock/mode', { body });

    expect(answer.status).toBe(400);
    expect(answer.body.detail).toMatch(words);
    expect(await modeOf(server)).toBe('enforce');
  });

  it('is switched by the library', async () => {
    await using mock = await startMock({ listen: false });
    const world = await mock.world();
    await world.mode('observe');
    const authorization = `Bearer ${world.key('nvcf-invoker')}`;
    const answer = await world.fetch('/v2/nvcf/functions', { headers: { authorization } });

    expect(answer.status).toBe(200);
    assertRefused(answer, 'missing_scope');
    const ofMock = { authorization: `Bearer ${mock.key('nvcf-invoker')}` };
    expect((await mock.fetch('/v2/nvcf/functions', { headers: ofMock })).status).toBe(403);
    await world.mode('enforce');
    expect((await world.fetch('/v2/nvcf/functions', { headers: { authorization } })).status).toBe(403);
  });
});

it('tokens are granted under `observe` to those alone who may have one', async () => {
  const server = await testServer({ mode: 'observe' });
  const { clientId } = researcher.accessKey;
  const { status } = await server.grant({ grantType: 'client_credentials', clientId, clientSecret: 'wrong' });

  expect(status).toBe(400);
  expect(castKey('nvcf-full-access').key).toBe(FULL);
});

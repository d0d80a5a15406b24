/** What somebody could do who held something else, and what they could do at all. */
import { describe, expect, it } from 'vitest';
import { startMock } from '../../../src/index.ts';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { KEYED } from '../../support/services.ts';

const server = await testServer();
const [echo] = castFunction('echo');
const LIST = { method: 'GET', path: '/v2/nvcf/functions' };
const ALL = { operations: '*' };
const ADMINISTER = { method: 'GET', path: '/api/v1/administration/access-keys' };
const INVOKE = { method: 'POST', path: `/v2/nvcf/pexec/functions/${echo?.functionId}` };

interface Effect {
  readonly operation: string;
  readonly service: string;
  readonly effect: string;
  readonly reason?: string;
  readonly missing?: readonly string[];
}

const simulate = (body: object, on: TestServer = server) => on.call('POST /_mock/decisions/simulate', { body });
const effectsOf = async (body: object, on?: TestServer): Promise<readonly Effect[]> => {
  const answer = await simulate(body, on);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.operations;
};
const countOf = (effects: readonly Effect[], service: string, effect: string) =>
  effects.filter((one) => one.service === service && one.effect === effect).length;
/** Ids of a service's operations; `keyed`: those that need a credential. */
const operationsOf = async (service: string, which: 'all' | 'keyed' = 'all'): Promise<string[]> => {
  const { body } = await server.call(`GET /_mock/tables/${service}`);
  const rows: { id: string; rule: string }[] = body.operations;
  return rows.filter(({ rule }) => which === 'all' || rule !== 'public').map(({ id }) => id);
};
const idsOf = (effects: readonly Effect[]) => effects.map(({ operation }) => operation);
const servicesOf = (effects: readonly Effect[]) => [...new Set(effects.map(({ service }) => service))];

describe('what is held counts in place of what somebody has:', () => {
  it.each<[who: object, request: object, effect: string, reason: string | null]>([
    [{ principal: 'nvcf-invoker' }, LIST, 'deny', 'missing_scope'],
    [
      { principal: 'nvcf-invoker', holding: { scopes: ['List Functions'], resource: { type: 'All Functions' } } },
      LIST,
      'allow',
      null,
    ],
    [{ principal: 'nvcf-deployer' }, LIST, 'allow', null],
    [{ principal: 'nvcf-deployer', holding: { scopes: [] } }, LIST, 'deny', 'missing_scope'],
    [{ principal: 'nvcf-full-access' }, LIST, 'allow', null],
    [{ principal: 'nvcf-full-access', holding: { roles: [] } }, LIST, 'deny', 'missing_scope'],
    [{ holding: { scopes: ['list_functions'], resource: [{ type: 'All Functions' }] } }, LIST, 'allow', null],
    [
      { holding: { scopes: ['invoke_function'], resource: { type: 'Function', ids: [echo?.functionId] } } },
      INVOKE,
      'allow',
      null,
    ],
    [
      {
        holding: {
          scopes: ['invoke_function'],
          resource: { type: 'Function', ids: ['00000000-0000-4000-8000-000000000000'] },
        },
      },
      INVOKE,
      'deny',
      'resource_mismatch',
    ],
    [
      { holding: { scopes: ['list_functions'], resource: { type: 'All Clusters' } } },
      LIST,
      'deny',
      'incompatible_resource_type',
    ],
    [{ holding: { roles: ['Cloud Functions User'] } }, LIST, 'allow', null],
    [{ holding: { roles: ['air'] } }, LIST, 'deny', 'missing_scope'],
    [{ principal: researcher.email }, ADMINISTER, 'deny', 'missing_permission'],
    [{ principal: researcher.email, holding: { roles: ['System administrator'] } }, ADMINISTER, 'allow', null],
    [{ principal: admin.email, holding: { roles: [] } }, ADMINISTER, 'deny', 'missing_permission'],
    [{ holding: { roles: ['System administrator'] } }, ADMINISTER, 'allow', null],
  ])('%j, %j', async (who, request, effect, reason) => {
    const { status, body } = await simulate({ ...who, ...request });

    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ effect, reason });
  });

  it('the decision is of the principal, and says what they would hold', async () => {
    const { body } = await simulate({ principal: 'nvcf-deployer', holding: { scopes: [] }, ...LIST });

    expect(body).toMatchObject({ principal: { name: 'nvcf-deployer' }, held: [], policyVersion: 2 });
    expect(body.explanation).toContain('under version 2 of the policy');
  });

  it('the fixes for somebody who does not exist cannot be sent', async () => {
    const of = async (who: object) => (await simulate({ ...who, ...LIST })).body.fixes;

    expect((await of({ principal: 'nvcf-invoker' }))[0]).toHaveProperty('request');
    const fixes = await of({ holding: { scopes: [] } });
    expect(fixes.length).toBeGreaterThan(0);
    for (const fix of fixes) expect(fix).not.toHaveProperty('request');
  });

  it('a custom role of Run:ai counts in the world that has it, and in no other', async () => {
    for (const id of ['one', 'other']) await server.call('POST /_mock/worlds', { body: { id, credentials: 'cast' } });
    const { body: token } = await server.call('POST /w/one/api/v1/token', {
      body: { grantType: 'app_token', AppId: application.name, AppSecret: application.secret },
    });
    const { body: sets } = await server.call('GET /w/one/api/v1/authorization/permission-sets', {
      token: token.accessToken,
    });
    await server.call('POST /w/one/api/v2/authorization/roles', {
      token: token.accessToken,
      body: { name: 'Key keeper', description: 'x', permissionSets: [{ id: sets.permissionSets[0].id }] },
    });
    const ask = (world: string) =>
      server.call(`POST /w/${world}/_mock/decisions/simulate`, {
        body: { holding: { roles: ['Key keeper'] }, ...ADMINISTER },
      });

    expect((await ask('one')).body).toMatchObject({ effect: 'deny', reason: 'missing_permission' });
    expect((await ask('other')).status).toBe(400);
  });
});

describe('every operation at once:', () => {
  it('of a key, those of the services that keys can call', async () => {
    const effects = await effectsOf({ principal: 'nvcf-deployer', ...ALL });

    expect(servicesOf(effects).sort()).toEqual([...KEYED, 'catalogue', 'ngc'].sort());
    const ofEach = await Promise.all(servicesOf(effects).map((service) => operationsOf(service)));
    expect(idsOf(effects)).toEqual(ofEach.flat());
    expect(effects).toContainEqual({ operation: 'listFunctions', service: 'nvcf', effect: 'allow' });
    expect(effects).toContainEqual({
      ...{ operation: 'updateFunctionVersion', service: 'nvcf', effect: 'deny', reason: 'missing_scope' },
      missing: ['update_function'],
    });
    expect(effects.find(({ operation }) => operation === 'simulations_list')).toMatchObject({
      reason: 'service_not_enabled',
    });
  });

  it('of somebody in Run:ai, its own', async () => {
    const all = await effectsOf({ principal: admin.email, ...ALL });
    const few = await effectsOf({ principal: researcher.email, ...ALL });

    expect(servicesOf(all)).toEqual(['runai']);
    expect(idsOf(all)).toEqual(await operationsOf('runai'));
    expect(countOf(all, 'runai', 'deny')).toBe(0);
    expect(countOf(few, 'runai', 'deny')).toBeGreaterThan(20);
  });

  it('of one service', async () => {
    const effects = await effectsOf({ principal: 'owner', service: 'ngc', ...ALL });

    expect(idsOf(effects)).toEqual(await operationsOf('ngc'));
    expect(effects.every(({ service, effect }) => service === 'ngc' && effect === 'allow')).toBe(true);
  });

  it('with scopes and nobody named, those of the services that have scopes', async () => {
    const nothing = await effectsOf({ holding: { scopes: [] }, ...ALL });
    const read = await effectsOf({ holding: { scopes: ['air:access', 'air:simulation_read'] }, ...ALL });

    expect(servicesOf(nothing)).toEqual([...KEYED, 'catalogue']);
    expect(idsOf(nothing.filter(({ service, effect }) => service === 'air' && effect === 'deny'))).toEqual(
      await operationsOf('air', 'keyed'),
    );
    expect(countOf(read, 'air', 'allow')).toBeGreaterThan(10);
    expect(countOf(read, 'nvcf', 'allow')).toBe(countOf(nothing, 'nvcf', 'allow'));
  });

  it('with roles and nobody named, those of the services that have one of the roles', async () => {
    expect(servicesOf(await effectsOf({ holding: { roles: ['air-admin'] }, ...ALL }))).toEqual(['air']);
    expect(servicesOf(await effectsOf({ holding: { roles: ['System administrator'] }, ...ALL }))).toEqual(['runai']);
    expect(servicesOf(await effectsOf({ holding: { roles: ['air', 'ORG_OWNER'] }, ...ALL }))).toEqual(['air', 'ngc']);
  });

  it('of a key that does not count, all are refused for that, except those that are public', async () => {
    const on = await testServer();
    await on.call(`PATCH /_mock/keys/${castKey('nvcf-deployer').id}`, { body: { status: 'disabled' } });
    const effects = await effectsOf({ principal: 'nvcf-deployer', service: 'nvcf', ...ALL }, on);

    const refused = effects.filter(({ effect }) => effect === 'deny');

    expect(idsOf(effects)).toEqual(await operationsOf('nvcf'));
    expect(idsOf(refused)).toEqual(await operationsOf('nvcf', 'keyed'));
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['disabled_key']));
  });

  it('of a key whose organisation has no subscription, all of Air are refused without a reason', async () => {
    const on = await testServer(
      {},
      { seed: { extends: 'builtin', ngc: { organizations: [{ name: 'acme', airSubscription: false }] } } },
    );
    for (const who of [{ principal: 'air-admin' }, { holding: { scopes: ['air:access'] } }]) {
      const effects = await effectsOf({ ...who, service: 'air', ...ALL }, on);
      const one = await simulate({ ...who, method: 'GET', path: '/api/v3/simulations/' }, on);

      expect(idsOf(effects.filter(({ effect }) => effect === 'deny'))).toEqual(await operationsOf('air', 'keyed'));
      expect(effects.filter(({ reason }) => reason !== undefined)).toEqual([]);
      expect(problemDocument(one)).toContain('NVIDIA Air answers 402');
    }
  });

  it('says for each what the real call would get', async () => {
    const effects = await effectsOf({ principal: 'nvcf-user', service: 'nvcf', ...ALL });
    const { decision } = await server.call('GET /v2/nvcf/functions', { token: castKey('nvcf-user').key });

    expect(effects.find(({ operation }) => operation === 'listFunctions')?.effect).toBe(decision.effect);
  });
});

describe('a simulation is refused that says', () => {
  const P = { principal: 'nvcf-deployer' };

  it.each<[what: string, body: object, said: string]>([
    ['nothing', {}, 'Fields `principal` and `holding` are missing'],
    ['nobody', LIST, 'Fields `principal` and `holding` are missing'],
    ['no request', P, 'Field `method` is missing. Send `method` and `path`, or `"operations": "*"`'],
    ['half a request', { ...P, method: 'GET' }, 'Field `path` is missing'],
    ['two questions', { ...P, ...LIST, ...ALL }, 'Field `operations` excludes `method` and `path`'],
    ['a service with a path', { ...P, ...LIST, service: 'nvcf' }, 'Field `service` requires `operations`'],
    ['an unknown service', { ...P, ...ALL, service: 'nvfc' }, 'Did you mean `nvcf`?'],
    ['other operations', { ...P, operations: 'all' }, 'Field `operations` is not valid; expected one of `*`'],
    ['an empty holding', { holding: {}, ...ALL }, 'Field `holding` must have either `scopes`'],
    ['scopes and roles', { holding: { scopes: [], roles: [] }, ...ALL }, 'Field `holding` must have either `scopes`'],
    ['an unknown scope', { holding: { scopes: ['list_function'] }, ...ALL }, 'Did you mean `list_functions`?'],
    ['an unknown role', { holding: { roles: ['air-admn'] }, ...ALL }, 'Did you mean `air-admin`?'],
    ['an unknown role for a path', { holding: { roles: ['air-admn'] }, ...LIST }, 'Did you mean `air-admin`?'],
    ['a role that is a word of others', { holding: { roles: ['Adminn'] }, ...LIST }, 'Did you mean `air-admin` or `'],
    [
      'an unknown scope, with its whole path',
      { holding: { scopes: ['list_function'] }, ...LIST },
      'Field `holding.scopes` has the unknown scope',
    ],
    [
      'what the documents rule out, and how it counts all the same',
      { holding: { scopes: ['list_functions'], resource: { type: 'Function' } }, ...LIST },
      'needs ids of the form `<functionId>`. Add `"force": true` to `holding` to use it anyway',
    ],
    [
      'an unknown type, with its whole path',
      { holding: { scopes: [], resource: { type: 'Functio' } }, ...LIST },
      'Field `holding.resource.type` has the unknown resource type `Functio`',
    ],
    [
      'a misspelt principal',
      { principal: 'admn@acme.test', ...LIST },
      'Field `principal` is `admn@acme.test`, which is not a known principal. Did you mean `admin@acme.test`?',
    ],
    [
      'a misspelt principal for all operations',
      { principal: 'admn@acme.test', ...ALL },
      'Did you mean `admin@acme.test`?',
    ],
    [
      'a path with a slash too many',
      { ...P, method: 'GET', path: '/api/v1/users/' },
      'Field `path`: no operation has the path `/api/v1/users/`. Did you mean `/api/v1/users`?',
    ],
    [
      'a misspelt member',
      { holding: { scope: [] }, ...ALL },
      'Field `holding.scope` is not known here; did you mean `scopes`?',
    ],
    ['roles of a service key', { ...P, holding: { roles: ['air'] }, ...LIST }, 'Field `holding.roles` is not allowed'],
    [
      'scopes of a personal key',
      { principal: 'owner', holding: { scopes: [] }, ...ALL },
      'Field `holding.scopes` is not allowed',
    ],
    ['scopes in Run:ai', { holding: { scopes: [] }, ...ADMINISTER }, 'in Run:ai, all rights come from `roles`'],
    [
      'scopes of a user',
      { principal: admin.email, holding: { scopes: [] }, ...ALL },
      'in Run:ai, all rights come from `roles`',
    ],
    ['nobody that there is', { principal: 'nobody', ...ALL }, 'Field `principal` does not match any principal'],
    [
      'somebody of elsewhere',
      { principal: admin.email, service: 'air', ...ALL },
      'does not match any principal that can call NVIDIA Air',
    ],
    [
      'a combination that is ruled out',
      { holding: { scopes: [], resource: { type: 'Function' } }, ...ALL },
      '"force": true',
    ],
  ])('%s', async (_what, body, said) => {
    const answer = await simulate(body);

    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(problemDocument(answer)).toContain(said);
  });

  it('but not one that is forced', async () => {
    const holding = { scopes: ['list_functions'], resource: { type: 'Function' }, force: true };

    expect((await simulate({ holding, ...LIST })).status).toBe(200);
  });

  it('that a new key is held where there is no organisation', async () => {
    const on = await testServer({ seed: 'none' });

    expect((await simulate({ holding: { scopes: [] }, ...ALL }, on)).body.detail).toContain('no organisation');
  });
});

describe('somebody is named by id, name, client id or e-mail address', () => {
  it.each([
    [admin.email, ADMINISTER],
    [application.name, ADMINISTER],
    [application.clientId, ADMINISTER],
    [adminBot.name, ADMINISTER],
    [castKey('owner').name, { method: 'GET', path: '/v3/orgs/acme/keys' }],
  ])('to simulate: %s', async (principal, request) => {
    expect((await simulate({ principal, ...request })).body).toMatchObject({ effect: 'allow' });
  });

  it('a personal key by the e-mail address of its user, unless they have several', async () => {
    const on = await testServer();
    const order = { type: 'personal', services: ['nvcf'], user: 'solo@acme.test', roles: ['Cloud Functions User'] };
    await on.call('POST /_mock/keys', { body: { ...order, name: 'first' } });
    const one = await simulate({ principal: 'solo@acme.test', ...LIST }, on);
    await on.call('POST /_mock/keys', { body: { ...order, name: 'second' } });
    const two = await simulate({ principal: 'solo@acme.test', ...LIST }, on);

    expect(one.body).toMatchObject({ effect: 'allow', principal: { name: 'first', user: 'solo@acme.test' } });
    expect(problemDocument(two)).toContain('Several keys belong to `solo@acme.test`. Use a key id instead.');
  });

  it('to find decisions', async () => {
    const on = await testServer();
    const { key, id, name, user } = castKey('nvcf-full-access');
    await on.call('GET /v2/nvcf/functions', { token: key });
    const found = async (principal = '') =>
      (await on.call(`GET /_mock/decisions?principal=${principal}`)).body.decisions;

    for (const one of [id, name, user]) expect(await found(one), one).toHaveLength(1);
    expect(await found('somebody@acme.test')).toEqual([]);
  });
});

it('is a call of the library', async () => {
  await using mock = await startMock({ listen: false });
  const one = await mock.decisions.simulate({ principal: 'nvcf-invoker', method: 'GET', path: '/v2/nvcf/functions' });
  const all = await mock.decisions.simulate({ holding: { roles: ['air'] }, operations: '*', service: 'air' });

  expect(one).toMatchObject({ effect: 'deny', reason: 'missing_scope' });
  expect(all.operations.map(({ operation }) => operation)).toEqual(await operationsOf('air'));
});

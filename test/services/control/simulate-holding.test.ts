/** Simulated decisions with other rights than a principal has, and on all operations at once. */
import { describe, expect, it } from 'vitest';
import { admin, application, researcher } from '../../support/cast.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { KEYED } from '../../support/services.ts';

const server = await testServer();
const [echo] = castFunction('echo');
const NOBODY = '00000000-0000-4000-8000-000000000000';
const INVOKER = { principal: 'nvcf-invoker' };
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

const withScopes = (scopes: readonly string[], resource?: object) => ({
  held: { scopes, ...(resource !== undefined && { resource }) },
});
const withRoles = (...roles: readonly string[]) => ({ held: { roles } });

const simulate = (body: object, on: TestServer = server) => on.call('POST /_mock/decisions/simulate', { body });
const simulateAll = async (body: object, on?: TestServer): Promise<readonly Effect[]> => {
  const answer = await simulate(body, on);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body.operations;
};
const countEffects = (effects: readonly Effect[], service: string, effect: string) =>
  effects.filter((row) => row.service === service && row.effect === effect).length;
/** Reads the ids of a service's operations; `keyed`: only those that need a credential. */
const readOperations = async (service: string, which: 'all' | 'keyed' = 'all'): Promise<string[]> => {
  const { body } = await server.call(`GET /_mock/tables/${service}`);
  const rows: { id: string; rule: string }[] = body.operations;
  return rows.filter(({ rule }) => which === 'all' || rule !== 'public').map(({ id }) => id);
};
const listIds = (effects: readonly Effect[]) => effects.map(({ operation }) => operation);
const listServices = (effects: readonly Effect[]) => [...new Set(effects.map(({ service }) => service))];

describe('a simulation with `held`', () => {
  it.each<[subject: object, request: object, effect: string, reason: string | null]>([
    [INVOKER, LIST, 'deny', 'missing_scope'],
    [{ ...INVOKER, ...withScopes(['List Functions'], { type: 'All Functions' }) }, LIST, 'allow', null],
    [{ principal: 'nvcf-deployer', ...withScopes([]) }, LIST, 'deny', 'missing_scope'],
    [{ principal: 'nvcf-full-access', ...withRoles() }, LIST, 'deny', 'missing_scope'],
    [withScopes(['invoke_function'], { type: 'Function', ids: [echo?.functionId] }), INVOKE, 'allow', null],
    [withScopes(['invoke_function'], { type: 'Function', ids: [NOBODY] }), INVOKE, 'deny', 'resource_mismatch'],
    [withRoles('air'), LIST, 'deny', 'missing_scope'],
    [{ principal: researcher.email }, ADMINISTER, 'deny', 'missing_permission'],
    [{ principal: researcher.email, ...withRoles('System administrator') }, ADMINISTER, 'allow', null],
    [withRoles('System administrator'), ADMINISTER, 'allow', null],
  ])('by %j of %j has the effect `%s`', async (subject, request, effect, reason) => {
    const { status, body } = await simulate({ ...subject, ...request });

    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toMatchObject({ effect, reason });
  });

  it('contains the principal and the simulated rights', async () => {
    const { body } = await simulate({ principal: 'nvcf-deployer', held: { scopes: [] }, ...LIST });

    expect(body).toMatchObject({ principal: { name: 'nvcf-deployer' }, held: [], policyVersion: 2 });
    expect(body.explanation).toContain('under version 2 of the policy');
  });

  it('has fixes without `request` if it has no principal', async () => {
    const readFixes = async (subject: object) => (await simulate({ ...subject, ...LIST })).body.fixes;

    expect((await readFixes({ principal: 'nvcf-invoker' }))[0]).toHaveProperty('request');
    const fixes = await readFixes({ held: { scopes: [] } });
    expect(fixes.length).toBeGreaterThan(0);
    for (const fix of fixes) expect(fix).not.toHaveProperty('request');
  });

  it('accepts a custom role of Run:ai only in the world that has it', async () => {
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
    const simulateIn = (world: string) =>
      server.call(`POST /w/${world}/_mock/decisions/simulate`, {
        body: { held: { roles: ['Key keeper'] }, ...ADMINISTER },
      });

    expect((await simulateIn('one')).body).toMatchObject({ effect: 'deny', reason: 'missing_permission' });
    expect((await simulateIn('other')).status).toBe(400);
  });
});

describe('a simulation of all operations', () => {
  it('for a key covers the services that keys can call', async () => {
    const effects = await simulateAll({ principal: 'nvcf-deployer', ...ALL });

    expect(listServices(effects).sort()).toEqual([...KEYED, 'catalogue', 'ngc'].sort());
    const ofEach = await Promise.all(listServices(effects).map((service) => readOperations(service)));
    expect(listIds(effects)).toEqual(ofEach.flat());
    expect(effects).toContainEqual({ operation: 'listFunctions', service: 'nvcf', effect: 'allow' });
    expect(effects).toContainEqual({
      operation: 'updateFunctionVersion',
      service: 'nvcf',
      effect: 'deny',
      reason: 'missing_scope',
      missing: ['update_function'],
    });
    expect(effects.find(({ operation }) => operation === 'simulations_list')).toMatchObject({
      reason: 'service_not_enabled',
    });
  });

  it('for a user of Run:ai covers Run:ai', async () => {
    const all = await simulateAll({ principal: admin.email, ...ALL });
    const few = await simulateAll({ principal: researcher.email, ...ALL });

    expect(listServices(all)).toEqual(['runai']);
    expect(listIds(all)).toEqual(await readOperations('runai'));
    expect(countEffects(all, 'runai', 'deny')).toBe(0);
    expect(countEffects(few, 'runai', 'deny')).toBeGreaterThan(20);
  });

  it('with `service` covers that service', async () => {
    const effects = await simulateAll({ principal: 'owner', service: 'ngc', ...ALL });

    expect(listIds(effects)).toEqual(await readOperations('ngc'));
    expect(effects.every(({ service, effect }) => service === 'ngc' && effect === 'allow')).toBe(true);
  });

  it('with scopes and no principal covers the services that have scopes', async () => {
    const unprivileged = await simulateAll({ held: { scopes: [] }, ...ALL });
    const read = await simulateAll({ held: { scopes: ['air:access', 'air:simulation_read'] }, ...ALL });

    expect(listServices(unprivileged)).toEqual([...KEYED, 'catalogue']);
    expect(listIds(unprivileged.filter(({ service, effect }) => service === 'air' && effect === 'deny'))).toEqual(
      await readOperations('air', 'keyed'),
    );
    expect(countEffects(read, 'air', 'allow')).toBeGreaterThan(10);
    expect(countEffects(read, 'nvcf', 'allow')).toBe(countEffects(unprivileged, 'nvcf', 'allow'));
  });

  it('with roles and no principal covers the services that have one of the roles', async () => {
    expect(listServices(await simulateAll({ held: { roles: ['air-admin'] }, ...ALL }))).toEqual(['air']);
    expect(listServices(await simulateAll({ held: { roles: ['System administrator'] }, ...ALL }))).toEqual(['runai']);
    expect(listServices(await simulateAll({ held: { roles: ['air', 'ORG_OWNER'] }, ...ALL }))).toEqual(['air', 'ngc']);
  });

  it('for a disabled key rejects all but the public operations', async () => {
    const on = await testServer();
    await on.call(`PATCH /_mock/keys/${castKey('nvcf-deployer').id}`, { body: { status: 'disabled' } });
    const effects = await simulateAll({ principal: 'nvcf-deployer', service: 'nvcf', ...ALL }, on);

    const refused = effects.filter(({ effect }) => effect === 'deny');

    expect(listIds(effects)).toEqual(await readOperations('nvcf'));
    expect(listIds(refused)).toEqual(await readOperations('nvcf', 'keyed'));
    expect(new Set(refused.map(({ reason }) => reason))).toEqual(new Set(['disabled_key']));
  });

  it('without a subscription to Air rejects all operations of Air, with no reason', async () => {
    const on = await testServer(
      {},
      { seed: { extends: 'builtin', ngc: { organizations: [{ name: 'acme', airSubscription: false }] } } },
    );
    for (const subject of [{ principal: 'air-admin' }, { held: { scopes: ['air:access'] } }]) {
      const effects = await simulateAll({ ...subject, service: 'air', ...ALL }, on);
      const single = await simulate({ ...subject, method: 'GET', path: '/api/v3/simulations/' }, on);

      expect(listIds(effects.filter(({ effect }) => effect === 'deny'))).toEqual(await readOperations('air', 'keyed'));
      expect(effects.filter(({ reason }) => reason !== undefined)).toEqual([]);
      expect(problemDocument(single)).toContain('NVIDIA Air answers 402');
    }
  });
});

describe('a simulation is rejected with', () => {
  const P = { principal: 'nvcf-deployer' };

  it.each<[title: string, body: object, message: string]>([
    ['an empty body', {}, 'Fields `principal` and `held` are missing'],
    ['no principal', LIST, 'Fields `principal` and `held` are missing'],
    ['no request', P, 'Field `method` is missing. Send `method` and `path`, or `"operations": "*"`'],
    ['no path', { ...P, method: 'GET' }, 'Field `path` is missing'],
    ['a path and all operations', { ...P, ...LIST, ...ALL }, 'Field `operations` excludes `method` and `path`'],
    ['a service with a path', { ...P, ...LIST, service: 'nvcf' }, 'Field `service` requires `operations`'],
    ['an empty held', { held: {}, ...ALL }, 'Field `held` must have either `scopes`'],
    ['scopes and roles', { held: { scopes: [], roles: [] }, ...ALL }, 'Field `held` must have either `scopes`'],
    ['an unknown scope', { ...withScopes(['list_function']), ...ALL }, 'Did you mean `list_functions`?'],
    ['an unknown role', { ...withRoles('air-admn'), ...ALL }, 'Did you mean `air-admin`?'],
    [
      'a resource without its ids and a path',
      { ...withScopes(['list_functions'], { type: 'Function' }), ...LIST },
      'needs ids of the form `<functionId>`. Add `"force": true` to `held` to use it anyway',
    ],
    [
      'a misspelt principal',
      { principal: 'admn@acme.test', ...LIST },
      'Field `principal` is `admn@acme.test`, which is not a known principal. Did you mean `admin@acme.test`?',
    ],
    [
      'a path with an extra slash',
      { ...P, method: 'GET', path: '/api/v1/users/' },
      'Field `path`: no operation has the path `/api/v1/users/`. Did you mean `/api/v1/users`?',
    ],
    ['scopes for Run:ai', { ...withScopes([]), ...ADMINISTER }, 'in Run:ai, all rights come from `roles`'],
    ['an unknown principal', { principal: 'nobody', ...ALL }, 'Field `principal` does not match any principal'],
    [
      'a principal that the service does not have',
      { principal: admin.email, service: 'air', ...ALL },
      'does not match any principal that can call NVIDIA Air',
    ],
  ])('%s', async (_title, body, message) => {
    const answer = await simulate(body);

    expect(answer.status, JSON.stringify(answer.body)).toBe(400);
    expect(problemDocument(answer)).toContain(message);
  });

  it('a resource without its ids, unless `held` has `force`', async () => {
    const held = { scopes: ['list_functions'], resource: { type: 'Function' }, force: true };

    expect((await simulate({ held, ...LIST })).status).toBe(200);
  });
});

it('a filter of decisions accepts a principal by its id, name or e-mail address', async () => {
  const on = await testServer();
  const { key, id, name, user } = castKey('nvcf-full-access');
  await on.call('GET /v2/nvcf/functions', { token: key });
  const listDecisions = async (principal = '') =>
    (await on.call(`GET /_mock/decisions?principal=${principal}`)).body.decisions;

  for (const principal of [id, name, user]) expect(await listDecisions(principal), principal).toHaveLength(1);
  expect(await listDecisions('somebody@acme.test')).toEqual([]);
});

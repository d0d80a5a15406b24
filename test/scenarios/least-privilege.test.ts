/**
 * What a flow of calls needed, put into a new credential: it lets exactly that flow pass, and one grant less does not.
 */
import { describe, expect, it } from 'vitest';
import { airServer } from '../support/air-client.ts';
import { DEFINITION, inPath, nvcfServer, SPECIFICATION } from '../support/nvcf-client.ts';
import { overHttp } from '../support/over-http.ts';
import { RULES, type RunaiCaller, runaiServer, TENANT, VISION } from '../support/runai.ts';
import type { Answer, TestServer } from '../support/server.ts';

/** A call as a flow makes it; what it answers with is looked at by the flow alone. */
type Call = (request: string, body?: unknown) => Promise<Answer>;
/** A flow of calls; it gives the statuses, as far as it got. */
type Flow = (call: Call) => Promise<readonly number[]>;

/** Calls until one is not answered well. */
async function statusesOf(steps: (call: Call) => Promise<unknown>, call: Call): Promise<readonly number[]> {
  const statuses: number[] = [];
  const counting: Call = async (request, body) => {
    const answer = await call(request, body);
    statuses.push(answer.status);
    if (answer.status >= 300) throw new Stopped();
    return answer;
  };
  await steps(counting).catch((thrown: unknown) => {
    if (!(thrown instanceof Stopped)) throw thrown;
  });
  return statuses;
}
class Stopped extends Error {}

const life: Flow = (call) =>
  statusesOf(async (step) => {
    const { body } = await step('POST /v2/nvcf/functions', DEFINITION);
    const place = inPath({ functionId: body.function.id, versionId: body.function.versionId });
    await step(`POST /v2/nvcf/deployments/${place}`, { deploymentSpecifications: [SPECIFICATION] });
    await step(`POST /v2/nvcf/pexec/${place}`, { say: 'hello' });
    await step(`DELETE /v2/nvcf/${place}`);
  }, call);

const simulation: Flow = (call) =>
  statusesOf(async (step) => {
    const { body } = await step('POST /api/v3/simulations/', { name: 'made' });
    await step(`GET /api/v3/simulations/${body.id}/`);
    await step('GET /api/v3/simulations/');
  }, call);

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
type Report = any;

async function reportOn(server: TestServer, principal: string): Promise<Report> {
  const { status, body } = await server.call(`GET /_mock/least-privilege?principal=${encodeURIComponent(principal)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.full).toBe(false);
  expect(body.principals).toHaveLength(1);
  return body.principals[0];
}

let made = 0;
async function keyWith(server: TestServer, rights: object): Promise<{ readonly name: string; readonly call: Call }> {
  const name = `key-${++made}`;
  const { status, body } = await server.call('POST /_mock/keys', { body: { type: 'service', name, ...rights } });
  expect(status, JSON.stringify(body)).toBe(201);
  return { name, call: (request, sent) => server.call(request, { token: body.key, body: sent }) };
}

const without = (items: readonly string[], one: string) => items.filter((item) => item !== one);

const NVCF_SCOPES = [
  'invoke_function',
  'list_functions',
  'list_functions_details',
  'queue_details',
  'register_function',
  'deploy_function',
  'update_function',
  'delete_function',
  'authorize_clients',
  'update_secrets',
];

const FLOWS = [
  {
    what: 'a function that is created, deployed, invoked and deleted',
    flow: life,
    done: [200, 200, 200, 204],
    services: ['nvcf'],
    wide: { services: ['nvcf'], scopes: NVCF_SCOPES, resource: { type: 'All Functions' } },
    scopes: ['delete_function', 'deploy_function', 'invoke_function', 'list_functions', 'register_function'],
    resource: { type: 'All Functions' },
    unused: ['list_functions_details', 'queue_details', 'update_function', 'authorize_clients', 'update_secrets'],
    server: nvcfServer,
  },
  {
    what: 'a simulation that is created and read',
    flow: simulation,
    done: [201, 200, 200],
    services: ['air'],
    wide: {
      services: ['air'],
      scopes: ['air:access', 'air:simulation_read', 'air:simulation_create', 'air:image_read'],
    },
    scopes: ['air:access', 'air:simulation_create', 'air:simulation_read'],
    resource: undefined,
    unused: ['air:image_read'],
    server: airServer,
  },
] as const;

describe.each(FLOWS)('$what', async ({ flow, done, services, wide, scopes, resource, unused, ...given }) => {
  const server = await given.server();

  it('needs the same rights whether it was allowed or only observed', async () => {
    const allowed = await keyWith(server, wide);
    expect(await flow(allowed.call)).toEqual(done);
    const observed = await keyWith(server, { services, scopes: [] });
    expect((await flow(observed.call)).at(-1)).toBe(403);
    await server.call('PUT /_mock/mode', { body: { mode: 'observe' } });
    expect(await flow(observed.call)).toEqual(done);
    await server.call('PUT /_mock/mode', { body: { mode: 'enforce' } });

    for (const { name } of [allowed, observed]) {
      const { smallest, beyond } = await reportOn(server, name);
      expect([...smallest.scopes].sort()).toEqual(scopes);
      expect(smallest.resource).toEqual(resource);
      expect(beyond).toEqual([]);
    }
    expect((await reportOn(server, allowed.name)).unused).toEqual(unused);
    expect((await reportOn(server, observed.name)).unused).toEqual([]);
  });

  it('passes with a key of exactly these rights, and stops at each grant that is left out', async () => {
    const { name, call } = await keyWith(server, wide);
    await flow(call);
    const { smallest } = await reportOn(server, name);

    const exact = await keyWith(server, smallest);
    expect(await flow(exact.call)).toEqual(done);
    const again = await reportOn(server, exact.name);
    expect(again).toMatchObject({ smallest, unused: [], broader: [], held: smallest });
    for (const scope of smallest.scopes) {
      const less = await keyWith(server, { ...smallest, scopes: without(smallest.scopes, scope) });
      expect((await flow(less.call)).at(-1), scope).toBe(403);
    }
  });

  it('passes with the key that the seed makes', async () => {
    const { name, call } = await keyWith(server, wide);
    await flow(call);
    const { seed, smallest } = await reportOn(server, name);
    const world = await server.call('POST /_mock/worlds', { body: { seed: { extends: 'builtin', ...seed } } });

    expect(world.status, JSON.stringify(world.body)).toBe(201);
    const key = world.body.cast.ngc.keys.find((one: { name: string }) => one.name === name);
    expect(key).toMatchObject(smallest);
    expect(await flow((request, body) => server.call(request, { token: key.key, body }))).toEqual(done);
  });
});

describe('a function that exists and is only read and invoked', async () => {
  const server = await nvcfServer({}, {}, overHttp);

  it('needs a resource no wider than the version that was touched', async () => {
    const { functionId, versionId } = await server.deployed();
    const place = inPath({ functionId, versionId });
    const { name, call } = await keyWith(server, {
      services: ['nvcf'],
      scopes: ['invoke_function', 'list_functions'],
      resource: { type: 'All Functions' },
    });
    await call(`GET /v2/nvcf/${place}`);
    await call(`POST /v2/nvcf/pexec/${place}`, {});
    const { smallest, broader } = await reportOn(server, name);

    const resource = { type: 'Function Versions', ids: [`${functionId}/${versionId}`] };
    expect(smallest).toEqual({ services: ['nvcf'], scopes: ['invoke_function', 'list_functions'], resource });
    expect(broader).toEqual([{ what: 'resource', held: { type: 'All Functions' }, enough: resource }]);
    const exact = await keyWith(server, smallest);
    expect((await exact.call(`POST /v2/nvcf/pexec/${place}`, {})).status).toBe(200);
    const other = await server.deployed();
    expect((await exact.call(`GET /v2/nvcf/${inPath(other)}`)).decision.reason).toBe('resource_mismatch');
  });

  it('needs the function as a whole where a call names no version', async () => {
    const [first, second] = [await server.deployed(), await server.deployed()];
    const { name, call } = await keyWith(server, {
      services: ['nvcf'],
      scopes: ['invoke_function', 'list_functions'],
      resource: { type: 'All Functions' },
    });
    await call(`POST /v2/nvcf/pexec/functions/${first.functionId}`, {});
    await call(`GET /v2/nvcf/${inPath(second)}`);

    const { smallest } = await reportOn(server, name);
    expect(smallest.resource).toEqual({ type: 'Function', ids: [first.functionId, second.functionId] });
    expect((await keyWith(server, smallest)).name).toMatch(/^key-/);
  });

  it('needs several resources where none covers everything', async () => {
    const { name, call } = await keyWith(server, {
      services: ['nvcf'],
      scopes: ['invoke_function', 'manage_registry_credentials'],
      resource: [{ type: 'All Functions' }, { type: 'All Entity' }],
    });
    const place = await server.deployed();
    expect((await call(`POST /v2/nvcf/pexec/${inPath(place)}`, {})).status).toBe(200);
    expect((await call('GET /v2/nvcf/registry-credentials')).status).toBe(200);

    const { smallest } = await reportOn(server, name);
    expect(smallest.resource).toEqual([
      { type: 'Function Versions', ids: [`${place.functionId}/${place.versionId}`] },
      { type: 'All Entity' },
    ]);
    const exact = await keyWith(server, smallest);
    expect((await exact.call(`POST /v2/nvcf/pexec/${inPath(place)}`, {})).status).toBe(200);
    expect((await exact.call('GET /v2/nvcf/registry-credentials')).status).toBe(200);
  });
});

describe('a user of a personal key', async () => {
  const server = await airServer({}, {}, overHttp);

  it('needs the roles that bring least', async () => {
    const order = { type: 'personal', name: 'wide', services: ['air', 'nvcf'], roles: ['air-admin', 'ORG_OWNER'] };
    const { body } = await server.call('POST /_mock/keys', { body: order });
    const call: Call = (request, sent) => server.call(request, { token: body.key, body: sent });
    expect(await simulation(call)).toEqual([201, 200, 200]);

    const reported = await reportOn(server, 'wide');
    expect(reported.smallest).toEqual({ services: ['air'], roles: ['air'] });
    expect(reported.unused).toEqual(['ORG_OWNER']);
    expect(reported.broader).toEqual([
      { what: 'role', held: ['air-admin'], enough: ['air'] },
      { what: 'services', held: ['air', 'nvcf'], enough: ['air'] },
    ]);
    const exact = { type: 'personal', name: 'narrow', ...reported.smallest };
    const { key } = (await server.call('POST /_mock/keys', { body: exact })).body;
    expect(await simulation((request, sent) => server.call(request, { token: key, body: sent }))).toEqual([
      201, 200, 200,
    ]);
    const none = { ...exact, name: 'none', roles: [] };
    const { body: less } = await server.call('POST /_mock/keys', { body: none });
    expect((await simulation((request, sent) => server.call(request, { token: less.key, body: sent }))).at(-1)).toBe(
      403,
    );
  });
});

describe.each(['2.24', '3.0'] as const)('access keys of Run:ai %s', async (runai) => {
  const server = await runaiServer({ runai }, {}, overHttp);
  /** Everything that can be done with access keys: one's own, and those of everybody. */
  const keys: (call: RunaiCaller) => Promise<readonly number[]> = (call) =>
    statusesOf(async (step) => {
      const { body } = await step('POST access-keys', { name: `made-${++made}` });
      await step('GET access-keys');
      await step(`POST access-keys/${body.id}/secret`);
      await step('GET administration/access-keys');
      await step(`DELETE administration/access-keys/${body.id}`);
    }, call);
  const done = [201, 200, 200, 200, 204];

  it('need a role of the whole tenant, or a custom one that is smaller', async () => {
    const observed = await server.account();
    await server.call('PUT /_mock/mode', { body: { mode: 'observe' } });
    expect(await keys(observed.call)).toEqual(done);
    await server.call('PUT /_mock/mode', { body: { mode: 'enforce' } });
    expect((await keys(observed.call)).at(-1)).toBe(403);

    const { smallest, unused } = await reportOn(server, observed.name);
    expect(smallest).toMatchObject({
      roles: ['System administrator'],
      rules: [{ role: 'System administrator', scopeType: 'tenant', scopeId: TENANT }],
      custom: {
        permissionSets: [{ name: 'accessKeysEditAccess' }],
        permissions: ['access-keys:read', 'access-keys:delete'],
      },
    });
    expect(unused).toEqual([]);

    const sets = smallest.custom.permissionSets.map(({ id }: { id: string }) => ({ id }));
    const role = await server.done(201, 'POST /api/v2/authorization/roles', { name: 'keys', permissionSets: sets });
    const exact = await server.account({ roleId: role.id });
    expect(await keys(exact.call)).toEqual(done);
    const again = await reportOn(server, exact.name);
    expect(again).toMatchObject({ unused: [], broader: [] });
    expect(await keys((await server.account()).call)).toEqual([201, 200, 200, 403]);
  });

  it('need no role at all as far as they are one’s own', async () => {
    const plain = await server.account();
    expect((await plain.call('GET access-keys')).status).toBe(200);

    const { smallest, used } = await reportOn(server, plain.name);
    expect(smallest).toEqual({ roles: [], rules: [] });
    expect(used.map(({ grants }: Report) => grants)).toEqual([[]]);
  });

  it('and a project need a role there and nowhere else', async () => {
    const wide = await server.account({ roleId: 1 });
    expect((await wide.call(`GET org-unit/projects/${VISION}`)).status).toBe(200);
    const { smallest, broader, seed } = await reportOn(server, wide.name);

    const rule = { role: 'ML engineer', scopeType: 'project', scopeId: VISION };
    expect(smallest).toMatchObject({ roles: ['ML engineer'], rules: [rule] });
    expect(smallest.custom.permissions).toEqual(['project:read']);
    expect(broader).toEqual([
      { what: 'role', held: { role: 'System administrator', scopeType: 'tenant', scopeId: TENANT }, enough: rule },
    ]);
    expect(seed).toEqual({
      runai: {
        serviceAccounts: [{ name: wide.name, role: null }],
        accessRules: [{ subjectType: 'service-account', subjectId: wide.name, ...rule }],
      },
    });
    const exact = await server.account({ roleId: 5, scopeType: 'project', scopeId: VISION });
    expect((await exact.call(`GET org-unit/projects/${VISION}`)).status).toBe(200);
    expect((await exact.call(`GET ${RULES}`)).status).toBe(403);
  });
});

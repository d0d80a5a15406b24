/** The least privilege of a flow, as a new credential, allows exactly that flow, and rejects it with one grant less. */
import { describe, expect, it } from 'vitest';
import { airServer } from '../../support/air-client.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { DEFINITION, inPath, nvcfServer, SPECIFICATION } from '../../support/nvcf-client.ts';
import { overHttp } from '../../support/over-http.ts';
import { RULES, type RunaiCaller, runaiServer, TENANT, VISION } from '../../support/runai.ts';
import type { Answer, TestServer } from '../../support/server.ts';

/** Sends a request of a flow. */
type Call = (request: string, body?: unknown) => Promise<Answer>;
/** Runs a flow, and returns the statuses up to the first error. */
type Flow = (call: Call) => Promise<readonly number[]>;

/** Runs steps up to the first response with an error status. */
async function collectStatuses(steps: (call: Call) => Promise<unknown>, call: Call): Promise<readonly number[]> {
  const statuses: number[] = [];
  const countingCall: Call = async (request, body) => {
    const answer = await call(request, body);
    statuses.push(answer.status);
    if (answer.status >= 300) throw new Stopped();
    return answer;
  };
  await steps(countingCall).catch((thrown: unknown) => {
    if (!(thrown instanceof Stopped)) throw thrown;
  });
  return statuses;
}
class Stopped extends Error {}

const runFunction: Flow = (call) =>
  collectStatuses(async (step) => {
    const { body } = await step('POST /v2/nvcf/functions', DEFINITION);
    const path = inPath({ functionId: body.function.id, versionId: body.function.versionId });
    await step(`POST /v2/nvcf/deployments/${path}`, { deploymentSpecifications: [SPECIFICATION] });
    await step(`POST /v2/nvcf/pexec/${path}`, { say: 'hello' });
    await step(`DELETE /v2/nvcf/${path}`);
  }, call);

const runSimulation: Flow = (call) =>
  collectStatuses(async (step) => {
    const { body } = await step('POST /api/v3/simulations/', { name: 'made' });
    await step(`GET /api/v3/simulations/${body.id}/`);
    await step('GET /api/v3/simulations/');
  }, call);

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
type Report = any;

async function readReport(server: TestServer, principal: string): Promise<Report> {
  const { status, body } = await server.call(`GET /_mock/least-privilege?principal=${encodeURIComponent(principal)}`);
  expect(status, JSON.stringify(body)).toBe(200);
  expect(body.full).toBe(false);
  expect(body.principals).toHaveLength(1);
  return body.principals[0];
}

let made = 0;
async function createKey(server: TestServer, rights: object): Promise<{ readonly name: string; readonly call: Call }> {
  const name = `key-${++made}`;
  const { status, body } = await server.call('POST /_mock/keys', { body: { type: 'service', name, ...rights } });
  expect(status, JSON.stringify(body)).toBe(201);
  return { name, call: (request, sent) => server.call(request, { token: body.key, body: sent }) };
}

/** The rights of a service key. */
const withoutRoles = ({ roles: _, ...rights }: Report): object => rights;
const without = (items: readonly string[], removed: string) => items.filter((item) => item !== removed);

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
    flow: runFunction,
    done: [200, 200, 200, 204],
    personal: 'nvcf-full-access',
    roles: ['Cloud Functions Admin'],
    wide: { services: ['nvcf'], scopes: NVCF_SCOPES, resource: { type: 'All Functions' } },
    scopes: ['delete_function', 'deploy_function', 'invoke_function', 'list_functions', 'register_function'],
    resource: { type: 'All Functions' },
    unused: ['list_functions_details', 'queue_details', 'update_function', 'authorize_clients', 'update_secrets'],
    server: nvcfServer,
  },
  {
    what: 'a simulation that is created and read',
    flow: runSimulation,
    done: [201, 200, 200],
    personal: 'air-admin',
    roles: ['air'],
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

describe.each(FLOWS)('$what', async ({ flow, done, wide, personal, scopes, resource, roles, unused, ...given }) => {
  const server = await given.server();

  it('has the same least privilege with a service key and with a personal key', async () => {
    const service = await createKey(server, wide);
    const token = castKey(personal).key;
    const full = { name: personal, call: (request: string, body?: unknown) => server.call(request, { token, body }) };
    for (const { name, call } of [service, full]) {
      expect(await flow(call)).toEqual(done);
      const { smallest, impossible } = await readReport(server, name);
      expect([...smallest.scopes].sort()).toEqual(scopes);
      expect(smallest.resource).toEqual(resource);
      expect(smallest.roles).toEqual(roles);
      expect(impossible).toEqual({ scopes: [], roles: [] });
    }
    expect((await readReport(server, service.name)).unused).toEqual(unused);
    expect((await readReport(server, personal)).seed.ngc.keys[0]).toMatchObject({ type: 'personal', roles });
  });

  it('passes with a key of exactly these rights, and fails without any one of them', async () => {
    const { name, call } = await createKey(server, wide);
    await flow(call);
    const { smallest } = await readReport(server, name);
    const policy = withoutRoles(smallest);

    const exact = await createKey(server, policy);
    expect(await flow(exact.call)).toEqual(done);
    const again = await readReport(server, exact.name);
    expect(again).toMatchObject({ smallest, unused: [], broader: [], held: policy });
    for (const scope of smallest.scopes) {
      const less = await createKey(server, { ...policy, scopes: without(smallest.scopes, scope) });
      expect((await flow(less.call)).at(-1), scope).toBe(403);
    }
  });

  it('passes with the key that the seed creates', async () => {
    const { name, call } = await createKey(server, wide);
    await flow(call);
    const { seed, smallest } = await readReport(server, name);
    const policy = withoutRoles(smallest);
    const world = await server.call('POST /_mock/worlds', { body: { seed: { extends: 'builtin', ...seed } } });

    expect(world.status, JSON.stringify(world.body)).toBe(201);
    const key = world.body.cast.ngc.keys.find((one: { name: string }) => one.name === name);
    expect(key).toMatchObject(policy);
    expect(await flow((request, body) => server.call(request, { token: key.key, body }))).toEqual(done);
  });
});

describe.each(['2.24', '3.0'] as const)('access keys of Run:ai %s', async (runai) => {
  const server = await runaiServer({ runai }, {}, overHttp);
  /** Calls every operation on the caller's access keys and on those of all users. */
  const useAccessKeys: (call: RunaiCaller) => Promise<readonly number[]> = (call) =>
    collectStatuses(async (step) => {
      const { body } = await step('POST access-keys', { name: `made-${++made}` });
      await step('GET access-keys');
      await step(`POST access-keys/${body.id}/secret`);
      await step('GET administration/access-keys');
      await step(`DELETE administration/access-keys/${body.id}`);
    }, call);
  const done = [201, 200, 200, 200, 204];

  it('need a role of the whole tenant, or a smaller custom role', async () => {
    const wide = await server.account({ roleId: 1 });
    expect(await useAccessKeys(wide.call)).toEqual(done);

    const { smallest, unused } = await readReport(server, wide.name);
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
    expect(await useAccessKeys(exact.call)).toEqual(done);
    const again = await readReport(server, exact.name);
    expect(again).toMatchObject({ unused: [], broader: [] });
    expect(await useAccessKeys((await server.account()).call)).toEqual([201, 200, 200, 403]);
  });

  it('need no role for the keys of the caller', async () => {
    const plain = await server.account();
    expect((await plain.call('GET access-keys')).status).toBe(200);

    const { smallest, used } = await readReport(server, plain.name);
    expect(smallest).toEqual({ roles: [], rules: [] });
    expect(used.map(({ grants }: Report) => grants)).toEqual([[]]);
  });

  it('need a role in the project only, for a flow with a project', async () => {
    const wide = await server.account({ roleId: 1 });
    expect((await wide.call(`GET org-unit/projects/${VISION}`)).status).toBe(200);
    const { smallest, broader, seed } = await readReport(server, wide.name);

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

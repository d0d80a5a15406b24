/** What a caller may not see is in no list. The lists are those of the documents, of every service and version. */
import { describe, expect, it } from 'vitest';
import { AIR_SCOPES, type AirProfile, stagedAir } from '../support/air-requests.ts';
import { admin, researcher } from '../support/cast.ts';
import { documentsOfServices, listOperations } from '../support/list-operations.ts';
import { asOwner, createKey, FUNCTIONS, TASKS } from '../support/nak.ts';
import { castKey } from '../support/ngc-cast.ts';
import { OPERATION_NAMES, type OperationName, stagedServer } from '../support/nvcf-requests.ts';
import { SCOPED_LISTS } from '../support/runai-lists.ts';
import { type Answer, type TestServer, testServer } from '../support/server.ts';

const SAME = 'the same for every caller';
const NAMED = 'about what the request names, which is looked up before';
const ELSEWHERE = 'tried in runai/truth-table.test.ts';

/** The lists that no test here tries, by service, and why. */
const NOT_TRIED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  air: {
    images_start_upload: NAMED,
    interfaces_breakout: NAMED,
    nodes_bulk_update: NAMED,
    demo_tags_list: SAME,
    system_nodes_list: SAME,
  },
  nvcf: {
    listClusterGroups: SAME,
    listLlmModels: SAME,
    getLlmRegistry: SAME,
    listAccounts: 'a key sees its own account, a token all: test/services/nvcf/accounts.test.ts',
    listFunctionAuthorizations: 'tried where something is shared: test/services/nvcf/authorizations.test.ts',
    listAccountFunctionAuthorizations: 'for tokens, of the account in the path',
    listClusters: 'for tokens, of the account in the path',
    listRegisteredClusterGroups: 'for tokens, of the account in the path',
    listInstanceTypes: SAME,
    listAvailableInstanceTypes: SAME,
    getGpuQuotaRules: 'limits of the organisation in its path, which must be the one of the key',
  },
  catalogue: { listModels: SAME },
  nak: {
    listKeyServices: SAME,
    listAdminTokenKeys: SAME,
    listOwnerApiKeys: 'an administrator sees all keys of the owner in the path',
  },
  runai: {
    ...Object.fromEntries(SCOPED_LISTS.map(({ operation }) => [operation, ELSEWHERE])),
    get_tenants: ELSEWHERE,
    access_rules_batch: ELSEWHERE,
    access_rules_batch_create: ELSEWHERE,
    get_realm_jwks: SAME,
    get_roles_v1: SAME,
    get_roles_v2: SAME,
    get_permissions: SAME,
    get_permission_sets: SAME,
    get_permission_set_by_id: SAME,
    get_userinfo: 'about the caller',
    get_userinfo_by_post: 'about the caller',
  },
};

/** The lists of Run:ai that show only what is the caller's own. */
const OWN = ['get_access_keys', 'get_user_applications', 'get_me_access_rules'];
/** Those of objects of the tenant: whoever has the permission has it for all of them. */
const OF_TENANT = [
  'get_applications',
  'get_access_keys_administration',
  'get_service_accounts',
  'get_user_applications_administration',
  'get_users',
  'get_authorization_settings',
];
/** Every list of Air and of Cloud Functions is tried, so a new one needs only a recipe. */
const TRIED: Readonly<Record<string, (id: string) => boolean>> = {
  air: () => true,
  nvcf: (id) => OPERATION_NAMES.some((name) => name === id),
  nvct: (id) => ['listTasks', 'listTasksByIds', 'listTaskEvents', 'listTaskResults'].includes(id),
  ngc: (id) => id === 'listKeys',
  nak: (id) => ['listApiKeys', 'listUserApiKeys', 'suspendUserApiKeys'].includes(id),
  runai: (id) => OWN.includes(id) || OF_TENANT.includes(id),
};

/** The lists of a document that are tried. */
function triedIn(name: string) {
  const document = documentsOfServices().find((one) => one.name === name);
  if (document === undefined) throw new Error(`the build has no document ${name}`);
  return {
    document,
    lists: listOperations(document).filter(({ id }) => NOT_TRIED[serviceOf(name)]?.[id] === undefined),
  };
}

const serviceOf = (name: string) => name.split('.', 1)[0] ?? '';

describe.each(documentsOfServices().map((document) => [document.name, document] as const))('%s', (name, document) => {
  // Whoever may call the control API sees all of a world, and only of that: test/e2e/scenarios/worlds-apart.e2e.ts.
  it.skipIf(name === 'control')('has no list but those that are tried, or that show everybody the same', () => {
    const service = serviceOf(name);
    const unknown = listOperations(document).filter(
      ({ id }) => NOT_TRIED[service]?.[id] === undefined && TRIED[service]?.(id) !== true,
    );

    expect(unknown.map(({ id }) => id)).toEqual([]);
  });
});

it('every list that is named here is one of a document', () => {
  const lists = documentsOfServices().flatMap((document) =>
    listOperations(document).map(({ id }) => `${serviceOf(document.name)} ${id}`),
  );
  const named = Object.entries(NOT_TRIED).flatMap(([service, ids]) => Object.keys(ids).map((id) => `${service} ${id}`));

  // The answer of a count is no list, but is tried with those that it counts.
  expect(named.filter((one) => !lists.includes(one)).sort()).toEqual([
    'runai count_access_rules',
    'runai count_departments',
    'runai count_projects',
    'runai count_workloads',
  ]);
});

async function keyOf(server: TestServer, order: object): Promise<string> {
  const { status, body } = await server.call('POST /_mock/keys', { body: { name: 'made', ...order } });
  if (status !== 201) throw new Error(`no key was made: ${JSON.stringify(body)}`);
  return body.key;
}

const has = ({ body }: Answer, id: string | undefined) => JSON.stringify(body).includes(id ?? '');

describe.each<AirProfile>(['2.0', 'dsx'])('Air %s', async (air) => {
  const { document, lists } = triedIn(`air.${air}`);
  const ids = document.operations.map(({ id }) => id);
  const ROLES = ['air', 'air_simengine_developer', 'air_image_sharer', 'air_image_publisher', 'air_instructor'];
  const server = await testServer({ air });
  const stranger = await keyOf(server, {
    org: 'globex',
    services: ['air'],
    ...(air === 'dsx'
      ? { type: 'personal', user: 'somebody@globex.test', roles: [...ROLES, 'air_org_admin', 'user_admin'] }
      : { type: 'service', scopes: AIR_SCOPES.filter((scope) => scope !== 'air:admin' && scope !== 'air:sre') }),
  });
  const staged = await stagedAir(server, air);

  it.each(lists)('$id shows nothing of another organisation', async ({ id, method, path }) => {
    const request = `${method} ${path}`;
    const ofOne = path.includes('{id}') || id === 'histories_list';
    const object = id.replace(/_list$/, '_get');
    const recipe = ofOne ? id : ids.includes(object) ? object : 'worker_certificates_revoke';
    const made = await staged.fill(recipe);
    const filling = ofOne ? made : { query: '?limit=100' };
    const [mine, theirs] = [
      await staged.ask(request, filling, staged.admin),
      await staged.ask(request, filling, stranger),
    ];

    expect(mine.status).toBe(200);
    expect(theirs.status).toBe(ofOne ? 404 : 200);
    if (!ofOne) expect([has(mine, made.id), has(theirs, made.id)]).toEqual([true, false]);
  });

  it('ssh_keys_list shows nothing of a colleague', async () => {
    const { id } = await staged.fill('ssh_keys_get');
    const roles = ['air', ...(air === 'dsx' ? ROLES : [])];
    const order = { type: 'personal', services: ['air'], user: 'colleague@acme.test', roles };
    const answer = await staged.ask('GET /api/v3/users/ssh-keys/', {}, await keyOf(server, order));

    expect([answer.status, has(answer, id)]).toEqual([200, false]);
  });
});

describe('Cloud Functions', async () => {
  const { ask, stage } = await stagedServer(await testServer());

  it.each(triedIn('nvcf').lists)('$id shows nothing of another account', async ({ id, path }) => {
    // Those that are tried have recipes.
    const operation = id as OperationName;
    const { running, telemetryId, registryCredentialId, assetId } = stage;
    const mine = await ask(operation, castKey('nvcf-full-access').key);
    const theirs = await ask(operation, castKey('globex-full-access').key);
    const own = [running.functionId, telemetryId, registryCredentialId, assetId].filter((one) => has(mine, one));

    expect(mine.status).toBeLessThan(300);
    expect(own).not.toEqual([]);
    if (theirs.status === 200) expect(own.filter((one) => has(theirs, one))).toEqual([]);
    else expect(theirs.status).toBe(404);
    // Where the request names no object, there is a list of the other account.
    if (!path.includes('{')) expect(theirs.status).toBe(200);
  });
});

describe('Cloud Tasks', () => {
  const SCOPES = ['list_tasks', 'task_details', 'list_events', 'list_results'];
  const TRAIN = '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a0001';
  const OF_GLOBEX = '7a4e2b90-5c1d-4f38-9b60-3d8e1f2a0005';

  it('no list shows anything of another account', async () => {
    const server = await testServer();
    const order = { type: 'service', services: ['nvct'], scopes: SCOPES, resource: { type: 'All Tasks' } };
    for (const [org, own, foreign] of [
      ['acme', TRAIN, OF_GLOBEX],
      ['globex', OF_GLOBEX, TRAIN],
    ] as const) {
      const token = await keyOf(server, { ...order, org });
      const body = { taskIds: [TRAIN, OF_GLOBEX] };
      for (const answer of [
        await server.call('GET /v1/nvct/tasks', { token }),
        await server.call('POST /v1/nvct/tasks/bulk', { token, body }),
      ]) {
        expect([answer.status, has(answer, own), has(answer, foreign)]).toEqual([200, true, false]);
      }
      for (const what of ['events', 'results']) {
        expect((await server.call(`GET /v1/nvct/tasks/${own}/${what}`, { token })).status).toBe(200);
        expect((await server.call(`GET /v1/nvct/tasks/${foreign}/${what}`, { token })).status).toBe(404);
      }
    }
  });
});

describe('NGC', () => {
  it('listKeys shows the keys of its organisation to an owner, and to others their own', async () => {
    const server = await testServer();
    const listed = (org: string, name: string) => server.call(`GET /v3/orgs/${org}/keys`, { token: castKey(name).key });
    const all = await listed('acme', 'owner');

    expect([has(all, castKey('nvcf-deployer').id), has(all, castKey('globex-air').id)]).toEqual([true, false]);
    expect((await listed('globex', 'owner')).status).toBe(403);
    const own = await listed('acme', 'air-user');
    expect([has(own, castKey('air-user').id), has(own, castKey('nvcf-deployer').id)]).toEqual([true, false]);
    for (const name of ['air-reader', 'globex-air']) expect((await listed('acme', name)).status).toBe(403);
  });
});

describe('the key service', () => {
  it('no list shows keys of another owner, or of another issuer', async () => {
    const server = await testServer({ nvcf: 'open-source' });
    const made = async (owner: string, issuer: string) =>
      (await createKey(server, {}, asOwner(owner, issuer))).body.id as string;
    const [own, ofOther, byOther] = [
      await made('ada@acme.test', FUNCTIONS),
      await made('bob@acme.test', FUNCTIONS),
      await made('ada@acme.test', TASKS),
    ];
    const headers = asOwner('ada@acme.test');
    const ofAda = '/v1/service-admin/users/ada@acme.test';
    for (const answer of [
      await server.call('GET /v1/keys', { headers }),
      await server.call(`GET ${ofAda}/keys`, { headers }),
      await server.call(`PUT ${ofAda}/suspend`, { headers, body: {} }),
    ]) {
      expect(answer.status).toBe(200);
      expect([own, ofOther, byOther].map((id) => has(answer, id))).toEqual([true, false, false]);
    }
  });
});

describe.each(['2.19', '2.24', '3.0'] as const)('Run:ai %s', async (runai) => {
  const server = await testServer({ runai });

  it.skipIf(runai === '2.19')(
    'shows callers their own access keys, applications and rules, and no others',
    async () => {
      const tokens = [await server.tokenOf(admin), await server.tokenOf(researcher)];
      const paths = [
        '/api/v1/access-keys',
        '/api/v1/authorization/me/access-rules',
        ...(runai === '2.24' ? ['/api/v1/user-applications'] : []),
      ];
      for (const [which, token] of tokens.entries()) {
        await server.call(`POST ${paths[0]}`, { token, body: { name: `key-${which}` } });
        if (runai === '2.24') await server.call(`POST ${paths[2]}`, { token, body: { name: `app-${which}` } });
      }
      const owns = [
        ['key-0', admin.email, 'app-0'],
        ['key-1', researcher.email, 'app-1'],
      ];
      for (const [at, path] of paths.entries()) {
        for (const [which, token] of tokens.entries()) {
          const answer = await server.call(`GET ${path}`, { token });
          const [own, foreign] = [owns[which]?.[at], owns[1 - which]?.[at]];
          expect([path, answer.status, has(answer, own), has(answer, foreign)]).toEqual([path, 200, true, false]);
        }
      }
    },
  );

  it('gives nobody a part of the lists of the tenant: their permission is for all of it', async () => {
    const { body } = await server.call('GET /_mock/tables/runai');
    const ruleOf = (operation: { rule: string }) => body.rules.find(({ id }: { id: string }) => id === operation.rule);
    const lists = body.operations.filter(({ id }: { id: string }) => OF_TENANT.includes(id));

    expect(lists.length).toBeGreaterThan(1);
    for (const list of lists) expect(ruleOf(list).on, list.id).not.toContain('project');
  });
});

import { describe, expect, it } from 'vitest';
import { castFunction, functions as castFunctions, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { type GivenResource, type MadeKey, makeKey } from '../../support/nvcf-requests.ts';
import { type Answer, afresh, type Request, START, type TestServer, testServer } from '../../support/server.ts';
import { makeWorld } from '../../support/worlds.ts';

const SPECIFICATIONS = {
  deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
};
const NEW_FUNCTION = { name: 'story', inferenceUrl: '/', containerImage: 'nvcr.io/acme/story:1' };
const OWNER = castKey('nvcf-full-access').key;
const ALL_FUNCTIONS = { type: 'All Functions' };
const ALL_ENTITY = { type: 'All Entity' };

const servers = {
  documented: await testServer(),
  'open-source': await testServer({ nvcf: 'open-source' }),
};

type Callable = Pick<TestServer, 'call'>;

/** A request that is sent more than once. */
type Again = (request?: Partial<Request>) => Promise<Answer>;

interface Version {
  readonly functionId: string;
  readonly versionId: string;
}

/** A version of a new function that nobody has deployed. */
async function newVersion(server: Callable, functionId?: string): Promise<Version> {
  const place = functionId === undefined ? '' : `/${functionId}/versions`;
  const { body } = await server.call(`POST /v2/nvcf/functions${place}`, { token: OWNER, body: NEW_FUNCTION });
  return { functionId: body.function.id, versionId: body.function.versionId };
}

function deploying(server: Callable, { functionId, versionId }: Version, token: string): Again {
  const line = `POST /v2/nvcf/deployments/functions/${functionId}/versions/${versionId}`;
  return () => server.call(line, { token, body: SPECIFICATIONS });
}

/** What the vendor says in a refusal. */
function problem(detail: string, path: string) {
  return { type: 'urn:nv-boot:problem-details:forbidden', title: 'Forbidden', status: 403, detail, instance: path };
}

// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
async function reported(server: TestServer, { decision }: Answer): Promise<any> {
  const { status, body } = await server.call(`GET /_mock/decisions/${decision.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: decision.id, effect: 'deny', reason: decision.reason, principal: { name: 'made' } });
  return body;
}

interface Fix {
  readonly text: string;
  readonly request?: { readonly method: string; readonly path: string; readonly body: object };
}

/** Sends a fix as it is told. */
async function apply(server: TestServer, { request }: Fix): Promise<void> {
  const { status, body } = await server.call(`${request?.method} ${request?.path}`, { body: request?.body });
  expect(status, JSON.stringify(body)).toBe(200);
}

/** Every fix that says what to send is sent to a key as it was; each must be enough for the same request. */
async function everyFixCures(server: TestServer, key: MadeKey, again: Again, fixes: readonly Fix[]): Promise<void> {
  const { body: before } = await server.call(`GET /_mock/keys/${key.id}`);
  const { scopes, resource } = before.policy;
  const requests = fixes.filter(({ request }) => request !== undefined);
  expect(requests.length).toBeGreaterThan(0);
  for (const fix of requests) {
    await apply(server, fix);
    const cured = await again();
    expect(cured.decision.effect, fix.text).toBe('allow');
    // What is deployed already is told so: the request came through.
    expect(fix === requests[0] ? [200] : [200, 400], fix.text).toContain(cured.status);
    await server.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes, resource: resource ?? [], force: true } });
  }
  expect(await again()).toMatchObject({ status: 403 });
}

describe('the troubleshooting of the service-keys page, documented profile', () => {
  it('scope-missing', async () => {
    const server = await afresh(servers.documented);
    const version = await newVersion(server);
    const key = await makeKey(server, ['Register Function'], ALL_FUNCTIONS);
    const again = deploying(server, version, key.key);

    const refused = await again();
    const path = `/v2/nvcf/deployments/functions/${version.functionId}/versions/${version.versionId}`;
    expect(refused).toMatchObject({ status: 403, body: problem('Access Denied', path) });
    expect(refused.decision).toEqual({
      id: expect.any(String),
      effect: 'deny',
      reason: 'missing_scope',
      certainty: 'contradicted',
      missing: ['deploy_function', 'list_functions'],
    });

    const decision = await reported(server, refused);
    expect(decision).toMatchObject({ operation: 'createDeployment', held: ['register_function'] });
    for (const word of [
      'deploy_function',
      'Deploy Function',
      'list_functions',
      'List Functions',
      'register_function',
    ]) {
      expect(decision.explanation).toContain(word);
    }
    expect(decision.fixes[0].request).toEqual({
      method: 'PATCH',
      path: `/_mock/keys/${key.id}`,
      body: { scopes: ['register_function', 'deploy_function', 'list_functions'] },
    });
    await apply(server, decision.fixes[0]);
    expect(await again()).toMatchObject({ status: 200, decision: { effect: 'allow' } });
  });

  it('resource-type-incompatible', async () => {
    const server = await afresh(servers.documented);
    const key = await makeKey(server, ['Manage Registry Credentials'], ALL_FUNCTIONS);
    const again: Again = () => server.call('GET /v2/nvcf/registry-credentials', { token: key.key });

    const refused = await again();
    expect(refused).toMatchObject({
      status: 403,
      body: problem('Access Denied', '/v2/nvcf/registry-credentials'),
      decision: { reason: 'incompatible_resource_type' },
    });

    const decision = await reported(server, refused);
    expect(decision).toMatchObject({ held: ['All Functions'], accepted: ['All Entity'] });
    expect(decision.explanation).toContain('All Functions');
    expect(decision.explanation).toContain('All Entity');
    await everyFixCures(server, key, again, decision.fixes);
    expect(decision.fixes.map(({ request }: Fix) => request?.body)).toContainEqual({ resource: ALL_ENTITY });
  });

  it('other-function', async () => {
    const server = await afresh(servers.documented);
    const [bound, target] = [await newVersion(server), await newVersion(server)];
    const key = await makeKey(server, ['Deploy Function', 'List Functions'], {
      type: 'Function',
      ids: [bound.functionId],
    });
    const again = deploying(server, target, key.key);

    const refused = await again();
    const { functionId, versionId } = target;
    expect(refused).toMatchObject({
      status: 403,
      body: problem(
        `Function id '${functionId}', version '${versionId}': Forbidden to 'create' deployment`,
        `/v2/nvcf/deployments/functions/${functionId}/versions/${versionId}`,
      ),
      decision: { reason: 'resource_mismatch' },
    });

    const decision = await reported(server, refused);
    expect(decision.boundTo).toContain(bound.functionId);
    expect(decision.target).toContain(versionId);
    expect(decision.explanation).toContain(bound.functionId);
    expect(decision.explanation).toContain(versionId);
    await everyFixCures(server, key, again, decision.fixes);
    expect(decision.fixes.map(({ request }: Fix) => request?.body)).toContainEqual({
      resource: { type: 'Function', ids: [bound.functionId, functionId] },
    });
    expect(await deploying(server, bound, key.key)()).toMatchObject({ status: 200 });
  });

  it('deploy-without-list', async () => {
    const server = await afresh(servers.documented);
    const version = await newVersion(server);
    const key = await makeKey(server, ['Deploy Function'], ALL_FUNCTIONS);
    const again = deploying(server, version, key.key);

    const refused = await again();
    expect(refused).toMatchObject({
      status: 403,
      body: { detail: 'Access Denied' },
      decision: { reason: 'missing_scope', missing: ['list_functions'] },
    });

    const decision = await reported(server, refused);
    expect(decision).toMatchObject({ missing: ['list_functions'], held: ['deploy_function'] });
    expect(decision.explanation).toContain('`list_functions` (List Functions)');
    expect(decision.explanation).not.toContain('`deploy_function` (Deploy Function)');
    const [fix] = decision.fixes;
    expect(fix.request.body).toEqual({ scopes: ['deploy_function', 'list_functions'] });
    await apply(server, fix);
    expect((await again()).status).toBe(200);
  });

  const wrongTypes = [
    { name: 'Function', resourceOf: ({ functionId }: Version) => ({ type: 'Function', ids: [functionId] }) },
    {
      name: 'Function Versions',
      resourceOf: ({ functionId, versionId }: Version) => ({
        type: 'Function Versions',
        ids: [`${functionId}/${versionId}`],
      }),
    },
    { name: 'All Entity', resourceOf: () => ALL_ENTITY },
  ];

  it.each(wrongTypes)('authorize-clients-type: $name', async ({ name, resourceOf }) => {
    const server = await afresh(servers.documented);
    const version = await newVersion(server);
    const key = await makeKey(server, ['Authorize Clients'], resourceOf(version));
    for (const place of ['', `/versions/${version.versionId}`]) {
      const path = `/v2/nvcf/authorizations/functions/${version.functionId}${place}`;
      const body = { authorizedParties: [{ ncaId: 'nca-globex-0002' }] };
      const again: Again = () => server.call(`POST ${path}`, { token: key.key, body });

      const refused = await again();
      expect(refused).toMatchObject({
        status: 403,
        body: problem('Access Denied', path),
        decision: { reason: 'incompatible_resource_type' },
      });

      const decision = await reported(server, refused);
      expect(decision).toMatchObject({ held: [name], accepted: ['All Functions'] });
      expect(decision.explanation).toContain('All Functions');
      expect(decision.explanation).toContain(name);
      await everyFixCures(server, key, again, decision.fixes);
    }
  });

  it('recent-edit', async () => {
    const server = await testServer({ propagation: 'fixed' });
    const version = await newVersion(server);
    const key = await makeKey(server, ['Deploy Function'], ALL_FUNCTIONS);
    const again = deploying(server, version, key.key);
    const edit = { scopes: ['Deploy Function', 'List Functions'] };
    expect((await server.call(`PATCH /_mock/keys/${key.id}`, { body: edit })).status).toBe(200);

    const refused = await again();
    const pending = { version: 2, effectiveAt: new Date(START + 900_000).toISOString(), effect: 'allow' };
    expect(refused).toMatchObject({ status: 403, body: { detail: 'Access Denied' } });
    expect(refused.decision).toMatchObject({ reason: 'missing_scope', missing: ['list_functions'], pending });

    const decision = await reported(server, refused);
    expect(decision).toMatchObject({ policyVersion: 1, pending });
    expect(decision.explanation).toContain(`version 2 is recorded, and would allow it from ${pending.effectiveAt}`);
    expect(decision.explanation).toContain('`list_functions` (List Functions)');

    const { body } = await server.call('POST /_mock/clock/advance', { body: { by: '15m' } });
    expect(body.events).toContainEqual(expect.objectContaining({ keyId: key.id, version: 2, at: pending.effectiveAt }));
    expect(await again()).toMatchObject({ status: 200, decision: { effect: 'allow' } });
  });

  it('recent-edit, the other way: a scope that was taken away goes on counting', async () => {
    const server = await testServer({ propagation: 'fixed' });
    const key = await makeKey(server, ['list_functions'], ALL_FUNCTIONS);
    const again: Again = () => server.call('GET /v2/nvcf/functions', { token: key.key });
    await server.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: [] } });

    const stillAllowed = await again();
    expect(stillAllowed.status).toBe(200);
    expect(stillAllowed.decision).toMatchObject({ effect: 'allow', pending: { version: 2, effect: 'deny' } });
    server.clock.set(START + 899_999);
    expect((await again()).status).toBe(200);
    server.clock.set(START + 900_000);
    expect((await again()).status).toBe(403);
  });
});

describe('the troubleshooting of the service-keys page, as the published code does it', () => {
  it('deploy-without-list: Deploy Function alone is enough', async () => {
    const server = await afresh(servers['open-source']);
    const version = await newVersion(server);
    const { key } = await makeKey(server, ['Deploy Function'], ALL_FUNCTIONS);
    const path = `/v2/nvcf/deployments/functions/${version.functionId}/versions/${version.versionId}`;

    expect((await deploying(server, version, key)()).status).toBe(200);
    expect((await server.call(`GET ${path}`, { token: key })).status).toBe(200);
    expect((await server.call(`PUT ${path}`, { token: key, body: SPECIFICATIONS })).status).toBe(200);
    expect((await server.call(`DELETE ${path}`, { token: key })).status).toBe(200);
  });

  it('deploy-without-list: the command fails all the same, at the read that follows the deployment', async () => {
    const server = await afresh(servers['open-source']);
    const version = await newVersion(server);
    const { key } = await makeKey(server, ['Deploy Function'], ALL_FUNCTIONS);

    const read = await server.call(`GET /v2/nvcf/functions/${version.functionId}/versions/${version.versionId}`, {
      token: key,
    });
    expect(read).toMatchObject({
      status: 403,
      body: { detail: 'Access Denied' },
      decision: { reason: 'missing_scope' },
    });
  });

  it('scope-missing: the fix for a scope that the page gives with All Entity only can be sent as told', async () => {
    const server = await afresh(servers['open-source']);
    const key = await makeKey(server, [], ALL_FUNCTIONS);
    const again: Again = () => server.call('GET /v2/nvcf/telemetries', { token: key.key });

    const { fixes } = await reported(server, await again());

    await everyFixCures(server, key, again, fixes);
  });

  it('authorize-clients-type: Function does, Function Versions where the path names the version, All Entity never', async () => {
    const server = await afresh(servers['open-source']);
    const { functionId, versionId } = await newVersion(server);
    const body = { authorizedParties: [{ ncaId: 'nca-globex-0002' }] };
    const ofFunction = `POST /v2/nvcf/authorizations/functions/${functionId}`;
    const ofVersion = `${ofFunction}/versions/${versionId}`;
    const statusFor = async (line: string, resource: GivenResource) => {
      const { key } = await makeKey(server, ['Authorize Clients'], resource);
      return (await server.call(line, { token: key, body })).status;
    };

    const wholeFunction = { type: 'Function', ids: [functionId] };
    expect(await statusFor(ofFunction, wholeFunction)).toBe(200);
    expect(await statusFor(ofVersion, wholeFunction)).toBe(200);
    expect(await statusFor(ofVersion, { type: 'Function Versions', ids: [`${functionId}/${versionId}`] })).toBe(200);
    expect(await statusFor(ofFunction, ALL_ENTITY)).toBe(403);
    expect(await statusFor(ofVersion, ALL_ENTITY)).toBe(403);
  });
});

/** The scene of the vectors: F has v1 and v2, G has g1, S is shared with the account, P is public. */
interface Scene {
  readonly server: Callable;
  readonly F: string;
  readonly v1: string;
  readonly v2: string;
  readonly G: string;
  readonly g1: string;
  readonly S: string;
  readonly P: string;
}

/** In a world of its own. */
async function scene(of: Callable): Promise<Scene> {
  const server = await makeWorld(of, { credentials: 'cast' });
  const first = await newVersion(server);
  const second = await newVersion(server, first.functionId);
  const other = await newVersion(server);
  const [shared] = castFunction('translate');
  const [open] = castFunction('llama');
  return {
    server,
    F: first.functionId,
    v1: first.versionId,
    v2: second.versionId,
    G: other.functionId,
    g1: other.versionId,
    S: shared?.functionId ?? '',
    P: open?.functionId ?? '',
  };
}

/** What a vector expects: a status, or a status with the vendor's words. */
type Expected = number | readonly [status: number, detail: (scene: Scene) => string];
const denied = [403, () => 'Access Denied'] as const;

interface Vector {
  readonly key: string;
  readonly scopes: readonly string[];
  readonly resource: (scene: Scene) => GivenResource | null;
  readonly call: (scene: Scene) => string;
  readonly body?: unknown;
  /** F is up for the call. */
  readonly up?: boolean;
  readonly documented: Expected;
  readonly openSource: Expected;
  /** Names of functions that an allowed list shows. */
  readonly shows?: { readonly documented: (scene: Scene) => string[]; readonly openSource: (scene: Scene) => string[] };
}

const allFunctions = () => ALL_FUNCTIONS;
const allEntity = () => ALL_ENTITY;
const allClusters = () => ({ type: 'All Clusters' });
const functionF = ({ F }: Scene) => ({ type: 'Function', ids: [F] });
const functionG = ({ G }: Scene) => ({ type: 'Function', ids: [G] });
const versionF1 = ({ F, v1 }: Scene) => ({ type: 'Function Versions', ids: [`${F}/${v1}`] });
const nothing = () => null;
const ownOfCast = castFunctions.filter(({ org }) => org === 'acme').map(({ functionId }) => functionId);
const PARTIES = { authorizedParties: [{ ncaId: 'nca-globex-0002' }] };

const VECTORS: readonly Vector[] = [
  {
    key: 'register / AF',
    scopes: ['register_function'],
    resource: allFunctions,
    call: () => 'POST /v2/nvcf/functions',
    body: NEW_FUNCTION,
    documented: 200,
    openSource: 200,
  },
  {
    key: 'register / F',
    scopes: ['register_function'],
    resource: functionF,
    call: () => 'POST /v2/nvcf/functions',
    body: NEW_FUNCTION,
    documented: [403, () => 'Forbidden to create function'],
    openSource: [403, () => 'Forbidden to create function'],
  },
  {
    key: 'register / F, a new version',
    scopes: ['register_function'],
    resource: functionF,
    call: ({ F }) => `POST /v2/nvcf/functions/${F}/versions`,
    body: NEW_FUNCTION,
    documented: 200,
    openSource: 200,
  },
  {
    key: 'register / FV, a new version',
    scopes: ['register_function'],
    resource: versionF1,
    call: ({ F }) => `POST /v2/nvcf/functions/${F}/versions`,
    body: NEW_FUNCTION,
    documented: 403,
    openSource: [403, ({ F }) => `Function id '${F}': Forbidden to create function version`],
  },
  {
    key: 'register only / AF, a deployment',
    scopes: ['register_function'],
    resource: allFunctions,
    call: ({ F, v1 }) => `POST /v2/nvcf/deployments/functions/${F}/versions/${v1}`,
    body: SPECIFICATIONS,
    documented: denied,
    openSource: denied,
  },
  {
    key: 'deploy only / AF',
    scopes: ['deploy_function'],
    resource: allFunctions,
    call: ({ F, v1 }) => `POST /v2/nvcf/deployments/functions/${F}/versions/${v1}`,
    body: SPECIFICATIONS,
    documented: denied,
    openSource: 200,
  },
  {
    key: 'deploy+list / F, another function',
    scopes: ['deploy_function', 'list_functions'],
    resource: functionF,
    call: ({ G, g1 }) => `POST /v2/nvcf/deployments/functions/${G}/versions/${g1}`,
    body: SPECIFICATIONS,
    documented: 403,
    openSource: [403, ({ G, g1 }) => `Function id '${G}', version '${g1}': Forbidden to 'create' deployment`],
  },
  {
    key: 'deploy+list / F',
    scopes: ['deploy_function', 'list_functions'],
    resource: functionF,
    call: ({ F, v2 }) => `POST /v2/nvcf/deployments/functions/${F}/versions/${v2}`,
    body: SPECIFICATIONS,
    documented: 200,
    openSource: 200,
  },
  {
    key: 'list / F, all functions',
    scopes: ['list_functions'],
    resource: functionF,
    call: () => 'GET /v2/nvcf/functions/ids',
    documented: 200,
    openSource: 200,
    shows: { documented: ({ F }) => [F], openSource: ({ F, P }) => [F, P] },
  },
  {
    key: 'list / AF, all functions',
    scopes: ['list_functions'],
    resource: allFunctions,
    call: () => 'GET /v2/nvcf/functions/ids',
    documented: 200,
    openSource: 200,
    shows: {
      documented: ({ F, G, S, P }) => [...ownOfCast, F, G, S, P],
      openSource: ({ F, G, P }) => [...ownOfCast, F, G, P],
    },
  },
  {
    key: 'list / FV, another version',
    scopes: ['list_functions'],
    resource: versionF1,
    call: ({ F, v2 }) => `GET /v2/nvcf/functions/${F}/versions/${v2}`,
    documented: 403,
    openSource: [403, ({ F, v2 }) => `Function id '${F}', version '${v2}': Forbidden to retrieve function details`],
  },
  {
    key: 'list / none',
    scopes: ['list_functions'],
    resource: nothing,
    call: ({ F }) => `GET /v2/nvcf/functions/${F}/versions`,
    documented: 403,
    openSource: [403, ({ F }) => `Function id '${F}': Forbidden to retrieve versions`],
  },
  {
    key: 'details / AF',
    scopes: ['list_functions_details'],
    resource: allFunctions,
    call: ({ F, v1 }) => `GET /v2/nvcf/functions/${F}/versions/${v1}`,
    up: true,
    documented: 200,
    openSource: 200,
  },
  {
    key: 'invoke / AF',
    scopes: ['invoke_function'],
    resource: allFunctions,
    call: ({ F }) => `POST /v2/nvcf/pexec/functions/${F}`,
    body: {},
    up: true,
    documented: 200,
    openSource: 200,
  },
  {
    key: 'invoke / AF, a shared function',
    scopes: ['invoke_function'],
    resource: allFunctions,
    call: ({ S }) => `POST /v2/nvcf/pexec/functions/${S}`,
    body: {},
    documented: 200,
    openSource: 403,
  },
  {
    key: 'invoke / F, another function',
    scopes: ['invoke_function'],
    resource: functionG,
    call: ({ F }) => `POST /v2/nvcf/pexec/functions/${F}`,
    body: {},
    up: true,
    documented: 403,
    openSource: [403, ({ F }) => `Function '${F}':  Missing resource entry in ApiKey for the function`],
  },
  {
    key: 'invoke / none, a public function',
    scopes: ['invoke_function'],
    resource: nothing,
    call: ({ P }) => `POST /v2/nvcf/pexec/functions/${P}`,
    body: {},
    documented: 403,
    openSource: 200,
  },
  {
    key: 'invoke / AE',
    scopes: ['invoke_function'],
    resource: allEntity,
    call: ({ F }) => `POST /v2/nvcf/pexec/functions/${F}`,
    body: {},
    up: true,
    documented: denied,
    openSource: 403,
  },
  {
    key: 'authorize / F',
    scopes: ['authorize_clients'],
    resource: functionF,
    call: ({ F }) => `POST /v2/nvcf/authorizations/functions/${F}`,
    body: PARTIES,
    documented: denied,
    openSource: 200,
  },
  {
    key: 'authorize / AE',
    scopes: ['authorize_clients'],
    resource: allEntity,
    call: ({ F }) => `POST /v2/nvcf/authorizations/functions/${F}`,
    body: PARTIES,
    documented: denied,
    openSource: 403,
  },
  {
    key: 'registry / AF',
    scopes: ['manage_registry_credentials'],
    resource: allFunctions,
    call: () => 'GET /v2/nvcf/registry-credentials',
    documented: denied,
    openSource: 200,
  },
  {
    key: 'registry / AE',
    scopes: ['manage_registry_credentials'],
    resource: allEntity,
    call: () => 'GET /v2/nvcf/registry-credentials',
    documented: 200,
    openSource: 200,
  },
  {
    key: 'telemetry / AC',
    scopes: ['manage_telemetries'],
    resource: allClusters,
    call: () => 'GET /v2/nvcf/telemetries',
    documented: denied,
    openSource: 200,
  },
  {
    key: 'clusters / AC',
    scopes: ['List Clusters'],
    resource: allClusters,
    call: () => 'GET /v2/nvcf/clusterGroups',
    documented: 200,
    openSource: denied,
  },
  {
    key: 'gpu quota / AF',
    scopes: ['Read GPU Quota Rule'],
    resource: allFunctions,
    call: () => 'GET /v2/orgs/acme/ngc/nvcf/gpu/quota/rules',
    documented: 403,
    openSource: 403,
  },
];

describe.each(['documented', 'open-source'] as const)('test vectors, %s profile', (profile) => {
  const shared = servers[profile];

  it.each(VECTORS)('$key', async (vector) => {
    const here = await scene(shared);
    const { server } = here;
    const { key } = await makeKey(server, vector.scopes, vector.resource(here));
    if (vector.up === true) await deploying(server, { functionId: here.F, versionId: here.v1 }, OWNER)();
    const { body } = vector;

    const answer = await server.call(vector.call(here), { token: key, ...(body !== undefined && { body }) });

    const expected = profile === 'documented' ? vector.documented : vector.openSource;
    const [status, detail] = typeof expected === 'number' ? [expected] : expected;
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    if (detail !== undefined) expect(answer.body.detail).toBe(detail(here));
    const shows = profile === 'documented' ? vector.shows?.documented : vector.shows?.openSource;
    if (shows !== undefined) expect([...answer.body.functionIds].sort()).toEqual([...new Set(shows(here))].sort());
  });

  it('details / AF shows the instances, list / AF does not', async () => {
    const { server, F, v1 } = await scene(shared);
    await deploying(server, { functionId: F, versionId: v1 }, OWNER)();
    const path = `GET /v2/nvcf/functions/${F}/versions/${v1}`;
    const details = await makeKey(server, ['list_functions_details'], ALL_FUNCTIONS);
    const plain = await makeKey(server, ['list_functions'], ALL_FUNCTIONS);

    const seen = (await server.call(path, { token: details.key })).body.function;
    expect(seen).toMatchObject({ activeInstances: [{ functionId: F, functionVersionId: v1 }], secrets: [] });
    const unseen = (await server.call(path, { token: plain.key })).body.function;
    expect(unseen).toEqual(Object.fromEntries(Object.entries(seen).filter(([member]) => member in unseen)));
    expect(Object.keys(unseen)).not.toEqual(expect.arrayContaining(['activeInstances']));
    expect(Object.keys(unseen)).not.toEqual(expect.arrayContaining(['secrets']));
  });

  it('an edited key, before 15 minutes have passed: the old decision', async () => {
    const server = await testServer({ nvcf: profile, propagation: 'fixed' });
    const key = await makeKey(server, [], ALL_FUNCTIONS);
    await server.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['list_functions'] } });
    const statusAt = async (later: number) => {
      server.clock.set(START + later);
      return (await server.call('GET /v2/nvcf/functions', { token: key.key })).status;
    };

    expect(await statusAt(899_999)).toBe(403);
    expect(await statusAt(900_000)).toBe(200);
  });

  const everywhere = ['GET /v2/nvcf/functions', 'POST /v2/nvcf/functions', 'GET /v2/nvcf/telemetries'];

  it.each(everywhere)('an unknown key is forbidden, not unauthorized: %s', async (line) => {
    const server = await afresh(servers[profile]);
    const gone = await makeKey(server, ['list_functions'], ALL_FUNCTIONS);
    await server.call(`DELETE /_mock/keys/${gone.id}`);

    const answer = await server.call(line, { token: gone.key });

    expect(answer).toMatchObject({
      status: 403,
      body: problem('Authorization failed', line.split(' ')[1] ?? ''),
      decision: { reason: 'unknown_key' },
    });
  });

  it.each(everywhere)('no header is unauthorized, without a body: %s', async (line) => {
    const server = await afresh(servers[profile]);

    const answer = await server.call(line);

    expect(answer).toMatchObject({ status: 401, body: undefined, decision: { reason: 'no_token' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('a scope that is missing is told before a broken body and before an unknown id', async () => {
    const server = await afresh(servers[profile]);
    const { key } = await makeKey(server, ['list_functions'], ALL_FUNCTIONS);
    const absent = '00000000-0000-4000-8000-000000000000';
    const lines = [
      'POST /v2/nvcf/functions',
      `POST /v2/nvcf/deployments/functions/${absent}/versions/${absent}`,
      `PUT /v2/nvcf/secrets/functions/${absent}/versions/${absent}`,
    ];

    for (const line of lines) {
      for (const body of ['{"broken', {}]) {
        const answer = await server.call(line, { token: key, body });
        expect(answer, line).toMatchObject({ status: 403, body: { detail: 'Access Denied' } });
      }
    }
  });

  it('what does not exist is not found, and neither is what another account has', async () => {
    const { server } = await scene(shared);
    const { key } = await makeKey(server, ['list_functions'], { type: 'All Functions' });
    const [secret] = castFunction('private');
    const absent = '00000000-0000-4000-8000-000000000000';

    for (const functionId of [absent, secret?.functionId]) {
      const { status, body } = await server.call(`GET /v2/nvcf/functions/${functionId}/versions`, { token: key });
      expect(status).toBe(404);
      expect(body.detail).toBe(`Function id '${functionId}': Not found in account '${ngcCast.ncaId}'`);
    }
  });
});

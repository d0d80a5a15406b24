import { describe, expect, it } from 'vitest';
import { castFunction, functions as castFunctions, castKey, ngcCast } from '../../support/ngc-cast.ts';
import { type GivenResource, type MadeKey, makeKey } from '../../support/nvcf-requests.ts';
import {
  type Answer,
  type Request,
  resetTestServer,
  START,
  type TestServer,
  testServer,
} from '../../support/server.ts';
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

/** Sends the same request again. */
type Resend = (request?: Partial<Request>) => Promise<Answer>;

interface Version {
  readonly functionId: string;
  readonly versionId: string;
}

/** Creates a version that is not deployed, by default of a new function. */
async function createVersion(server: Callable, functionId?: string): Promise<Version> {
  const place = functionId === undefined ? '' : `/${functionId}/versions`;
  const { body } = await server.call(`POST /v2/nvcf/functions${place}`, { token: OWNER, body: NEW_FUNCTION });
  return { functionId: body.function.id, versionId: body.function.versionId };
}

function prepareDeployment(server: Callable, { functionId, versionId }: Version, token: string): Resend {
  const line = `POST /v2/nvcf/deployments/functions/${functionId}/versions/${versionId}`;
  return () => server.call(line, { token, body: SPECIFICATIONS });
}

/** Returns the problem details of a denied request. */
function forbidden(detail: string, path: string) {
  return { type: 'urn:nv-boot:problem-details:forbidden', title: 'Forbidden', status: 403, detail, instance: path };
}

// biome-ignore lint/suspicious/noExplicitAny: decisions are JSON
async function readDecision(server: TestServer, { decision }: Answer): Promise<any> {
  const { status, body } = await server.call(`GET /_mock/decisions/${decision.id}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ id: decision.id, effect: 'deny', reason: decision.reason, principal: { name: 'made' } });
  return body;
}

interface Fix {
  readonly text: string;
  readonly request?: { readonly method: string; readonly path: string; readonly body: object };
}

/** Sends the request of a fix. */
async function applyFix(server: TestServer, { request }: Fix): Promise<void> {
  const { status, body } = await server.call(`${request?.method} ${request?.path}`, { body: request?.body });
  expect(status, JSON.stringify(body)).toBe(200);
}

/** Applies every fix with a request to the unchanged key, and expects each to be sufficient for the denied request. */
async function expectFixesToWork(
  server: TestServer,
  key: MadeKey,
  resend: Resend,
  fixes: readonly Fix[],
): Promise<void> {
  const { body: before } = await server.call(`GET /_mock/keys/${key.id}`);
  const { scopes, resource } = before.policy;
  const requests = fixes.filter(({ request }) => request !== undefined);
  expect(requests.length).toBeGreaterThan(0);
  for (const fix of requests) {
    await applyFix(server, fix);
    const retried = await resend();
    expect(retried.decision.effect, fix.text).toBe('allow');
    // 400: the version is already deployed, so the request was authorized.
    expect(fix === requests[0] ? [200] : [200, 400], fix.text).toContain(retried.status);
    await server.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes, resource: resource ?? [], force: true } });
  }
  expect(await resend()).toMatchObject({ status: 403 });
}

describe('troubleshooting of the service-keys page, documented profile:', () => {
  it('scope-missing: a key without the scopes is denied, and the fix adds them', async () => {
    const server = await resetTestServer(servers.documented);
    const version = await createVersion(server);
    const key = await makeKey(server, ['Register Function'], ALL_FUNCTIONS);
    const resend = prepareDeployment(server, version, key.key);

    const refused = await resend();
    const path = `/v2/nvcf/deployments/functions/${version.functionId}/versions/${version.versionId}`;
    expect(refused).toMatchObject({ status: 403, body: forbidden('Access Denied', path) });
    expect(refused.decision).toEqual({
      id: expect.any(String),
      effect: 'deny',
      reason: 'missing_scope',
      certainty: 'contradicted',
      missing: ['deploy_function', 'list_functions'],
    });

    const decision = await readDecision(server, refused);
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
    await applyFix(server, decision.fixes[0]);
    expect(await resend()).toMatchObject({ status: 200, decision: { effect: 'allow' } });
  });

  it('resource-type-incompatible: All Functions is denied for registry credentials, and every fix works', async () => {
    const server = await resetTestServer(servers.documented);
    const key = await makeKey(server, ['Manage Registry Credentials'], ALL_FUNCTIONS);
    const resend: Resend = () => server.call('GET /v2/nvcf/registry-credentials', { token: key.key });

    const refused = await resend();
    expect(refused).toMatchObject({
      status: 403,
      body: forbidden('Access Denied', '/v2/nvcf/registry-credentials'),
      decision: { reason: 'incompatible_resource_type' },
    });

    const decision = await readDecision(server, refused);
    expect(decision).toMatchObject({ held: ['All Functions'], accepted: ['All Entity'] });
    expect(decision.explanation).toContain('All Functions');
    expect(decision.explanation).toContain('All Entity');
    await expectFixesToWork(server, key, resend, decision.fixes);
    expect(decision.fixes.map(({ request }: Fix) => request?.body)).toContainEqual({ resource: ALL_ENTITY });
  });

  it('other-function: a key for another function is denied, and every fix works', async () => {
    const server = await resetTestServer(servers.documented);
    const [bound, target] = [await createVersion(server), await createVersion(server)];
    const key = await makeKey(server, ['Deploy Function', 'List Functions'], {
      type: 'Function',
      ids: [bound.functionId],
    });
    const resend = prepareDeployment(server, target, key.key);

    const refused = await resend();
    const { functionId, versionId } = target;
    expect(refused).toMatchObject({
      status: 403,
      body: forbidden(
        `Function id '${functionId}', version '${versionId}': Forbidden to 'create' deployment`,
        `/v2/nvcf/deployments/functions/${functionId}/versions/${versionId}`,
      ),
      decision: { reason: 'resource_mismatch' },
    });

    const decision = await readDecision(server, refused);
    expect(decision.boundTo).toContain(bound.functionId);
    expect(decision.target).toContain(versionId);
    expect(decision.explanation).toContain(bound.functionId);
    expect(decision.explanation).toContain(versionId);
    await expectFixesToWork(server, key, resend, decision.fixes);
    expect(decision.fixes.map(({ request }: Fix) => request?.body)).toContainEqual({
      resource: { type: 'Function', ids: [bound.functionId, functionId] },
    });
    expect(await prepareDeployment(server, bound, key.key)()).toMatchObject({ status: 200 });
  });

  it('deploy-without-list: a key without List Functions is denied, and the fix adds it', async () => {
    const server = await resetTestServer(servers.documented);
    const version = await createVersion(server);
    const key = await makeKey(server, ['Deploy Function'], ALL_FUNCTIONS);
    const resend = prepareDeployment(server, version, key.key);

    const refused = await resend();
    expect(refused).toMatchObject({
      status: 403,
      body: { detail: 'Access Denied' },
      decision: { reason: 'missing_scope', missing: ['list_functions'] },
    });

    const decision = await readDecision(server, refused);
    expect(decision).toMatchObject({ missing: ['list_functions'], held: ['deploy_function'] });
    expect(decision.explanation).toContain('`list_functions` (List Functions)');
    expect(decision.explanation).not.toContain('`deploy_function` (Deploy Function)');
    const [fix] = decision.fixes;
    expect(fix.request.body).toEqual({ scopes: ['deploy_function', 'list_functions'] });
    await applyFix(server, fix);
    expect((await resend()).status).toBe(200);
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

  it.each(wrongTypes)(
    'authorize-clients-type: a key for $name is denied, and every fix works',
    async ({ name, resourceOf }) => {
      const server = await resetTestServer(servers.documented);
      const version = await createVersion(server);
      const key = await makeKey(server, ['Authorize Clients'], resourceOf(version));
      for (const place of ['', `/versions/${version.versionId}`]) {
        const path = `/v2/nvcf/authorizations/functions/${version.functionId}${place}`;
        const body = { authorizedParties: [{ ncaId: 'nca-globex-0002' }] };
        const resend: Resend = () => server.call(`POST ${path}`, { token: key.key, body });

        const refused = await resend();
        expect(refused).toMatchObject({
          status: 403,
          body: forbidden('Access Denied', path),
          decision: { reason: 'incompatible_resource_type' },
        });

        const decision = await readDecision(server, refused);
        expect(decision).toMatchObject({ held: [name], accepted: ['All Functions'] });
        expect(decision.explanation).toContain('All Functions');
        expect(decision.explanation).toContain(name);
        await expectFixesToWork(server, key, resend, decision.fixes);
      }
    },
  );

  it('recent-edit: an added scope takes effect after 15 minutes', async () => {
    const server = await testServer({ propagation: 'fixed' });
    const version = await createVersion(server);
    const key = await makeKey(server, ['Deploy Function'], ALL_FUNCTIONS);
    const resend = prepareDeployment(server, version, key.key);
    const edit = { scopes: ['Deploy Function', 'List Functions'] };
    expect((await server.call(`PATCH /_mock/keys/${key.id}`, { body: edit })).status).toBe(200);

    const refused = await resend();
    const pending = { version: 2, effectiveAt: new Date(START + 900_000).toISOString(), effect: 'allow' };
    expect(refused).toMatchObject({ status: 403, body: { detail: 'Access Denied' } });
    expect(refused.decision).toMatchObject({ reason: 'missing_scope', missing: ['list_functions'], pending });

    const decision = await readDecision(server, refused);
    expect(decision).toMatchObject({ policyVersion: 1, pending });
    expect(decision.explanation).toContain(`version 2 is recorded, and would allow it from ${pending.effectiveAt}`);
    expect(decision.explanation).toContain('`list_functions` (List Functions)');

    const { body } = await server.call('POST /_mock/clock/advance', { body: { by: '15m' } });
    expect(body.events).toContainEqual(expect.objectContaining({ keyId: key.id, version: 2, at: pending.effectiveAt }));
    expect(await resend()).toMatchObject({ status: 200, decision: { effect: 'allow' } });
  });

  it('recent-edit: a removed scope is effective for another 15 minutes', async () => {
    const server = await testServer({ propagation: 'fixed' });
    const key = await makeKey(server, ['list_functions'], ALL_FUNCTIONS);
    const resend: Resend = () => server.call('GET /v2/nvcf/functions', { token: key.key });
    await server.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: [] } });

    const stillAllowed = await resend();
    expect(stillAllowed.status).toBe(200);
    expect(stillAllowed.decision).toMatchObject({ effect: 'allow', pending: { version: 2, effect: 'deny' } });
    server.clock.set(START + 899_999);
    expect((await resend()).status).toBe(200);
    server.clock.set(START + 900_000);
    expect((await resend()).status).toBe(403);
  });
});

describe('troubleshooting of the service-keys page, open-source profile:', () => {
  it('deploy-without-list: Deploy Function alone is sufficient', async () => {
    const server = await resetTestServer(servers['open-source']);
    const version = await createVersion(server);
    const { key } = await makeKey(server, ['Deploy Function'], ALL_FUNCTIONS);
    const path = `/v2/nvcf/deployments/functions/${version.functionId}/versions/${version.versionId}`;

    expect((await prepareDeployment(server, version, key)()).status).toBe(200);
    expect((await server.call(`GET ${path}`, { token: key })).status).toBe(200);
    expect((await server.call(`PUT ${path}`, { token: key, body: SPECIFICATIONS })).status).toBe(200);
    expect((await server.call(`DELETE ${path}`, { token: key })).status).toBe(200);
  });

  it('deploy-without-list: reading the function after the deployment is still denied', async () => {
    const server = await resetTestServer(servers['open-source']);
    const version = await createVersion(server);
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

  it('scope-missing: every fix works for a scope that the page limits to All Entity', async () => {
    const server = await resetTestServer(servers['open-source']);
    const key = await makeKey(server, [], ALL_FUNCTIONS);
    const resend: Resend = () => server.call('GET /v2/nvcf/telemetries', { token: key.key });

    const { fixes } = await readDecision(server, await resend());

    await expectFixesToWork(server, key, resend, fixes);
  });

  it('authorize-clients-type: Function is accepted, Function Versions only for versions, All Entity never', async () => {
    const server = await resetTestServer(servers['open-source']);
    const { functionId, versionId } = await createVersion(server);
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

/** The functions of the test vectors: F has v1 and v2, G has g1, S is shared with the account, P is public. */
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

/** Creates the functions of the test vectors in a new world. */
async function createScene(parent: Callable): Promise<Scene> {
  const server = await makeWorld(parent, { credentials: 'cast' });
  const first = await createVersion(server);
  const second = await createVersion(server, first.functionId);
  const other = await createVersion(server);
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

/** The expected status, with the expected detail if the vendor's text is public. */
type Expected = number | readonly [status: number, detail: (scene: Scene) => string];
const denied = [403, () => 'Access Denied'] as const;

interface Vector {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly resource: (scene: Scene) => GivenResource | null;
  readonly call: (scene: Scene) => string;
  readonly body?: unknown;
  /** Whether F is deployed before the call. */
  readonly up?: boolean;
  readonly documented: Expected;
  readonly openSource: Expected;
  /** The expected ids of functions in a list. */
  readonly shows?: {
    readonly documented: (scene: Scene) => string[];
    readonly openSource: (scene: Scene) => string[];
  };
}

const allFunctions = () => ALL_FUNCTIONS;
const allEntity = () => ALL_ENTITY;
const allClusters = () => ({ type: 'All Clusters' });
const functionF = ({ F }: Scene) => ({ type: 'Function', ids: [F] });
const functionG = ({ G }: Scene) => ({ type: 'Function', ids: [G] });
const versionF1 = ({ F, v1 }: Scene) => ({ type: 'Function Versions', ids: [`${F}/${v1}`] });
const noResource = () => null;
const ownOfCast = castFunctions.filter(({ org }) => org === 'acme').map(({ functionId }) => functionId);
const PARTIES = { authorizedParties: [{ ncaId: 'nca-globex-0002' }] };

const VECTORS: readonly Vector[] = [
  {
    name: 'Register Function on All Functions',
    scopes: ['register_function'],
    resource: allFunctions,
    call: () => 'POST /v2/nvcf/functions',
    body: NEW_FUNCTION,
    documented: 200,
    openSource: 200,
  },
  {
    name: 'Register Function on Function',
    scopes: ['register_function'],
    resource: functionF,
    call: () => 'POST /v2/nvcf/functions',
    body: NEW_FUNCTION,
    documented: [403, () => 'Forbidden to create function'],
    openSource: [403, () => 'Forbidden to create function'],
  },
  {
    name: 'Register Function on Function, for a new version',
    scopes: ['register_function'],
    resource: functionF,
    call: ({ F }) => `POST /v2/nvcf/functions/${F}/versions`,
    body: NEW_FUNCTION,
    documented: 200,
    openSource: 200,
  },
  {
    name: 'Register Function on Function Versions, for a new version',
    scopes: ['register_function'],
    resource: versionF1,
    call: ({ F }) => `POST /v2/nvcf/functions/${F}/versions`,
    body: NEW_FUNCTION,
    documented: 403,
    openSource: [403, ({ F }) => `Function id '${F}': Forbidden to create function version`],
  },
  {
    name: 'Register Function on All Functions, for a deployment',
    scopes: ['register_function'],
    resource: allFunctions,
    call: ({ F, v1 }) => `POST /v2/nvcf/deployments/functions/${F}/versions/${v1}`,
    body: SPECIFICATIONS,
    documented: denied,
    openSource: denied,
  },
  {
    name: 'Deploy Function alone on All Functions',
    scopes: ['deploy_function'],
    resource: allFunctions,
    call: ({ F, v1 }) => `POST /v2/nvcf/deployments/functions/${F}/versions/${v1}`,
    body: SPECIFICATIONS,
    documented: denied,
    openSource: 200,
  },
  {
    name: 'Deploy Function and List Functions on Function, for another function',
    scopes: ['deploy_function', 'list_functions'],
    resource: functionF,
    call: ({ G, g1 }) => `POST /v2/nvcf/deployments/functions/${G}/versions/${g1}`,
    body: SPECIFICATIONS,
    documented: 403,
    openSource: [403, ({ G, g1 }) => `Function id '${G}', version '${g1}': Forbidden to 'create' deployment`],
  },
  {
    name: 'Deploy Function and List Functions on Function',
    scopes: ['deploy_function', 'list_functions'],
    resource: functionF,
    call: ({ F, v2 }) => `POST /v2/nvcf/deployments/functions/${F}/versions/${v2}`,
    body: SPECIFICATIONS,
    documented: 200,
    openSource: 200,
  },
  {
    name: 'List Functions on Function, for the list of functions',
    scopes: ['list_functions'],
    resource: functionF,
    call: () => 'GET /v2/nvcf/functions/ids',
    documented: 200,
    openSource: 200,
    shows: { documented: ({ F }) => [F], openSource: ({ F, P }) => [F, P] },
  },
  {
    name: 'List Functions on All Functions, for the list of functions',
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
    name: 'List Functions on Function Versions, for another version',
    scopes: ['list_functions'],
    resource: versionF1,
    call: ({ F, v2 }) => `GET /v2/nvcf/functions/${F}/versions/${v2}`,
    documented: 403,
    openSource: [403, ({ F, v2 }) => `Function id '${F}', version '${v2}': Forbidden to retrieve function details`],
  },
  {
    name: 'List Functions without a resource',
    scopes: ['list_functions'],
    resource: noResource,
    call: ({ F }) => `GET /v2/nvcf/functions/${F}/versions`,
    documented: 403,
    openSource: [403, ({ F }) => `Function id '${F}': Forbidden to retrieve versions`],
  },
  {
    name: 'List Function Details on All Functions',
    scopes: ['list_functions_details'],
    resource: allFunctions,
    call: ({ F, v1 }) => `GET /v2/nvcf/functions/${F}/versions/${v1}`,
    up: true,
    documented: 200,
    openSource: 200,
  },
  {
    name: 'Invoke Function on All Functions',
    scopes: ['invoke_function'],
    resource: allFunctions,
    call: ({ F }) => `POST /v2/nvcf/pexec/functions/${F}`,
    body: {},
    up: true,
    documented: 200,
    openSource: 200,
  },
  {
    name: 'Invoke Function on All Functions, for a shared function',
    scopes: ['invoke_function'],
    resource: allFunctions,
    call: ({ S }) => `POST /v2/nvcf/pexec/functions/${S}`,
    body: {},
    documented: 200,
    openSource: 403,
  },
  {
    name: 'Invoke Function on Function, for another function',
    scopes: ['invoke_function'],
    resource: functionG,
    call: ({ F }) => `POST /v2/nvcf/pexec/functions/${F}`,
    body: {},
    up: true,
    documented: 403,
    openSource: [403, ({ F }) => `Function '${F}':  Missing resource entry in ApiKey for the function`],
  },
  {
    name: 'Invoke Function without a resource, for a public function',
    scopes: ['invoke_function'],
    resource: noResource,
    call: ({ P }) => `POST /v2/nvcf/pexec/functions/${P}`,
    body: {},
    documented: 403,
    openSource: 200,
  },
  {
    name: 'Invoke Function on All Entity',
    scopes: ['invoke_function'],
    resource: allEntity,
    call: ({ F }) => `POST /v2/nvcf/pexec/functions/${F}`,
    body: {},
    up: true,
    documented: denied,
    openSource: 403,
  },
  {
    name: 'Authorize Clients on Function',
    scopes: ['authorize_clients'],
    resource: functionF,
    call: ({ F }) => `POST /v2/nvcf/authorizations/functions/${F}`,
    body: PARTIES,
    documented: denied,
    openSource: 200,
  },
  {
    name: 'Authorize Clients on All Entity',
    scopes: ['authorize_clients'],
    resource: allEntity,
    call: ({ F }) => `POST /v2/nvcf/authorizations/functions/${F}`,
    body: PARTIES,
    documented: denied,
    openSource: 403,
  },
  {
    name: 'Manage Registry Credentials on All Functions',
    scopes: ['manage_registry_credentials'],
    resource: allFunctions,
    call: () => 'GET /v2/nvcf/registry-credentials',
    documented: denied,
    openSource: 200,
  },
  {
    name: 'Manage Registry Credentials on All Entity',
    scopes: ['manage_registry_credentials'],
    resource: allEntity,
    call: () => 'GET /v2/nvcf/registry-credentials',
    documented: 200,
    openSource: 200,
  },
  {
    name: 'Manage Telemetries on All Clusters',
    scopes: ['manage_telemetries'],
    resource: allClusters,
    call: () => 'GET /v2/nvcf/telemetries',
    documented: denied,
    openSource: 200,
  },
  {
    name: 'List Clusters on All Clusters',
    scopes: ['List Clusters'],
    resource: allClusters,
    call: () => 'GET /v2/nvcf/clusterGroups',
    documented: 200,
    openSource: denied,
  },
  {
    name: 'Read GPU Quota Rule on All Functions',
    scopes: ['Read GPU Quota Rule'],
    resource: allFunctions,
    call: () => 'GET /v2/orgs/acme/ngc/nvcf/gpu/quota/rules',
    documented: 403,
    openSource: 403,
  },
];

describe.each(['documented', 'open-source'] as const)('scopes and resources of a key, %s profile:', (profile) => {
  const shared = servers[profile];

  it.each(VECTORS)('$name', async (vector) => {
    const scene = await createScene(shared);
    const { server } = scene;
    const { key } = await makeKey(server, vector.scopes, vector.resource(scene));
    if (vector.up === true) await prepareDeployment(server, { functionId: scene.F, versionId: scene.v1 }, OWNER)();
    const { body } = vector;

    const answer = await server.call(vector.call(scene), { token: key, ...(body !== undefined && { body }) });

    const expected = profile === 'documented' ? vector.documented : vector.openSource;
    const [status, detail] = typeof expected === 'number' ? [expected] : expected;
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    if (detail !== undefined) expect(answer.body.detail).toBe(detail(scene));
    const shows = profile === 'documented' ? vector.shows?.documented : vector.shows?.openSource;
    if (shows !== undefined) expect([...answer.body.functionIds].sort()).toEqual([...new Set(shows(scene))].sort());
  });

  it('List Function Details returns instances and names of secrets, List Functions does not', async () => {
    const { server, F, v1 } = await createScene(shared);
    await prepareDeployment(server, { functionId: F, versionId: v1 }, OWNER)();
    const path = `GET /v2/nvcf/functions/${F}/versions/${v1}`;
    const details = await makeKey(server, ['list_functions_details'], ALL_FUNCTIONS);
    const plain = await makeKey(server, ['list_functions'], ALL_FUNCTIONS);

    const detailed = (await server.call(path, { token: details.key })).body.function;
    expect(detailed).toMatchObject({ activeInstances: [{ functionId: F, functionVersionId: v1 }], secrets: [] });
    const basic = (await server.call(path, { token: plain.key })).body.function;
    expect(basic).toEqual(Object.fromEntries(Object.entries(detailed).filter(([member]) => member in basic)));
    expect(Object.keys(basic)).not.toEqual(expect.arrayContaining(['activeInstances']));
    expect(Object.keys(basic)).not.toEqual(expect.arrayContaining(['secrets']));
  });

  it('an edit of a key takes effect after 15 minutes', async () => {
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

  const REQUESTS = ['GET /v2/nvcf/functions', 'POST /v2/nvcf/functions', 'GET /v2/nvcf/telemetries'];

  it.each(REQUESTS)('%s returns 403, not 401, for an unknown key', async (line) => {
    const server = await resetTestServer(servers[profile]);
    const deleted = await makeKey(server, ['list_functions'], ALL_FUNCTIONS);
    await server.call(`DELETE /_mock/keys/${deleted.id}`);

    const answer = await server.call(line, { token: deleted.key });

    expect(answer).toMatchObject({
      status: 403,
      body: forbidden('Authorization failed', line.split(' ')[1] ?? ''),
      decision: { reason: 'unknown_key' },
    });
  });

  it.each(REQUESTS)('%s returns 401 without a body for a missing header', async (line) => {
    const server = await resetTestServer(servers[profile]);

    const answer = await server.call(line);

    expect(answer).toMatchObject({ status: 401, body: undefined, decision: { reason: 'no_token' } });
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('a missing scope is reported before an invalid body and an unknown id', async () => {
    const server = await resetTestServer(servers[profile]);
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

  it('unknown functions and functions of another account are not found', async () => {
    const { server } = await createScene(shared);
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

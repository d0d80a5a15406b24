import { describe, expect, it } from 'vitest';
import { castKey } from '../../support/ngc-cast.ts';
import { type GivenResource, type MadeKey, makeKey } from '../../support/nvcf-requests.ts';
import {
  type Answer,
  type Request,
  resetTestServer,
  START,
  type TestServer,
  testServer,
} from '../../support/server.ts';

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
